using System.Buffers.Text;
using System.Globalization;
using System.Text;
using EvidenceIngest.Server.Access;

namespace EvidenceIngest.Server.Api;

/// <summary>Where a page of what is newest first ended; what comes in meanwhile doesn't shift the next one.</summary>
/// <param name="At">Of the last line, to the microsecond.</param>
/// <param name="Id">Of the last line, among those of one moment.</param>
internal sealed record PageCursor(DateTimeOffset At, string Id)
{
    private const int LongestText = 1200;
    private const int LongestId = 200;

    public static PageCursor? Parse(string? text)
    {
        if (string.IsNullOrEmpty(text))
            return null;
        return text.Length <= LongestText && Base64Url.IsValid(text) && Read(Encoding.UTF8.GetString(Base64Url.DecodeFromChars(text))) is { } cursor
            ? cursor
            : throw RequestRefusedException.Invalid("cursor", "翻页标记无效，请从第一页重新查询 / is not one that this server made");
    }

    public override string ToString() => Base64Url.EncodeToString(Encoding.UTF8.GetBytes(
        string.Create(CultureInfo.InvariantCulture, $"{(At - DateTimeOffset.UnixEpoch).Ticks / TimeSpan.TicksPerMicrosecond}_{Id}")));

    private static PageCursor? Read(string text) =>
        text.Split('_', 2) is [var at, { Length: > 0 and <= LongestId } id] && Texts.Fault(id) is null
        && long.TryParse(at, NumberStyles.None, CultureInfo.InvariantCulture, out var microseconds)
        && microseconds < DateTimeOffset.MaxValue.ToUnixTimeMilliseconds() * 1000
            ? new PageCursor(DateTimeOffset.UnixEpoch.AddMicroseconds(microseconds), id)
            : null;
}
