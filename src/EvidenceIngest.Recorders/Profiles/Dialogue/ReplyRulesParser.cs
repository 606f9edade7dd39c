using System.Buffers.Binary;
using System.Globalization;
using System.Text;

namespace EvidenceIngest.Recorders.Profiles.Dialogue;

/// <summary>Reads what a step says about its reply: expect, interim, refuse, capture, confidential.</summary>
/// <param name="step">Whose reply it is.</param>
/// <param name="section">Says which facts can be captured.</param>
/// <param name="resultAt">For calls into a library: where the result code stands behind the buffers.</param>
internal sealed class ReplyRulesParser(YamlFields step, DialogueSection section, int? resultAt)
{
    public static readonly Dictionary<string, ReplyEncoding> TextEncodings = new(StringComparer.Ordinal)
    {
        ["ascii"] = ReplyEncoding.Ascii, ["gbk"] = ReplyEncoding.Gbk,
    };

    private static readonly Dictionary<string, ReplyEncoding> SpanEncodings = new(TextEncodings, StringComparer.Ordinal)
    {
        ["hex"] = ReplyEncoding.Hex, ["u8"] = ReplyEncoding.U8, ["i32le"] = ReplyEncoding.I32le,
    };

    private static readonly Dictionary<string, RefusalReason> Reasons = new(StringComparer.Ordinal)
    {
        ["password"] = RefusalReason.Password,
        ["locked"] = RefusalReason.Locked,
        ["noCard"] = RefusalReason.NoCard,
        ["busy"] = RefusalReason.Busy,
    };

    /// <param name="given">What the step itself implies.</param>
    public ReplyRules Parse(ReplyRules given)
    {
        var expect = step.Mapping("expect") is { } fields ? Pattern(fields) : null;
        if (expect is not null && given.Expect is not null)
            step.Wrong("expect", "goes together with no return", "one of the two");
        return new ReplyRules(
            expect ?? given.Expect,
            step.IsText("interim") ? step.Text("interim", "a text") is { } text ? Containing(text, ReplyEncoding.Gbk) : null
                : step.Mapping("interim") is { } interim ? Pattern(interim) : null,
            step.IsList("refuse") ? [.. step.Mappings("refuse").Select(Refusal)] : step.Mapping("refuse") is { } refuse ? [Refusal(refuse)] : [],
            Captures(),
            step.Flag("confidential") ?? false);
    }

    /// <summary>A library's result code.</summary>
    public static ReplyPattern Result(int code, int at)
    {
        var bytes = new byte[sizeof(int)];
        BinaryPrimitives.WriteInt32LittleEndian(bytes, code);
        return new ReplyPattern(null, null, bytes, at, string.Create(CultureInfo.InvariantCulture, $"result {code}"));
    }

    public static ReplyEncoding Encoding(YamlFields fields, string name, Dictionary<string, ReplyEncoding> known)
    {
        var text = fields.Text(name, ProfileParser.Among(known.Keys)) ?? "ascii";
        if (known.TryGetValue(text, out var encoding))
            return encoding;
        fields.Wrong(name, $"'{text}' is none", ProfileParser.Among(known.Keys));
        return ReplyEncoding.Ascii;
    }

    private static ReplyPattern Containing(string text, ReplyEncoding encoding) => new(Bytes(text, encoding), null, null, 0, text);

    private static ReadOnlyMemory<byte>? Bytes(string text, ReplyEncoding encoding)
    {
        try
        {
            return DialogueText.Of(encoding).GetBytes(text);
        }
        catch (EncoderFallbackException)
        {
            return null;
        }
    }

    private ReplyPattern Pattern(YamlFields fields)
    {
        if (fields.Number("return", int.MinValue, int.MaxValue) is { } code)
        {
            if (resultAt is null)
                fields.Wrong("return", "is a library's result code", "dllCall");
            fields.RefuseOthers();
            return Result(code, resultAt ?? 0);
        }

        var encoding = Encoding(fields, "encoding", TextEncodings);
        var contains = fields.Text("contains", "a part of the reply");
        var whole = fields.Text("equals", "the whole reply");
        var hex = fields.Text("bytes", "bytes such as '01'");
        var at = fields.Number("at", 0, DialogueStepParser.LargestReply - 1);
        var bytes = hex is null ? null : DialogueText.Hex(hex);
        if (hex is not null && bytes is null)
            fields.Wrong("bytes", $"'{hex}' is no hexadecimal", "bytes such as '01'");
        if (at is not null && hex is null)
            fields.Wrong("at", "says where bytes stand, and there are none", "bytes:");
        if (contains is null && whole is null && hex is null)
            fields.Wrong("contains", "is missing: without any condition every reply fits", "contains:, equals: or bytes:");
        foreach (var (name, text) in new[] { ("contains", contains), ("equals", whole) })
        {
            if (text is not null && Bytes(text, encoding) is null)
                fields.Wrong(name, "can't be expressed in this encoding", "encoding: gbk for Chinese");
        }

        fields.RefuseOthers();
        return new ReplyPattern(
            contains is null ? null : Bytes(contains, encoding),
            whole is null ? null : Bytes(whole, encoding),
            bytes, at ?? 0,
            string.Join(" and ", new[] { contains, whole, hex is null ? null : string.Create(CultureInfo.InvariantCulture, $"{hex} at {at ?? 0}") }.Where(t => t is not null)));
    }

