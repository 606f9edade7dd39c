using EvidenceIngest.Tests.Architecture;

namespace EvidenceIngest.Tests.Unattended;

/// <summary>The executable as it was built for users, of the same configuration as this test.</summary>
internal static class BuiltProgram
{
    public static string Path { get; } = System.IO.Path.Combine(
        SourceTree.Root, "src/EvidenceIngest/bin", new DirectoryInfo(AppContext.BaseDirectory).Parent!.Name, "net10.0/evidence-ingest");
}
