using EvidenceIngest.Dock.Disk;
using EvidenceIngest.Domain;

namespace EvidenceIngest.Dock.Journal;

/// <summary>Shortens a finished journal: chunk marks prove nothing once the file is sealed.</summary>
internal static class JournalCompaction
{
    public static void Rewrite(string journal)
    {
        using var lines = new MemoryStream();
        foreach (var fact in JournalReplay.Read(journal).Facts.Where(f => f is not ChunkMark))
        {
            lines.Write(EvidenceJson.ToBytes(fact));
            lines.WriteByte((byte)'\n');
        }

        DurableFolder.WriteWhole(journal, lines.GetBuffer().AsSpan(0, (int)lines.Length), UnixFileMode.UserRead | UnixFileMode.UserWrite);
    }
}
