namespace EvidenceIngest.Dock;

/// <summary>What an administrator sets for a dock.</summary>
public sealed record DockOptions
{
    /// <summary>The server's address, without <c>/api/v1</c>.</summary>
    public required Uri Server { get; init; }

    /// <summary>Where verified copies wait for their receipts; one dock per folder.</summary>
    public required string StagingFolder { get; init; }

    /// <summary>Token and pinned receipt key, readable by the owner only; written at enrolment.</summary>
    public required string CredentialsFile { get; init; }

    /// <summary>What people call the dock, e.g. 一中队采集站.</summary>
    public required string Name { get; init; }

    /// <summary>
    /// Bays by port or folder, in the order of their numbers on the metal. They are shown from the start, empty or not, and keep
    /// their numbers; ports that are not among them follow once something was in them.
    /// </summary>
    public IReadOnlyList<string> Bays { get; init; } = [];

    /// <summary>One-time code from <c>evidence-ingest docks invite</c>; needed until the credentials file exists.</summary>
    public string? EnrolmentCode { get; init; }

    /// <summary>Whether sealed footage may be deleted from recorders. The profile must allow it too.</summary>
    public bool Clearing { get; init; }

    /// <summary>Whether recorders' clocks are set after their footage is safe. The profile must say how.</summary>
    public bool SetClocks { get; init; } = true;

    /// <summary>
    /// A recorder whose clock is further off gets a finding on each of its recordings. GA/T 947.2 allows 3 s a day: a minute is
    /// three weeks without docking.
    /// </summary>
    public TimeSpan ClockDriftLimit { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>After so long without a sign of life from a recorder its bay says so. Unlocking may take a minute.</summary>
    public TimeSpan PatienceWithRecorders { get; init; } = TimeSpan.FromSeconds(90);

    /// <summary>Hash with SM3 (GB/T 32905) beside SHA-256 where libcrypto has it.</summary>
    public bool Sm3 { get; init; } = true;

    /// <summary>Files copied at once from a folder or card; a USB recorder is read one file at a time.</summary>
    public int ParallelFilesPerBay { get; init; } = 2;

    /// <summary>Files copied at once from all bays together.</summary>
    public int MaxConcurrentCopies { get; init; } = 16;

    /// <summary>Disk space that copies leave free, for journals and everything else on the disk.</summary>
    public long ReserveBytes { get; init; } = 1L << 30;

    /// <summary>Limit of all copying together, in bytes per second; null for none.</summary>
    public long? MaxBytesPerSecond { get; init; }

    public UploadOptions Upload { get; init; } = new();

    /// <summary>IANA id of the agency's time zone: recorders write local time, deadlines end at its midnight.</summary>
    public string AgencyZone { get; init; } = "Asia/Shanghai";

    /// <summary>How long a finished journal is kept to recognise what is still on its recorder.</summary>
    public TimeSpan JournalRetention { get; init; } = TimeSpan.FromDays(90);
}

public sealed record UploadOptions
{
    /// <summary>Parts sent at once, of all deliveries together.</summary>
    public int ParallelParts { get; init; } = 4;

    /// <summary>Limit of all uploads together, in bytes per second; null for none.</summary>
    public long? MaxBytesPerSecond { get; init; }

    /// <summary>Hours in which uploads run, agency time; null for always. A recording that would miss its deadline doesn't wait.</summary>
    public UploadWindow? Window { get; init; }
}

/// <param name="From">Start of the window.</param>
/// <param name="To">End of the window; earlier than <paramref name="From"/> means past midnight.</param>
public sealed record UploadWindow(TimeOnly From, TimeOnly To);
