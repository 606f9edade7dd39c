using EvidenceIngest.Domain.Evidence;

namespace EvidenceIngest.Recorders.Listing;

/// <summary>A file that is footage by its name, on its way into a recording. Start is agency-local.</summary>
internal sealed record NamedFile(
    RecorderFile File, NameReading Name, DateTime? Start, MetadataSource TimeSource, List<Finding> Findings)
{
    public string Folder => File.Path[..(File.Path.LastIndexOf('/') + 1)];

    public string Ending => FileNaming.EndingOf(File.Path);
}
