using System.Globalization;
using EvidenceIngest.VendorDll;

namespace EvidenceIngest.Recorders.Profiles.Dialogue;

/// <summary>Reads a call into a maker's library.</summary>
/// <param name="bytes">Reads what goes into the call.</param>
internal sealed class DllCallParser(DialogueStepParser bytes)
{
    private const string Arguments = "a list such as [{ out: 16 }, { text: '{password}' }, { out: result }]";
    private const string Outputs = "a number of bytes, result, zfyInfo94 or zfyInfo89";

    private static readonly Dictionary<string, DllArgument> NamedOutputs = new(StringComparer.Ordinal)
    {
        ["result"] = new DllResult(),
        ["zfyInfo94"] = new DllOutput(94, IsZfyInfo: true),
        ["zfyInfo89"] = new DllOutput(89, IsZfyInfo: true),
    };

    public DllCallStep? Parse(YamlFields owner, string name)
    {
        if (owner.Mapping("dllCall", required: true) is not { } fields)
            return null;
        var library = fields.Text("library", "a file name such as x.dll", required: true);
        if (library is not null && (library[0] == '.' || library.Any(c => !char.IsAsciiLetterOrDigit(c) && c is not ('.' or '_' or '-'))))
            fields.Wrong("library", $"'{library}' is no plain file name", "a file name such as x.dll, without folders");
        var function = fields.Text("function", "an export such as SetMSDC", required: true);
        if (function is not null && (function.Length > 100 || function.Any(c => !char.IsAsciiLetterOrDigit(c) && c is not ('_' or '@' or '?' or '$'))))
            fields.Wrong("function", $"'{function}' can't be an export", "an export such as SetMSDC");
        List<DllArgument> arguments = [.. fields.Mappings("arguments").Select(a => Argument(fields, a)).OfType<DllArgument>()];
        if (arguments.Count > VendorProtocol.MostArguments)
            fields.Wrong("arguments", "has too many entries", string.Create(CultureInfo.InvariantCulture, $"at most {VendorProtocol.MostArguments}"));
        if (arguments.Count(a => a is DllResult) > 1)
            fields.Wrong("arguments", "has more than one { out: result }", Arguments);
        if (arguments.OfType<DllOutput>().Sum(o => o.Bytes) > VendorProtocol.MostBytes)
            fields.Wrong("arguments", "takes too much memory", string.Create(CultureInfo.InvariantCulture, $"at most {VendorProtocol.MostBytes} bytes"));
        var result = fields.Number("return", int.MinValue, int.MaxValue);
        fields.RefuseOthers();
        if (owner.Has("interim"))
            owner.Wrong("interim", "has no meaning here: a call has one result", "retries:");
        if (library is null || function is null)
            return null;
        var step = new DllCallStep(name, library, function, arguments);
        return result is { } code
            ? step with { Reply = ReplyRules.None with { Expect = ReplyRulesParser.Result(code, step.ResultAt) } }
            : step;
    }

    private DllArgument? Argument(YamlFields owner, YamlFields fields)
    {
        string[] kinds = ["text", "hex", "number", "out"];
        DllArgument? argument = null;
        if (kinds.Count(fields.Has) != 1)
            owner.Wrong("arguments", "an entry is not exactly one of text, hex, number and out", Arguments);
        else if (fields.Has("out"))
            argument = Output(fields);
        else if (fields.Has("number"))
            argument = fields.Number("number", int.MinValue, int.MaxValue) is { } number ? new DllNumber(number) : null;
        else
            argument = bytes.Bytes(owner, "arguments", fields) is { } content ? new DllInput(content) : null;
        fields.RefuseOthers();
        return argument;
    }

    private static DllArgument? Output(YamlFields fields)
    {
        if (fields.Text("out", Outputs) is not { } text)
            return null;
        if (NamedOutputs.TryGetValue(text, out var named))
            return named;
        if (int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var count) && count is > 0 and <= VendorProtocol.MostBytes)
            return new DllOutput(count, IsZfyInfo: false);
        fields.Wrong("out", $"'{text}' is none", Outputs);
        return null;
    }
}
