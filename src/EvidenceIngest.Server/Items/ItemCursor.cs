using System.Globalization;
using EvidenceIngest.Server.Access;

namespace EvidenceIngest.Server.Items;

/// <summary>Where a page ended; items that are announced meanwhile don't shift the next one.</summary>
internal sealed record ItemCursor(DateTimeOffset At, string Id)
{
    public static ItemCursor? Parse(string? text)
    {
        if (string.IsNullOrEmpty(text))
            return null;
        var parts = text.Split('_', 2);
        return parts.Length == 2 && parts[1].Length < 64 && !parts[1].Contains('\0', StringComparison.Ordinal)
            && long.TryParse(parts[0], NumberStyles.None, CultureInfo.InvariantCulture, out var microseconds)
            && microseconds < DateTimeOffset.MaxValue.ToUnixTimeMilliseconds() * 1000
            ? new ItemCursor(DateTimeOffset.UnixEpoch.AddMicroseconds(microseconds), parts[1])
            : throw RequestRefusedException.Invalid("cursor", "is not one that this server made");
    }

    public override string ToString() =>
        string.Create(CultureInfo.InvariantCulture, $"{(At - DateTimeOffset.UnixEpoch).Ticks / TimeSpan.TicksPerMicrosecond}_{Id}");
}
