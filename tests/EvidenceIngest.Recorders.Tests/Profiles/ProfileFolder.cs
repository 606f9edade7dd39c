using EvidenceIngest.Recorders.Profiles;

namespace EvidenceIngest.Recorders.Tests.Profiles;

/// <summary>A site's folder of profiles.</summary>
internal sealed class ProfileFolder : IDisposable
{
    public const string Good = """
        title: 测试
        driver: folder
        match:
          attachment: folder
          priority: 5
        method:
          video: 录像
        identity: [path]
        names:
          - pattern: '^(?<ts>[0-9]{14})'
            time: yyyyMMddHHmmss
        kinds:
          video: [mp4]
        facts:
          - fields: [driver, match, names, kinds]
            trust: tested
            source: here
        """;

    public string Path { get; } = Directory.CreateTempSubdirectory("profiles-").FullName;

    public ProfileFolder With(string name, string yaml)
    {
        File.WriteAllText(System.IO.Path.Combine(Path, name), yaml);
        return this;
    }

    public string Shown(string name) => $"{System.IO.Path.GetFileName(Path)}/{name}";

    public IReadOnlyList<string> Problems() => [.. ProfileCatalogue.Check([Path]).Problems.Select(p => p.ToString())];

    public void Dispose() => Directory.Delete(Path, recursive: true);
}
