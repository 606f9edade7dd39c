using System.Runtime.CompilerServices;

namespace EvidenceIngest.Tests.Architecture;

/// <summary>The project's own source files, for rules that no compiler knows.</summary>
internal static class SourceTree
{
    public static string Root { get; } = FindRoot();

    /// <summary>C# files below <paramref name="folder"/> (relative to the root), without what a build made.</summary>
    public static IEnumerable<string> CSharp(string folder) => Files(folder, "*.cs");

    /// <summary>The same of another kind.</summary>
    public static IEnumerable<string> Files(string folder, string pattern) =>
        Directory.EnumerateFiles(Path.Combine(Root, folder), pattern, SearchOption.AllDirectories)
            .Select(file => Path.GetRelativePath(Root, file).Replace('\\', '/'))
            .Where(file => !file.Contains("/obj/", StringComparison.Ordinal) && !file.Contains("/bin/", StringComparison.Ordinal))
            .Order(StringComparer.Ordinal);

    public static string Read(string relative) => File.ReadAllText(Path.Combine(Root, relative));

    private static string FindRoot([CallerFilePath] string here = "")
    {
        var folder = Path.GetDirectoryName(here);
        while (folder is not null && !File.Exists(Path.Combine(folder, "EvidenceIngest.sln")))
            folder = Path.GetDirectoryName(folder);
        return folder ?? throw new InvalidOperationException("no EvidenceIngest.sln above " + here);
    }
}
