using System.Globalization;
using EvidenceIngest.Recorders.Profiles.Dialogue;

namespace EvidenceIngest.Recorders.Dialogues;

/// <summary>What a dialogue would send, step by step, with passwords as •••. Asks nobody for them.</summary>
internal static class DialoguePreview
{
    public static IReadOnlyList<string> Of(DeviceDialogue dialogue, TemplateValues values)
    {
        var lines = new List<string>();
        if (dialogue.Inquiry is { } inquiry)
            lines.Add($"INQUIRY, must be '{inquiry}'");
        // In the order in which they are spoken.
        var steps = dialogue.Probe.Concat(dialogue.Clock?.Read ?? []).Concat(dialogue.Info).Concat(dialogue.Unlock);
        lines.AddRange(steps.Select(step => $"{step.Name} {Describe(step, values)}{Expectation(step.Reply)}"));
        return lines;
    }

    public static string Describe(DialogueStep step, TemplateValues values) => step switch
    {
        ScsiStep scsi => $"cdb {values.Preview(scsi.Cdb)}{Data(scsi.Write, values)}",
        ControlStep control =>
            $"control {control.Type:x2}/{control.Request:x2} value {control.Value:x4} index {control.Index:x4}{Data(control.Write, values)}",
        BulkStep bulk => bulk.Write is null ? "(reads only)" : values.Preview(bulk.Write),
        TcpFrameStep frame => frame.Write is null ? "(reads only)" : values.Preview(frame.Write),
        WaitStep wait => $"(waits {wait.Pause.TotalSeconds} s)",
        ReenumerateStep reenumerate =>
            $"(waits up to {reenumerate.Within.TotalSeconds} s for {string.Join(", ", reenumerate.UsbIds.Select(i => $"{i.Vendor:x4}:{i.Product:x4}"))} {reenumerate.InterfaceClass})",
        DllCallStep call => $"{call.Library} {call.Function}({string.Join(", ", call.Arguments.Select(a => Describe(a, values)))})",
        _ => throw new ArgumentOutOfRangeException(nameof(step), step, "no such step"),
    };

    private static string Describe(DllArgument argument, TemplateValues values) => argument switch
    {
        DllInput input => values.Preview(input.Content),
        DllNumber number => number.Value.ToString(CultureInfo.InvariantCulture),
        DllOutput output => output.IsZfyInfo ? $"zfyInfo{output.Bytes}" : $"out {output.Bytes}",
        _ => "result",
    };

    private static string Data(ByteTemplate? data, TemplateValues values) => data is null ? "" : " data " + values.Preview(data);

    private static string Expectation(ReplyRules rules) => rules.Expect is null ? "" : $"; must answer {rules.Expect.Shown}";
}