    private ReplyRefusal Refusal(YamlFields fields)
    {
        var name = fields.Text("as", ProfileParser.Among(Reasons.Keys), required: true) ?? "password";
        if (!Reasons.TryGetValue(name, out var reason))
            fields.Wrong("as", $"'{name}' is none", ProfileParser.Among(Reasons.Keys));
        return new ReplyRefusal(Pattern(fields), reason);
    }

    private Dictionary<string, ReplyCapture> Captures()
    {
        var captures = new Dictionary<string, ReplyCapture>(StringComparer.Ordinal);
        if (step.Mapping("capture") is not { } facts)
            return captures;
        string[] known = section switch
        {
            DialogueSection.ClockRead => ["time"],
            DialogueSection.Probe or DialogueSection.Info => FactNames.All,
            _ => [],
        };
        if (known.Length == 0)
            step.Wrong("capture", "is of no use here", "in probe, info or clock.read");
        foreach (var name in known.Where(facts.Has))
        {
            if (facts.Mapping(name) is not { } place)
                continue;
            if ((name == "time" ? Time(place) : Place(place)) is { } capture)
                captures[name] = capture;
            place.RefuseOthers();
        }

        facts.RefuseOthers();
        return captures;
    }

    private ReplyCapture? Place(YamlFields fields)
    {
        var encoding = Encoding(fields, "encoding", SpanEncodings);
        if (fields.Has("field"))
        {
            var separator = fields.Text("separator", "one character") ?? ";";
            if (separator.Length != 1 || !char.IsAscii(separator[0]))
                fields.Wrong("separator", $"'{separator}' is not one ASCII character", "such as ';'");
            if (encoding is ReplyEncoding.Hex or ReplyEncoding.U8 or ReplyEncoding.I32le)
                fields.Wrong("encoding", "fields are text", "ascii or gbk");
            return fields.Number("field", 0, 99) is { } number ? new FieldCapture(number, separator[0], encoding) : null;
        }

        var at = fields.Number("at", 0, DialogueStepParser.LargestReply - 1);
        var numberBytes = encoding switch { ReplyEncoding.U8 => 1, ReplyEncoding.I32le => 4, _ => 0 };
        var length = fields.Number("length", 1, 256) ?? numberBytes;
        if (at is null || length == 0)
            fields.Wrong("at", "is missing: nothing says where it stands", "field: and separator:, or at: and length:");
        if (numberBytes > 0 && length != numberBytes)
            fields.Wrong("length", "is not the length of this encoding", "no length:");
        if (at + length > resultAt)
            fields.Wrong("at", "reaches beyond the buffers of the call", "a place in the { out: … } buffers, which follow each other");
        return at is null ? null : new SpanCapture(at.Value, length, encoding);
    }

    private ReplyCapture? Time(YamlFields fields)
    {
        if (fields.Has("layout"))
        {
            var layout = DialogueText.Layout(fields.Texts("layout", "a list such as [u16le year, u8 month, u8 day, u8 hour, u8 minute, u8 second]"));
            if (layout is null || layout.Count < DialogueText.Units.Length)
                fields.Wrong("layout", "is no complete time", "u8, u16le or u16be for each of year, month, day, hour, minute, second");
            return layout is null ? null : new TimeNumbersCapture(fields.Number("at", 0, DialogueStepParser.LargestReply - 1) ?? 0, layout);
        }

        var format = fields.Text("format", "a .NET time format such as yyyy-MM-dd HH:mm:ss, or layout:", required: true);
        if (format is not null && !DialogueText.IsTimeFormat(format))
            fields.Wrong("format", $"'{format}' does not read back what it writes", "a .NET time format such as yyyy-MM-dd HH:mm:ss");
        if (format is null)
            return null;
        // Alone, the format says how long the text is; it stands at the start.
        var place = fields.Has("field")
            ? Place(fields)
            : new SpanCapture(fields.Number("at", 0, DialogueStepParser.LargestReply - 1) ?? 0, format.Length, ReplyEncoding.Ascii);
        return place is null ? null : new TimeTextCapture(place, format);
    }
}

/// <summary>What a device can be asked about itself.</summary>
internal static class FactNames
{
    public static readonly string[] All =
        ["serial", "officer", "officerName", "unit", "unitName", "battery", "model", "volumeLabel"];
}
