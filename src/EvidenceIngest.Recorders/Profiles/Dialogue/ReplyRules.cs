namespace EvidenceIngest.Recorders.Profiles.Dialogue;

/// <summary>What a reply must be, and what is taken from it.</summary>
/// <param name="Expect">Null when any reply will do.</param>
/// <param name="Interim">Replies of this kind are skipped: the device is still busy.</param>
/// <param name="Refusals">Replies that mean a permanent no.</param>
/// <param name="Captures">Name of the fact to where it stands in the reply.</param>
/// <param name="Confidential">The reply holds a password: no transcript, message or log shows it.</param>
public sealed record ReplyRules(
    ReplyPattern? Expect,
    ReplyPattern? Interim,
    IReadOnlyList<ReplyRefusal> Refusals,
    IReadOnlyDictionary<string, ReplyCapture> Captures,
    bool Confidential)
{
    public static readonly ReplyRules None = new(null, null, [], new Dictionary<string, ReplyCapture>(), false);
}

/// <summary>All given conditions hold.</summary>
/// <param name="Contains">These bytes stand somewhere.</param>
/// <param name="Text">The whole reply but zeros and blanks at its end.</param>
/// <param name="Bytes">These bytes stand at <paramref name="At"/>.</param>
/// <param name="At">From 0.</param>
/// <param name="Shown">As the profile words it.</param>
public sealed record ReplyPattern(ReadOnlyMemory<byte>? Contains, ReadOnlyMemory<byte>? Text, ReadOnlyMemory<byte>? Bytes, int At, string Shown);

public sealed record ReplyRefusal(ReplyPattern Pattern, RefusalReason Reason);

public enum RefusalReason
{
    /// <summary>Wrong password. Never tried again by itself: recorders lock themselves after a few.</summary>
    Password,

    /// <summary>Locked already.</summary>
    Locked,

    /// <summary>No memory card.</summary>
    NoCard,

    /// <summary>The device says no for a reason of its own, e.g. while it records.</summary>
    Busy,
}

/// <summary>Where a fact stands in a reply.</summary>
public abstract record ReplyCapture;

/// <param name="Field">Number of the field, from 0.</param>
/// <param name="Separator">Between fields.</param>
/// <param name="Encoding">Of the whole reply.</param>
public sealed record FieldCapture(int Field, char Separator, ReplyEncoding Encoding) : ReplyCapture;

/// <param name="At">First byte, from 0.</param>
/// <param name="Length">Most bytes; text ends at a zero byte before.</param>
/// <param name="Encoding">How bytes become text.</param>
public sealed record SpanCapture(int At, int Length, ReplyEncoding Encoding) : ReplyCapture;

/// <summary>The device's time, as numbers.</summary>
public sealed record TimeNumbersCapture(int At, IReadOnlyList<TimeNumber> Layout) : ReplyCapture;

/// <summary>The device's time, as text.</summary>
/// <param name="Place">Where the text stands.</param>
/// <param name="Format">.NET format.</param>
public sealed record TimeTextCapture(ReplyCapture Place, string Format) : ReplyCapture;

public enum ReplyEncoding
{
    Ascii,

    /// <summary>Code page 936, as recorders write names.</summary>
    Gbk,

    /// <summary>Bytes as hexadecimal digits.</summary>
    Hex,

    /// <summary>One byte as a number.</summary>
    U8,

    /// <summary>Four bytes as a number, as a library's int.</summary>
    I32le,
}

/// <summary>One number of a time laid out in bytes.</summary>
/// <param name="Unit">year, month, day, hour, minute or second.</param>
/// <param name="Bytes">1 or 2. A year in one byte counts from 2000.</param>
/// <param name="BigEndian">Byte order of two bytes.</param>
public readonly record struct TimeNumber(string Unit, int Bytes, bool BigEndian);
