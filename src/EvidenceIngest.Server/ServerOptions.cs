using EvidenceIngest.Server.Access;
using EvidenceIngest.Server.AccessRequests;
using EvidenceIngest.Server.Api;
using EvidenceIngest.Server.Events;
using EvidenceIngest.Server.Fixity;
using EvidenceIngest.Server.People.Ldap;
using EvidenceIngest.Server.Pipeline;
using EvidenceIngest.Server.Recorders;
using EvidenceIngest.Server.Reminders;
using EvidenceIngest.Server.Transcription;
using EvidenceIngest.Server.Transparency;

namespace EvidenceIngest.Server;

/// <summary>Configuration of the server role.</summary>
public sealed class ServerOptions
{
    /// <summary>Where it listens, e.g. <c>http://127.0.0.1:8400</c>; used by the host and to print links.</summary>
    public IReadOnlyList<Uri> Urls { get; init; } = [new Uri("http://127.0.0.1:8400")];

    /// <summary>Npgsql connection string of the catalogue; jobs lie in the same database.</summary>
    public required string Database { get; init; }

    /// <summary>
    /// Connection string of the role that owns the catalogue's tables; used for nothing but migrations. Null when somebody
    /// else migrates, or when <see cref="Database"/>'s own role is the owner, which then could also undo what is append-only.
    /// </summary>
    public string? OwnerDatabase { get; init; }

    /// <summary>For copies of masters while they are inspected and rendered; this server's own, emptied when it starts.</summary>
    public required string WorkFolder { get; init; }

    /// <summary>PEM of the receipt key. Made when it is missing; every server of one installation needs the same.</summary>
    public required string ReceiptKeyFile { get; init; }

    /// <summary>Keys that encrypt second factors in the database, made when missing; every server of one installation needs the same.</summary>
    public required string KeyRingFolder { get; init; }

    /// <summary>The agency's directory, which knows the passwords of some accounts; null for none.</summary>
    public DirectoryOptions? Directory { get; init; }

    /// <summary>Whoever holds one of them can do nothing before a second factor is set up.</summary>
    public IReadOnlyList<Role> SecondFactorRoles { get; init; } = [];

    /// <summary>Where signed heads of the custody log go.</summary>
    public required LogOptions Log { get; init; }

    /// <summary>What was configured, secrets left out; changes enter the service's chain.</summary>
    public IReadOnlyDictionary<string, string> Settings { get; init; } = new Dictionary<string, string>();

    /// <summary>How the vaults are read again, and the second vault.</summary>
    public FixityOptions Fixity { get; init; } = new();

    /// <summary>What is told to others.</summary>
    public EventsOptions Events { get; init; } = new();

    /// <summary>How requests to look at records are dealt with.</summary>
    public AccessOptions Access { get; init; } = new();

    /// <summary>When who is told of what has a deadline.</summary>
    public ReminderOptions Reminders { get; init; } = new();

    /// <summary>Hardware profiles on this machine, read anew each time.</summary>
    public Func<ProfilesOfMachine> RecorderProfiles { get; init; } = () => new ProfilesOfMachine([], []);

    /// <summary>What writes down what is said.</summary>
    public TranscriptionOptions Transcription { get; init; } = new();

    /// <summary>How many requests a second callers may make.</summary>
    public RateOptions Rates { get; init; } = new();

    /// <summary>Name of this server in custody events and among its fellows.</summary>
    public string Name { get; init; } = Environment.MachineName;

    /// <summary>Where the agency is: deadlines end at its midnight, recorders' clocks show its time.</summary>
    public TimeZoneInfo AgencyZone { get; init; } = TimeZoneInfo.FindSystemTimeZoneById("Asia/Shanghai");

    /// <summary>When a day begins there.</summary>
    public DateTimeOffset MidnightOf(DateOnly day)
    {
        var local = day.ToDateTime(TimeOnly.MinValue);
        return new DateTimeOffset(local, AgencyZone.GetUtcOffset(local)).ToUniversalTime();
    }

    /// <summary>Where Debian keeps TrueType fonts; evidence packages' printable lists need two of them.</summary>
    public string FontFolder { get; init; } = "/usr/share/fonts/truetype";

    /// <summary>What happens to recorders that nobody was ever assigned to.</summary>
    public UnknownRecorders UnknownRecorders { get; init; } = UnknownRecorders.Quarantine;

    /// <summary>Deliveries that are read back at the same time. Each takes a core for hashing and a stream from the vault.</summary>
    public int SealingConcurrency { get; init; } = 2;

    /// <summary>Items that are inspected and rendered at the same time. Each starts ffmpeg, which takes all it gets.</summary>
    public int RenderingConcurrency { get; init; } = 1;

    /// <summary>When renditions are made; null for always. What people ask for, such as clips, is made at once.</summary>
    public RenderingHours? RenderingHours { get; init; }

    /// <summary>Whether renditions may be begun.</summary>
    public bool MayRender(DateTimeOffset now) => RenderingHours is not { } hours || hours.NextFrom(now, AgencyZone) == now;

    /// <summary>Clips and stills that are made at the same time, by one server of the installation.</summary>
    public int ExcerptConcurrency { get; init; } = 1;

    /// <summary>How often stages that are due but have no job are looked for.</summary>
    public TimeSpan SweepInterval { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>Bytes that stay free on the work folder's disk; a download that would use them waits.</summary>
    public long WorkReserveBytes { get; init; } = 1L << 30;
}

public enum UnknownRecorders
{
    /// <summary>Their footage is offloaded and sealed, but in quarantine until they are assigned.</summary>
    Quarantine,

    /// <summary>Docks leave them untouched and tell the officer.</summary>
    Refuse,
}
