using System.Text.RegularExpressions;
using EvidenceIngest.Server.Access;
using EvidenceIngest.Server.AccessRequests;
using EvidenceIngest.Server.Api;
using EvidenceIngest.Server.Calendar;
using EvidenceIngest.Server.Cases;
using EvidenceIngest.Server.Custody;
using EvidenceIngest.Server.Deliveries;
using EvidenceIngest.Server.Disposal;
using EvidenceIngest.Server.Docks;
using EvidenceIngest.Server.Events;
using EvidenceIngest.Server.Events.Webhooks;
using EvidenceIngest.Server.Exchange;
using EvidenceIngest.Server.Excerpts;
using EvidenceIngest.Server.Fixity;
using EvidenceIngest.Server.Items;
using EvidenceIngest.Server.Packages;
using EvidenceIngest.Server.People;
using EvidenceIngest.Server.Pipeline;
using EvidenceIngest.Server.Receipts;
using EvidenceIngest.Server.Recorders;
using EvidenceIngest.Server.Redaction;
using EvidenceIngest.Server.Reminders;
using EvidenceIngest.Server.Retention;
using EvidenceIngest.Server.Reviews;
using EvidenceIngest.Server.Search;
using EvidenceIngest.Server.Supervision.Yearly;
using EvidenceIngest.Server.Transcription;
using EvidenceIngest.Server.Transcripts;
using EvidenceIngest.Server.Transparency;
using Microsoft.AspNetCore.Identity;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Diagnostics;

namespace EvidenceIngest.Server.Catalogue;

/// <summary>The catalogue's tables. The rows are declared in the folder of the feature that they belong to.</summary>
internal sealed partial class CatalogueDb(DbContextOptions<CatalogueDb> options) : DbContext(options)
{
    public DbSet<Dock> Docks => Set<Dock>();

    public DbSet<ApiToken> ApiTokens => Set<ApiToken>();

    public DbSet<EnrolmentCode> EnrolmentCodes => Set<EnrolmentCode>();

    public DbSet<Recorder> Recorders => Set<Recorder>();

    public DbSet<RecorderAssignment> RecorderAssignments => Set<RecorderAssignment>();

    public DbSet<RecorderIssue> RecorderIssues => Set<RecorderIssue>();

    public DbSet<EvidenceItem> Items => Set<EvidenceItem>();

    public DbSet<Delivery> Deliveries => Set<Delivery>();

    public DbSet<DeliveryDock> DeliveryDocks => Set<DeliveryDock>();

    public DbSet<MasterFile> MasterFiles => Set<MasterFile>();

    public DbSet<Upload> Uploads => Set<Upload>();

    public DbSet<StoredReceipt> Receipts => Set<StoredReceipt>();

    public DbSet<ItemStage> ItemStages => Set<ItemStage>();

    public DbSet<SearchText> SearchTexts => Set<SearchText>();

    public DbSet<SavedSearch> SavedSearches => Set<SavedSearch>();

    public DbSet<StoredFacts> MediaFacts => Set<StoredFacts>();

    public DbSet<StoredRendition> Renditions => Set<StoredRendition>();

    public DbSet<MediaLink> Links => Set<MediaLink>();

    public DbSet<LinkView> LinkViews => Set<LinkView>();

    public DbSet<StoredCustodyEvent> CustodyEvents => Set<StoredCustodyEvent>();

    public DbSet<PendingLeaf> LogPending => Set<PendingLeaf>();

    public DbSet<LogLeaf> LogLeaves => Set<LogLeaf>();

    public DbSet<LogTile> LogTiles => Set<LogTile>();

    public DbSet<LogHead> LogHeads => Set<LogHead>();

    public DbSet<LogPublication> LogPublications => Set<LogPublication>();

    public DbSet<StoredConfiguration> Configurations => Set<StoredConfiguration>();

    public DbSet<StoredRetentionClass> RetentionClasses => Set<StoredRetentionClass>();

    public DbSet<Hold> Holds => Set<Hold>();

    public DbSet<HoldItem> HoldItems => Set<HoldItem>();

    public DbSet<Matter> Matters => Set<Matter>();

    public DbSet<Case> Cases => Set<Case>();

    public DbSet<CaseItem> CaseItems => Set<CaseItem>();

    public DbSet<CaseRefusal> CaseRefusals => Set<CaseRefusal>();

    public DbSet<DisposalDecision> Disposals => Set<DisposalDecision>();

    public DbSet<DisposalItem> DisposalItems => Set<DisposalItem>();

    public DbSet<AccessRequest> AccessRequests => Set<AccessRequest>();

