using System.Globalization;

namespace EvidenceIngest.Server.MediaTools;

/// <summary>
/// A folder of our own for one piece of work. Masters appear in it as input-1, input-2 …: whatever their names are, no tool
/// gets to see them, and no tool of an earlier, interrupted attempt writes into it.
/// </summary>
internal sealed class ToolFolder
{
    private ToolFolder(string path) => Location = path;

    public string Location { get; }

    public static ToolFolder Create(string parent, IEnumerable<string> masters)
    {
        var folder = new ToolFolder(Path.Combine(Path.GetFullPath(parent), $"work-{Guid.NewGuid():N}"));
        Directory.CreateDirectory(folder.Location);
        var number = 0;
        foreach (var master in masters)
            System.IO.File.CreateSymbolicLink(folder.File(Input(++number)), Path.GetFullPath(master));
        return folder;
    }

    public static string Input(int number) => string.Create(CultureInfo.InvariantCulture, $"input-{number}");

    public string File(string name) => Path.Combine(Location, name);

    /// <summary>Links go, what they point at stays.</summary>
    public void Delete() => Directory.Delete(Location, recursive: true);
}
