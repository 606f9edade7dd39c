using EvidenceIngest.Recorders.Profiles;

namespace EvidenceIngest.Recorders;

/// <summary>What a dock's configuration says about its recorders.</summary>
public sealed class RecordersOptions
{
    /// <summary>Where profiles are read from: the shipped folder, then what a site adds.</summary>
    public IList<string> ProfileFolders { get; } = [ProfileCatalogue.ShippedFolder];

    /// <summary>Folders that stand for recorders; they may come and go.</summary>
    public IList<string> FolderBays { get; } = [];

    /// <summary>Whether USB bays are watched.</summary>
    public bool UsbEnabled { get; set; } = true;

    /// <summary>Recorders write local time without a zone: it is read as this one's.</summary>
    public TimeZoneInfo AgencyZone { get; set; } = TimeZoneInfo.FindSystemTimeZoneById("Asia/Shanghai");

    /// <summary>Passwords of recorders by the setting that a profile names (Recorders:Secrets:NAME); null where none is set.</summary>
    public Func<string, string?> Secrets { get; set; } = _ => null;

    /// <summary>Private to one dock process: cards are mounted below it, and what is mounted there at start is a crash's remains.</summary>
    public string RuntimeFolder { get; set; } = Path.Combine(Path.GetTempPath(), "evidence-ingest");

    /// <summary>How often folder bays are looked at.</summary>
    public TimeSpan FolderPoll { get; set; } = TimeSpan.FromMilliseconds(500);

    /// <summary>How often the USB tree is read even when no hot-plug event came.</summary>
    public TimeSpan UsbRescan { get; set; } = TimeSpan.FromSeconds(2);

    /// <summary>The executable that becomes a worker for devices which are read outside the dock's own process.</summary>
    public string WorkerProgram { get; set; } = Environment.ProcessPath ?? "evidence-ingest";

    /// <summary>The 32 bit helper that loads a maker's library, published beside a Windows dock.</summary>
    public string VendorDllProgram { get; set; } = Path.Combine(AppContext.BaseDirectory, "vendor-dll", "EvidenceIngest.VendorDll.exe");

    /// <summary>Where a site puts makers' libraries. What lies there runs with the dock's rights.</summary>
    public string VendorLibraryFolder { get; set; } = Path.Combine(AppContext.BaseDirectory, "vendor-libraries");
}
