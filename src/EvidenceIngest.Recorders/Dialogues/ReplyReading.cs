using System.Buffers.Binary;
using System.Globalization;
using EvidenceIngest.Recorders.Profiles.Dialogue;

namespace EvidenceIngest.Recorders.Dialogues;

/// <summary>Compares replies with patterns and takes facts out of them. A reply is whatever a stranger sent.</summary>
internal static class ReplyReading
{
    private const int LongestFact = 64;

    private static readonly byte[] Padding = [0, (byte)' ', (byte)'\r', (byte)'\n'];

    public static bool Fits(this ReplyPattern pattern, ReadOnlySpan<byte> reply) =>
        (pattern.Contains is not { } part || reply.IndexOf(part.Span) >= 0)
        && (pattern.Text is not { } text || reply.TrimEnd(Padding).SequenceEqual(text.Span))
        && (pattern.Bytes is not { } bytes || (reply.Length >= pattern.At && reply[pattern.At..].StartsWith(bytes.Span)));

    /// <summary>Null when the reply is too short for it or holds nothing there.</summary>
    public static string? Fact(this ReplyCapture capture, ReadOnlySpan<byte> reply)
    {
        switch (capture)
        {
            case FieldCapture field:
                var fields = DialogueText.Of(field.Encoding).GetString(reply).Split(field.Separator, field.Field + 2);
                return field.Field < fields.Length ? Printable(fields[field.Field]) : null;
            case SpanCapture span when reply.Length >= span.At + (span.Encoding == ReplyEncoding.Ascii || span.Encoding == ReplyEncoding.Gbk ? 1 : span.Length):
                var bytes = reply.Slice(span.At, Math.Min(span.Length, reply.Length - span.At));
                return span.Encoding switch
                {
                    ReplyEncoding.U8 => bytes[0].ToString(CultureInfo.InvariantCulture),
                    ReplyEncoding.I32le => BinaryPrimitives.ReadInt32LittleEndian(bytes).ToString(CultureInfo.InvariantCulture),
                    ReplyEncoding.Hex => Convert.ToHexString(bytes),
                    _ => Printable(DialogueText.Of(span.Encoding).GetString(bytes[..(bytes.IndexOf((byte)0) is var end and >= 0 ? end : bytes.Length)])),
                };
            default:
                return null;
        }
    }

    /// <summary>The device's time in its own zone; null when the reply holds no possible time.</summary>
    public static DateTime? Time(this ReplyCapture capture, ReadOnlySpan<byte> reply) => capture switch
    {
        TimeNumbersCapture numbers => Time(numbers, reply),
        TimeTextCapture text => text.Place.Fact(reply) is { } written
            && DateTime.TryParseExact(written, text.Format, CultureInfo.InvariantCulture, DateTimeStyles.None, out var time) ? time : null,
        _ => null,
    };

    private static DateTime? Time(TimeNumbersCapture capture, ReadOnlySpan<byte> reply)
    {
        if (reply.Length < capture.At + capture.Layout.Sum(n => n.Bytes))
            return null;
        var rest = reply[capture.At..];
        var values = new Dictionary<string, int>(StringComparer.Ordinal);
        foreach (var number in capture.Layout)
        {
            var value = number.Bytes == 1 ? rest[0]
                : number.BigEndian ? BinaryPrimitives.ReadUInt16BigEndian(rest) : BinaryPrimitives.ReadUInt16LittleEndian(rest);
            values[number.Unit] = number is { Unit: "year", Bytes: 1 } ? 2000 + value : value;
            rest = rest[number.Bytes..];
        }

        var (year, month, day) = (values["year"], values["month"], values["day"]);
        var (hour, minute, second) = (values["hour"], values["minute"], values["second"]);
        return year is >= 1 and <= 9999 && month is >= 1 and <= 12 && day >= 1 && day <= DateTime.DaysInMonth(year, month)
            && hour < 24 && minute < 60 && second < 60
                ? new DateTime(year, month, day, hour, minute, second)
                : null;
    }

    /// <summary>Facts go into logs, ids and screens.</summary>
    private static string? Printable(string text)
    {
        var clean = string.Concat(text.Where(c => !char.IsControl(c) && !char.IsSurrogate(c) && c != '\ufffd'
            && char.GetUnicodeCategory(c) != UnicodeCategory.Format)).Trim();
        return clean.Length == 0 ? null : clean[..Math.Min(clean.Length, LongestFact)];
    }
}