    public DbSet<AccessRequestItem> AccessRequestItems => Set<AccessRequestItem>();

    public DbSet<AccessCopy> AccessCopies => Set<AccessCopy>();

    public DbSet<Excerpt> Excerpts => Set<Excerpt>();

    public DbSet<RedactionOrder> Redactions => Set<RedactionOrder>();

    public DbSet<LinkMark> LinkMarks => Set<LinkMark>();

    public DbSet<AccessLink> AccessLinks => Set<AccessLink>();

    public DbSet<AccessLook> AccessLooks => Set<AccessLook>();

    public DbSet<ReviewCriterion> ReviewCriteria => Set<ReviewCriterion>();

    public DbSet<Review> Reviews => Set<Review>();

    public DbSet<ReviewedCase> ReviewedCases => Set<ReviewedCase>();

    public DbSet<ReviewFinding> ReviewFindings => Set<ReviewFinding>();

    public DbSet<StoredTranscript> Transcripts => Set<StoredTranscript>();

    public DbSet<HeardWindow> HeardWindows => Set<HeardWindow>();

    public DbSet<Package> Packages => Set<Package>();

    public DbSet<PackageFile> PackageFiles => Set<PackageFile>();

    public DbSet<PackageFetch> PackageFetches => Set<PackageFetch>();

    public DbSet<ReplicatedMaster> MasterCopies => Set<ReplicatedMaster>();

    public DbSet<StoredNotice> CalendarNotices => Set<StoredNotice>();

    public DbSet<Unit> Units => Set<Unit>();

    public DbSet<Account> Accounts => Set<Account>();

    public DbSet<IdentityUserToken<Guid>> UserTokens => Set<IdentityUserToken<Guid>>();

    public DbSet<RoleGrant> RoleGrants => Set<RoleGrant>();

    public DbSet<Session> Sessions => Set<Session>();

    public DbSet<FixityPass> FixityPasses => Set<FixityPass>();

    public DbSet<FixityListing> FixityListings => Set<FixityListing>();

    public DbSet<FixityFinding> FixityFindings => Set<FixityFinding>();

    public DbSet<OutboxEvent> Outbox => Set<OutboxEvent>();

    public DbSet<ToldOnce> Told => Set<ToldOnce>();

    public DbSet<OutboxReader> OutboxReaders => Set<OutboxReader>();

    public DbSet<Webhook> Webhooks => Set<Webhook>();

    public DbSet<WebhookDelivery> WebhookDeliveries => Set<WebhookDelivery>();

    public DbSet<Duty> Duties => Set<Duty>();

    public DbSet<Reminder> Reminders => Set<Reminder>();

    public DbSet<ReminderLook> ReminderLooks => Set<ReminderLook>();

    public DbSet<YearlyEdition> YearlyEditions => Set<YearlyEdition>();

    public DbSet<StoredExchange> Exchanges => Set<StoredExchange>();

    public DbSet<KeptAnswer> KeptAnswers => Set<KeptAnswer>();

    /// <summary>How the catalogue is reached, by whichever role.</summary>
    public static void Connect(DbContextOptionsBuilder options, string database) => options
        .UseNpgsql(CatalogueConnections.OfWork(database), npgsql => npgsql.UseQuerySplittingBehavior(QuerySplittingBehavior.SplitQuery))
        .AddInterceptors(PreparedQueries.Instance)
        // Migrations are SQL files; a test compares them with the model.
        .ConfigureWarnings(w => w.Ignore(RelationalEventId.PendingModelChangesWarning));

    protected override void ConfigureConventions(ModelConfigurationBuilder configurationBuilder)
    {
        // PostgreSQL keeps instants, not offsets, and its driver insists that we know it.
        configurationBuilder.Properties<DateTimeOffset>().HaveConversion<UtcInstant>();
        configurationBuilder.Properties<DateTime>().HaveColumnType("timestamp without time zone");
        configurationBuilder.Properties<Enum>().HaveConversion<string>();
    }

