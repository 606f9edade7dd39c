using System.Security.Cryptography;
using System.Text;

namespace EvidenceIngest.Domain.Events;

/// <summary>MQTT topics below <c>evidence/v1/{agency}</c>. Whatever names hold, each is one level and can't be a wildcard.</summary>
/// <param name="agency">Code of the agency.</param>
public sealed class EventTopics(string agency)
{
    /// <summary>Stands where there is no dock.</summary>
    private const string None = "-";

    /// <summary>UTF-8 bytes of one level; MQTT allows 65,535 for all levels together.</summary>
    private const int LongestPart = 160;

    private const int Kept = 120;

    private readonly string _root = "evidence/v1/" + Part(agency);

    /// <summary>Retained; whether the service publishes. Also its last will.</summary>
    public string Publisher => $"{_root}/{None}/publisher";

    /// <param name="name">As <see cref="EventTypes"/> has it.</param>
    /// <param name="subject">The event's.</param>
    /// <param name="dock">The event's; null for none.</param>
    public string Of(string name, string subject, string? dock)
    {
        if (name == EventTypes.DockState)
            return DockState(subject);
        var (kind, what) = name.IndexOf('.', StringComparison.Ordinal) is var dot and > 0 ? (name[..dot], name[(dot + 1)..]) : ("other", name);
        return kind == EventTypes.ServiceChain
            ? $"{_root}/{None}/{kind}/{Part(what)}"
            : $"{_root}/{(dock is null ? None : Part(dock))}/{Part(kind)}/{Part(subject)}/{Part(what)}";
    }

    /// <summary>Retained.</summary>
    public string DockState(string dock) => $"{_root}/{Part(dock)}/state";

    public string Progress(string dock, string bay) => $"{_root}/{Part(dock)}/bay/{Part(bay)}/progress";

    /// <summary>
    /// A level: <c>/ + # %</c>, a leading <c>$</c>, control characters and what is no character are percent-encoded as in URLs;
    /// what is longer than 160 bytes then is cut and ends in <c>~</c> and sixteen digits of its SHA-256.
    /// </summary>
    public static string Part(string name)
    {
        if (name.Length == 0)
            return "%";
        if (name == None)
            return "%2D";
        var part = new StringBuilder(name.Length + 8);
        foreach (var rune in name.EnumerateRunes())
        {
            if (Rune.IsControl(rune) || rune.Value is '/' or '+' or '#' or '%' || (rune.Value == '$' && part.Length == 0) || (rune.Value & 0xFFFE) == 0xFFFE)
                Encode(part, rune);
            else
                part.Append(rune);
        }

        var whole = part.ToString();
        return Encoding.UTF8.GetByteCount(whole) <= LongestPart ? whole : Cut(whole) + "~" + Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(name)))[..16];
    }

    private static string Cut(string whole)
    {
        var (kept, bytes) = (0, 0);
        foreach (var rune in whole.EnumerateRunes())
        {
            bytes += rune.Utf8SequenceLength;
            if (bytes > Kept)
                break;
            kept += rune.Utf16SequenceLength;
        }

        return whole[..kept];
    }

    private static void Encode(StringBuilder part, Rune rune)
    {
        Span<byte> bytes = stackalloc byte[4];
        foreach (var octet in bytes[..rune.EncodeToUtf8(bytes)])
            part.Append('%').Append(Convert.ToHexString([octet]));
    }
}
