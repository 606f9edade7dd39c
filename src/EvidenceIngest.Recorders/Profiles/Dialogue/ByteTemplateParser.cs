using System.Text;

namespace EvidenceIngest.Recorders.Profiles.Dialogue;

/// <summary>Reads templates: hexadecimal or text, with {places}. A fault comes back as what would be right.</summary>
internal sealed class ByteTemplateParser(IReadOnlyDictionary<string, string> secrets)
{
    private const string HexPlaces = "pairs of hexadecimal digits and places such as {password:ascii} or {now:u16le year, u8 month}";
    private const string TextPlaces = "a text with places such as {password} or {now:yyyyMMdd}; {{ and }} are braces";

    public (ByteTemplate? Template, string? Expected) Hex(string text, int? padTo = null)
    {
        var parts = new List<TemplatePart>();
        foreach (var (piece, isPlace) in Pieces(text, doubledBraces: false) ?? [("", true)])
        {
            if (isPlace)
            {
                if (HexPlace(piece) is not { } place)
                    return (null, HexPlaces);
                parts.Add(place);
            }
            else if (piece.Trim().Length > 0)
            {
                if (DialogueText.Hex(piece) is not { } bytes)
                    return (null, HexPlaces);
                parts.Add(new LiteralPart(bytes));
            }
        }

        return parts.Count > 0 ? (new ByteTemplate(parts, padTo), null) : (null, HexPlaces);
    }

    public (ByteTemplate? Template, string? Expected) Text(string text, ReplyEncoding encoding, int? padTo = null)
    {
        var parts = new List<TemplatePart>();
        foreach (var (piece, isPlace) in Pieces(text, doubledBraces: true) ?? [("", true)])
        {
            if (!isPlace)
            {
                try
                {
                    parts.Add(new LiteralPart(DialogueText.Of(encoding).GetBytes(piece)));
                }
                catch (EncoderFallbackException)
                {
                    return (null, "a text that its encoding can express; encoding: gbk for Chinese");
                }
            }
            else if (TextPlace(piece, encoding) is { } place)
            {
                parts.Add(place);
            }
            else
            {
                return (null, TextPlaces);
            }
        }

        return parts.Count > 0 ? (new ByteTemplate(parts, padTo), null) : (null, TextPlaces);
    }

    private TemplatePart? HexPlace(string place)
    {
        var (name, argument) = Split(place);
        if (name == "now")
            return argument is not null && DialogueText.Layout(argument.Split(',')) is { } layout ? new TimeNumbersPart(layout) : null;
        return secrets.ContainsKey(name) && argument is "ascii" or "gbk"
            ? new SecretPart(name, argument == "gbk" ? ReplyEncoding.Gbk : ReplyEncoding.Ascii)
            : null;
    }

    private TemplatePart? TextPlace(string place, ReplyEncoding encoding)
    {
        var (name, argument) = Split(place);
        if (name == "now")
            return argument is not null && DialogueText.IsTimeFormat(argument) ? new TimeTextPart(argument) : null;
        return secrets.ContainsKey(name) && argument is null ? new SecretPart(name, encoding) : null;
    }

    private static (string Name, string? Argument) Split(string place) =>
        place.IndexOf(':', StringComparison.Ordinal) is var colon and >= 0 ? (place[..colon], place[(colon + 1)..]) : (place, null);

    /// <summary>Literals and places in order; null when a brace is left open.</summary>
    private static List<(string Piece, bool IsPlace)>? Pieces(string text, bool doubledBraces)
    {
        var pieces = new List<(string, bool)>();
        var literal = new StringBuilder();
        for (var i = 0; i < text.Length; i++)
        {
            if (doubledBraces && text[i] is '{' or '}' && i + 1 < text.Length && text[i + 1] == text[i])
            {
                literal.Append(text[i++]);
            }
            else if (text[i] == '{' && text.IndexOf('}', i) is var end and > 0)
            {
                Flush();
                pieces.Add((text[(i + 1)..end], true));
                i = end;
            }
            else if (text[i] is '{' or '}')
            {
                return null;
            }
            else
            {
                literal.Append(text[i]);
            }
        }

        Flush();
        return pieces;

        void Flush()
        {
            if (literal.Length > 0)
                pieces.Add((literal.ToString(), false));
            literal.Clear();
        }
    }
}
