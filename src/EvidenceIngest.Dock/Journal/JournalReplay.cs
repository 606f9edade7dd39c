using System.Text.Json;
using EvidenceIngest.Domain;

namespace EvidenceIngest.Dock.Journal;

/// <param name="Facts">In the order of the lines.</param>
/// <param name="ValidBytes">Length up to the last whole line; the rest was torn by a power loss.</param>
internal sealed record JournalReplay(IReadOnlyList<JournalFact> Facts, long ValidBytes)
{
    /// <summary>
    /// Reads a journal. What was torn off at its end never was promised to anyone and is left out. A broken line with
    /// whole ones behind it is no power loss: the file was damaged or edited.
    /// </summary>
    /// <exception cref="JournalBrokenException">Says which line and why.</exception>
    public static JournalReplay Read(string path)
    {
        var bytes = File.ReadAllBytes(path);
        var facts = new List<JournalFact>();
        long valid = 0;
        string? broken = null;
        var start = 0;
        for (var line = 1; start < bytes.Length; line++)
        {
            var length = bytes.AsSpan(start).IndexOf((byte)'\n');
            if (length < 0)
                break;
            if (Parse(bytes.AsSpan(start, length), out var problem) is { } fact)
            {
                if (broken is not null)
                    throw new JournalBrokenException($"{broken}; whole lines follow it");
                facts.Add(fact);
                valid = start + length + 1;
            }
            else
            {
                broken ??= $"line {line} can't be read: {problem}";
            }

            start += length + 1;
        }

        if (facts.Count > 0 && facts[0] is not Opened { Format: Opened.CurrentFormat })
            throw new JournalBrokenException($"line 1 does not open an offload of format {Opened.CurrentFormat}");
        return new JournalReplay(facts, valid);
    }

    private static JournalFact? Parse(ReadOnlySpan<byte> line, out string? problem)
    {
        problem = null;
        try
        {
            return EvidenceJson.FromBytes<JournalFact>(line);
        }
        catch (Exception e) when (e is JsonException or NotSupportedException or FormatException or ArgumentException)
        {
            problem = e.Message;
            return null;
        }
    }
}

/// <summary>The journal can't be trusted; its offload is set aside and nothing of it is deleted.</summary>
internal sealed class JournalBrokenException(string message) : Exception(message);