    protected override void OnModelCreating(ModelBuilder modelBuilder)
    {
        modelBuilder.Entity<Dock>().Property(d => d.Bays).AsJson();
        modelBuilder.Entity<Recorder>().Property(r => r.Alarm).AsJson();
        modelBuilder.Entity<Recorder>().Ignore(r => r.Dispute);
        modelBuilder.Entity<ApiToken>(e =>
        {
            e.Property(t => t.Scopes).AsJson();
            e.Property(t => t.Addresses).AsJson();
        });
        modelBuilder.Entity<Account>(e =>
        {
            // Nobody is reached by them, and what isn't kept can't be lost.
            e.Ignore(a => a.Email).Ignore(a => a.NormalizedEmail).Ignore(a => a.EmailConfirmed).Ignore(a => a.PhoneNumber).Ignore(a => a.PhoneNumberConfirmed);
            e.Ignore(a => a.Called);
            e.Property(a => a.ConcurrencyStamp).IsRequired().IsConcurrencyToken();
            e.Property(a => a.SecurityStamp).IsRequired();
            e.Property(a => a.UserName).IsRequired();
            e.Property(a => a.NormalizedUserName).IsRequired();
        });
        modelBuilder.Entity<IdentityUserToken<Guid>>(e =>
        {
            e.ToTable("AccountTokens");
            e.HasKey(t => new { t.UserId, t.LoginProvider, t.Name });
        });
        modelBuilder.Entity<EnrolmentCode>().HasKey(c => c.Hash);
        modelBuilder.Entity<StoredNotice>().HasKey(n => new { n.Year, n.ImportedAt });
        modelBuilder.Entity<DeliveryDock>().HasKey(d => new { d.DeliveryId, d.DockId });
        modelBuilder.Entity<MasterFile>().HasKey(f => new { f.ItemId, f.Position });
        modelBuilder.Entity<ItemStage>().HasKey(s => new { s.ItemId, s.Stage });
        modelBuilder.Entity<StoredRendition>(e =>
        {
            e.HasKey(r => new { r.ItemId, r.Name });
            e.Property(r => r.Recipe).AsJson();
        });
        modelBuilder.Entity<MediaLink>(e =>
        {
            e.HasKey(l => l.TokenHash);
            e.Property(l => l.Addresses).AsJson();
        });
        modelBuilder.Entity<LinkView>().HasKey(v => new { v.TokenHash, v.Address });
        modelBuilder.Entity<StoredCustodyEvent>().HasKey(e => new { e.ItemId, e.Sequence });
        modelBuilder.Entity<LogLeaf>(e =>
        {
            e.HasKey(l => l.Index);
            e.Property(l => l.Index).ValueGeneratedNever();
        });
        modelBuilder.Entity<LogTile>().HasKey(t => new { t.Level, t.Index });
        modelBuilder.Entity<LogHead>(e =>
        {
            e.HasKey(h => h.TreeSize);
            e.Property(h => h.TreeSize).ValueGeneratedNever();
        });
        modelBuilder.Entity<StoredConfiguration>(e =>
        {
            e.HasKey(c => c.Server);
            e.Property(c => c.Settings).AsJson();
        });
        modelBuilder.Entity<StoredRetentionClass>().Ignore(c => c.Class);
        modelBuilder.Entity<HoldItem>().HasKey(h => new { h.HoldId, h.ItemId });
        modelBuilder.Entity<Case>(e =>
        {
            e.HasKey(c => c.Number);
            e.Property(c => c.PackageLacks).AsJson();
            e.Property(c => c.Officers).AsJson();
            e.Property(c => c.Position).AsJson();
            e.Property(c => c.Footage).AsJson();
        });
        modelBuilder.Entity<CaseItem>().HasKey(l => new { l.CaseNumber, l.ItemId });
        modelBuilder.Entity<CaseRefusal>().HasKey(r => new { r.CaseNumber, r.ItemId });
        modelBuilder.Entity<DisposalItem>().HasKey(d => new { d.DisposalId, d.ItemId });
        modelBuilder.Entity<AccessRequest>().Ignore(r => r.IsAgreed);
        modelBuilder.Entity<AccessRequestItem>().HasKey(i => new { i.RequestId, i.ItemId });
        modelBuilder.Entity<AccessCopy>(e =>
        {
            e.HasKey(c => new { c.RequestId, c.ItemId });
            e.Ignore(c => c.Name);
        });
        modelBuilder.Entity<Excerpt>().Ignore(e => e.Name);
        modelBuilder.Entity<RedactionOrder>().Ignore(r => r.Name);
        modelBuilder.Entity<LinkMark>(e =>
        {
            e.HasKey(m => m.TokenHash);
            e.Ignore(m => m.Name);
        });
        modelBuilder.Entity<AccessLink>().HasKey(l => l.TokenHash);
        modelBuilder.Entity<AccessLook>().HasKey(l => new { l.TokenHash, l.Address });
        modelBuilder.Entity<Review>(e =>
        {
            e.Property(r => r.Units).AsJson();
            e.Property(r => r.Criteria).AsJson();
        });
        modelBuilder.Entity<ReviewedCase>(e =>
        {
            e.HasKey(c => new { c.ReviewId, c.Number });
            e.Property(c => c.Scores).AsJson();
        });
        modelBuilder.Entity<Duty>().Property(d => d.Moves).AsJson();
        modelBuilder.Entity<ReminderLook>().HasKey(l => new { l.ReminderId, l.Who });
        modelBuilder.Entity<YearlyEdition>().Property(e => e.Counts).AsJson();
        modelBuilder.Entity<StoredTranscript>().HasKey(t => new { t.ItemId, t.Version });
        modelBuilder.Entity<SearchText>(e =>
        {
            e.HasKey(t => new { t.ItemId, t.Field, t.Place });
            e.Property(t => t.Normal).ValueGeneratedOnAddOrUpdate();
        });
        SearchSql.Declare(modelBuilder);
        modelBuilder.Entity<SavedSearch>(e =>
        {
            e.HasKey(s => new { s.AccountId, s.Name });
            e.Property(s => s.Query).AsJson();
        });
        modelBuilder.Entity<HeardWindow>(e =>
        {
            e.HasKey(w => new { w.ItemId, w.Begins });
            e.Property(w => w.Segments).AsJson("json");
        });
        modelBuilder.Entity<Package>().Property(p => p.Items).AsJson();
        modelBuilder.Entity<PackageFetch>().HasKey(f => new { f.PackageId, f.ItemId, f.Name });
        modelBuilder.Entity<PackageFile>().HasKey(f => new { f.PackageId, f.Path });
        modelBuilder.Entity<ReplicatedMaster>().HasKey(c => new { c.ItemId, c.Position, c.Attempt });
        modelBuilder.Entity<FixityPass>().HasKey(p => new { p.Vault, p.Number });
        modelBuilder.Entity<FixityListing>().HasKey(l => l.Vault);
        modelBuilder.Entity<OutboxEvent>().Property(e => e.Told).AsJson();
        modelBuilder.Entity<ToldOnce>().HasKey(t => new { t.Subject, t.What });
        modelBuilder.Entity<OutboxReader>().HasKey(r => r.Name);
        modelBuilder.Entity<Webhook>().Property(w => w.Types).AsJson();
        modelBuilder.Entity<WebhookDelivery>().HasKey(d => new { d.WebhookId, d.Position });
        modelBuilder.Entity<LogPublication>().HasKey(p => new { p.TreeSize, p.Place });
        modelBuilder.Entity<StoredFacts>(e =>
        {
            e.HasKey(f => new { f.ItemId, f.Position });
            e.Property(f => f.Facts).AsJson("json");
        });
        modelBuilder.Entity<Upload>(e =>
        {
            e.HasKey(u => new { u.ItemId, u.Position, u.Attempt });
            e.Property(u => u.Parts).AsJson();
        });
        modelBuilder.Entity<EvidenceItem>(e =>
        {
            e.Property(i => i.MethodOfProduction).AsJson();
            e.Property(i => i.TimeOfProduction).AsJson();
            e.Property(i => i.Producer).AsJson();
            e.Property(i => i.ObjectOfProof).AsJson();
            e.Property(i => i.Findings).AsJson();
            e.Property(i => i.Positions).AsJson();
            e.Property(i => i.Scene).AsJson();
            e.Property(i => i.MadeAt).HasComputedColumnSql("coalesce(recorded_at, announced_at)", stored: true);
            e.Property(i => i.Incomplete).HasComputedColumnSql(
                "method_of_production is null or time_of_production is null or producer is null or object_of_proof is null or (kind = 'Audio' and not transcript_confirmed)", stored: true);
            e.HasMany(i => i.Files).WithOne().HasForeignKey(f => f.ItemId);
            e.HasMany(i => i.Stages).WithOne().HasForeignKey(s => s.ItemId);
            e.HasMany(i => i.Renditions).WithOne().HasForeignKey(r => r.ItemId);
            e.HasMany(i => i.Facts).WithOne().HasForeignKey(f => f.ItemId);
        });

        foreach (var entity in modelBuilder.Model.GetEntityTypes())
        {
            entity.SetTableName(SnakeCase(entity.GetTableName()!));
            foreach (var property in entity.GetProperties())
                property.SetColumnName(SnakeCase(property.Name));
        }
    }

    private static string SnakeCase(string name) =>
#pragma warning disable CA1308 // Column names are lower case by PostgreSQL's own custom, not compared with anything.
        WordStart().Replace(name, "_").ToLowerInvariant();
#pragma warning restore CA1308

    [GeneratedRegex("(?<=[a-z0-9])(?=[A-Z])")]
    private static partial Regex WordStart();
}
