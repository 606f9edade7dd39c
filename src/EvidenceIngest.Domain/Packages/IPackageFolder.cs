namespace EvidenceIngest.Domain.Packages;

/// <summary>A package as it lies somewhere. Paths are relative, with <c>/</c>. Any number of files are read at once.</summary>
public interface IPackageFolder
{
    /// <summary>Every file in it; nothing that a link leads to.</summary>
    IReadOnlyList<string> List();

    /// <summary>Null when there is no such file.</summary>
    Stream? Open(string path);
}
