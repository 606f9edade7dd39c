using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Storage;

namespace EvidenceIngest.Server.Catalogue;

/// <summary>
/// What the application's role may do with tables that it does not own. Append-only tables can only be added to: not even a
/// service that was taken over can switch off their triggers.
/// </summary>
internal static class CatalogueRights
{
    private static readonly string[] AppendOnly =
        ["custody_events", "receipts", "log_leaves", "log_tiles", "log_heads", "log_publications", "packages", "package_files", "calendar_notices", "transcripts", "reviews", "yearly_editions", "exchanges"];

    /// <param name="db">Connected as the owner.</param>
    /// <param name="role">The application's.</param>
    /// <param name="ct">Ends it.</param>
    public static async Task GrantAsync(CatalogueDb db, string role, CancellationToken ct)
    {
        var quoting = db.GetService<ISqlGenerationHelper>();
        var name = quoting.DelimitIdentifier(role);
        var tables = await db.Database.SqlQuery<string>(
            $"""select tablename::text as "Value" from pg_tables where schemaname = 'public' and tableowner = current_user""").ToListAsync(ct);
        var views = await db.Database.SqlQuery<string>(
            $"""select viewname::text as "Value" from pg_views where schemaname = 'public' and viewowner = current_user""").ToListAsync(ct);
        // The scheduler makes its own tables, and owns them.
        var grants = new List<string> { $"grant usage, create on schema public to {name}" };
        foreach (var table in tables)
        {
            var quoted = quoting.DelimitIdentifier(table);
            var rights = table == "__EFMigrationsHistory" ? "select" : AppendOnly.Contains(table) ? "select, insert" : "select, insert, update, delete";
            grants.Add($"revoke all on {quoted} from {name}; grant {rights} on {quoted} to {name}");
        }

        grants.AddRange(views.Select(view => $"grant select on {quoting.DelimitIdentifier(view)} to {name}"));

        // A name can't be a parameter; it was quoted, and comes from the configuration.
        await db.Database.ExecuteSqlRawAsync(string.Join(';', grants), ct);
    }
}
