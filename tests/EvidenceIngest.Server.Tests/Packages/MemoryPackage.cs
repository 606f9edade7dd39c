using System.Text;
using EvidenceIngest.Domain.Packages;

namespace EvidenceIngest.Server.Tests.Packages;

/// <summary>A package that tests change as they like.</summary>
internal sealed class MemoryPackage(Dictionary<string, byte[]> files) : IPackageFolder
{
    public Dictionary<string, byte[]> Files => files;

    public string Id { get; init; } = "";

    public string Text(string path) => Encoding.UTF8.GetString(files[path]);

    public IReadOnlyList<string> List() => [.. files.Keys];

    public Stream? Open(string path) => files.TryGetValue(path, out var content) ? new MemoryStream(content, writable: false) : null;

    public async Task WriteToAsync(string folder)
    {
        foreach (var (path, content) in files)
        {
            var target = Path.Combine(folder, path);
            Directory.CreateDirectory(Path.GetDirectoryName(target)!);
            await File.WriteAllBytesAsync(target, content);
        }
    }
}
