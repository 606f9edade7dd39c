using EvidenceIngest.Domain.Packages;

namespace EvidenceIngest.Packages;

/// <summary>A package in a folder. Links are no files: what they lead to is not in it.</summary>
internal sealed class PackageDirectory(DirectoryInfo root) : IPackageFolder
{
    private static readonly EnumerationOptions Everything = new() { RecurseSubdirectories = true, AttributesToSkip = FileAttributes.ReparsePoint, IgnoreInaccessible = false };

    public IReadOnlyList<string> List() =>
        [.. root.EnumerateFiles("*", Everything).Select(f => Path.GetRelativePath(root.FullName, f.FullName).Replace(Path.DirectorySeparatorChar, '/'))];

    public Stream? Open(string path)
    {
        var file = new FileInfo(Path.GetFullPath(path, root.FullName));
        // A manifest is anybody's text: its paths may lead anywhere.
        var isInside = file.FullName.StartsWith(root.FullName.TrimEnd(Path.DirectorySeparatorChar) + Path.DirectorySeparatorChar, StringComparison.Ordinal);
        return isInside && file is { Exists: true, LinkTarget: null } ? file.OpenRead() : null;
    }
}
