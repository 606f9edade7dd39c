using System.Globalization;
using System.Text;

namespace EvidenceIngest.Recorders.Dialogues;

/// <summary>One line of a conversation.</summary>
/// <param name="Step">Which step, e.g. unlock[2].</param>
/// <param name="Sent">To the device; false: from it, or a remark.</param>
/// <param name="Bytes">How many.</param>
/// <param name="Shown">Readable, passwords as •••.</param>
public sealed record TranscriptLine(string Step, bool Sent, int Bytes, string Shown)
{
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Step} {(Sent ? "->" : "<-")} {Shown}");
}

/// <summary>Everything that was said to a device and what it answered, without passwords, within bounds.</summary>
internal sealed class Transcript
{
    public const string Mask = "•••";

    private const int MostLines = 1000;
    private const int MostBytesShown = 96;

    private readonly List<TranscriptLine> _lines = [];
    private readonly List<byte[]> _secrets = [];

    public IReadOnlyList<TranscriptLine> Lines => _lines;

    /// <summary>From now on these bytes are never shown, whoever says them.</summary>
    public void Hide(byte[] secret)
    {
        if (secret.Length > 0 && !_secrets.Any(s => s.AsSpan().SequenceEqual(secret)))
            _secrets.Add(secret);
    }

    public void Sent(string step, int bytes, string shown) => Add(new TranscriptLine(step, true, bytes, shown));

    public void Received(string step, int bytes, string shown) => Add(new TranscriptLine(step, false, bytes, shown));

    public void Remark(string step, string text) => Add(new TranscriptLine(step, false, 0, text));

    /// <summary>Text where it is text, hexadecimal where not; every secret in it masked.</summary>
    public string Show(ReadOnlySpan<byte> bytes, bool confidential = false)
    {
        if (bytes.IsEmpty)
            return "(nothing)";
        if (confidential)
            return Mask;
        var shown = new StringBuilder();
        var rest = bytes;
        while (!rest.IsEmpty)
        {
            var (at, length) = NextSecret(rest);
            AppendPlain(shown, rest[..at]);
            if (length > 0)
                shown.Append(Mask);
            rest = rest[(at + length)..];
        }

        return shown.ToString();
    }

    private static void AppendPlain(StringBuilder shown, ReadOnlySpan<byte> bytes)
    {
        var text = bytes.TrimEnd((byte)0);
        var part = text[..Math.Min(text.Length, MostBytesShown)];
        if (text.ContainsAnyExceptInRange((byte)' ', (byte)'~'))
        {
            part = bytes[..Math.Min(bytes.Length, MostBytesShown)];
            shown.Append('<').Append(Convert.ToHexString(part)).Append('>');
        }
        else
        {
            shown.Append(Encoding.ASCII.GetString(part));
        }

        if (bytes.Length > MostBytesShown)
            shown.Append(CultureInfo.InvariantCulture, $"…({bytes.Length} bytes)");
    }

    /// <summary>Where the first secret begins; the end and 0 when there is none. The longest one wins.</summary>
    private (int At, int Length) NextSecret(ReadOnlySpan<byte> bytes)
    {
        var (at, length) = (bytes.Length, 0);
        foreach (var secret in _secrets)
        {
            var found = bytes.IndexOf(secret);
            if (found >= 0 && (found < at || (found == at && secret.Length > length)))
                (at, length) = (found, secret.Length);
        }

        return (at, length);
    }

    private void Add(TranscriptLine line)
    {
        if (_lines.Count < MostLines)
            _lines.Add(line);
    }
}
