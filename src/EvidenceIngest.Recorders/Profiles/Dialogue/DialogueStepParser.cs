namespace EvidenceIngest.Recorders.Profiles.Dialogue;

internal enum DialogueSection
{
    Probe,
    Info,
    Unlock,
    ClockRead,
    ClockSet,
}

/// <summary>Reads a list of steps. Limits keep a device that answers nothing from holding a bay for long.</summary>
internal sealed class DialogueStepParser(DialogueTransport? transport, ByteTemplateParser templates)
{
    public const int LargestReply = 64 * 1024;

    private const int MostSteps = 50;

    private static readonly string[] Kinds = ["scsi", "control", "bulk", "tcpFrame", "wait", "expectReenumerate", "dllCall"];

    public IReadOnlyList<DialogueStep> Parse(YamlFields owner, string field, DialogueSection section)
    {
        var items = owner.Mappings(field);
        if (items.Count > MostSteps)
            owner.Wrong(field, "has too many steps", $"at most {MostSteps}");
        return [.. items.Take(MostSteps).Select((item, i) => Step(item, $"{(section >= DialogueSection.ClockRead ? "clock." : "")}{field}[{i}]", section)).OfType<DialogueStep>()];
    }

    private DialogueStep? Step(YamlFields fields, string name, DialogueSection section)
    {
        var kinds = Kinds.Where(fields.Has).ToList();
        if (kinds is not [var kind])
        {
            fields.Wrong(kinds.Count == 0 ? "(step)" : kinds[1], kinds.Count == 0 ? "says nothing to do" : "is a second thing to do", "exactly " + ProfileParser.Among(Kinds));
            return null;
        }

        RefuseMisplaced(fields, kind, section);
        DialogueStep? step = kind switch
        {
            "scsi" => Scsi(fields, name),
            "control" => Control(fields, name),
            "bulk" => Bulk(fields, name),
            "tcpFrame" => TcpFrame(fields, name),
            "wait" => new WaitStep(name, TimeSpan.FromSeconds(fields.Number("wait", 1, 60) ?? 1)),
            "expectReenumerate" => Reenumerate(fields, name),
            _ => new DllCallParser(this).Parse(fields, name),
        };
        if (step is null or WaitStep or ReenumerateStep)
        {
            fields.RefuseOthers();
            return step;
        }

        step = step with
        {
            Reply = new ReplyRulesParser(fields, section, (step as DllCallStep)?.ResultAt).Parse(step.Reply),
            Timeout = TimeSpan.FromSeconds(fields.Number("timeoutSeconds", 1, 60) ?? 3),
            Retries = fields.Number("retries", 0, 20) ?? 0,
            RetryPause = TimeSpan.FromSeconds(fields.Number("retryPauseSeconds", 1, 60) ?? 1),
        };
        if (step.SendsSecret && step.Retries > 0)
            fields.Wrong("retries", "would send a password again", "no retries: recorders lock themselves after a few wrong ones");
        if (step.SendsSecret && section == DialogueSection.Probe)
            fields.Wrong(kind, "sends a password to a device that isn't identified yet", "passwords in unlock only");
        if (!HasReply(step) && step.Reply != ReplyRules.None && (step.Reply.Expect is not null || step.Reply.Captures.Count > 0 || step.Reply.Refusals.Count > 0))
            fields.Wrong(kind, "has rules for a reply but reads none", "read:");
        fields.RefuseOthers();
        return step;
    }

    private static bool HasReply(DialogueStep step) => step switch
    {
        ScsiStep scsi => scsi.Read > 0,
        ControlStep control => control.Read > 0,
        BulkStep bulk => bulk.Read > 0,
        TcpFrameStep frame => frame.Read,
        _ => true,
    };

    private void RefuseMisplaced(YamlFields fields, string kind, DialogueSection section)
    {
        var needed = kind switch
        {
            "scsi" => DialogueTransport.Scsi,
            "control" or "bulk" => DialogueTransport.Usb,
            "tcpFrame" => DialogueTransport.Tcp,
            "dllCall" => DialogueTransport.Dll,
            _ => transport,
        };
        if (transport is not null && needed != transport)
            fields.Wrong(kind, $"does not go over this dialogue's transport", $"transport: {needed.ToString()!.ToLowerInvariant()}");
        if (kind == "expectReenumerate" && section != DialogueSection.Unlock)
            fields.Wrong(kind, "only unlocking makes a device come back as another", "in unlock only");
    }

    private ScsiStep? Scsi(YamlFields owner, string name)
    {
        if (owner.Mapping("scsi", required: true) is not { } fields)
            return null;
        const string expected = "6 to 16 bytes in hexadecimal, e.g. 'FD 81 00 00 00 01 00 10 00 00 00 00 00 00 00 00'";
        var cdb = fields.Text("cdb", expected, required: true) is { } text ? Checked(fields, "cdb", templates.Hex(text)) : null;
        // Its length is known unless a password is part of it.
        if (cdb is { HasSecret: false } && cdb.Parts.Sum(Length) is < 6 or > 16)
            fields.Wrong("cdb", "has the wrong length", expected);
        var (write, read) = (Payload(fields), Read(fields));
        if (write is not null && read > 0)
            fields.Wrong("read", "goes together with no write", "one of read and write: a SCSI command moves data one way");
        fields.RefuseOthers();
        return cdb is null ? null : new ScsiStep(name, cdb, write, read);
    }

    private static int Length(TemplatePart part) => part switch
    {
        LiteralPart literal => literal.Bytes.Length,
        TimeNumbersPart time => time.Layout.Sum(n => n.Bytes),
        _ => 0,
    };

    private ControlStep? Control(YamlFields owner, string name)
    {
        if (owner.Mapping("control", required: true) is not { } fields)
            return null;
        var type = DialogueParser.Number(fields, "type", 0xff, required: true);
        var (write, read) = (Payload(fields), Read(fields));
        if (type is { } known && ((known & 0x80) != 0 ? write is not null || read == 0 : read > 0))
            fields.Wrong("type", "its high bit says in which direction data goes", "0x80 and above with read, below with write");
        if (type is { } kind && (kind & 0x60) == 0)
            fields.Wrong("type", "is a standard request, which configures the device", "a class (0x20) or vendor (0x40) request");
        var step = new ControlStep(
            name,
            (byte)(type ?? 0),
            (byte)(DialogueParser.Number(fields, "request", 0xff, required: true) ?? 0),
            (ushort)(DialogueParser.Number(fields, "value", 0xffff) ?? 0),
            (ushort)(DialogueParser.Number(fields, "index", 0xffff) ?? 0),
            write,
            read);
        fields.RefuseOthers();
        return step;
    }

    private BulkStep? Bulk(YamlFields owner, string name)
    {
        if (owner.Mapping("bulk", required: true) is not { } fields)
            return null;
        var step = new BulkStep(name, Payload(fields), Read(fields));
        if (step is { Write: null, Read: 0 })
            owner.Wrong("bulk", "neither writes nor reads", "write: or read:");
        fields.RefuseOthers();
        return step;
    }

    private TcpFrameStep? TcpFrame(YamlFields owner, string name)
    {
        if (owner.Mapping("tcpFrame", required: true) is not { } fields)
            return null;
        var step = new TcpFrameStep(name, Payload(fields), fields.Flag("read") ?? false);
        if (step is { Write: null, Read: false })
            owner.Wrong("tcpFrame", "neither writes nor reads", "write: or read: true");
        fields.RefuseOthers();
        return step;
    }

    private static ReenumerateStep? Reenumerate(YamlFields owner, string name)
    {
        if (owner.Mapping("expectReenumerate", required: true) is not { } fields)
            return null;
        var (ids, interfaceClass) = (ProfileMatchParser.UsbIds(fields), ProfileMatchParser.InterfaceClass(fields));
        if (ids.Count == 0 && interfaceClass is null)
            owner.Wrong("expectReenumerate", "any device would do", "usbIds: or interface:");
        var step = new ReenumerateStep(name, ids, interfaceClass, TimeSpan.FromSeconds(fields.Number("withinSeconds", 1, 120) ?? 30));
        fields.RefuseOthers();
        return step;
    }

    private static int Read(YamlFields fields) => fields.Number("read", 1, LargestReply) ?? 0;

    private ByteTemplate? Payload(YamlFields owner)
    {
        if (owner.Mapping("write") is not { } fields)
            return null;
        var template = Bytes(owner, "write", fields);
        fields.RefuseOthers();
        return template;
    }

    /// <summary>Reads hex or text with what belongs to them; the fields may hold others too.</summary>
    internal ByteTemplate? Bytes(YamlFields owner, string place, YamlFields fields)
    {
        var (hex, text) = (fields.Text("hex", "bytes such as 'A1 12 {password:ascii}'"), fields.Text("text", "a text such as '@Ver;8;#'"));
        var encoding = ReplyRulesParser.Encoding(fields, "encoding", ReplyRulesParser.TextEncodings);
        var pad = fields.Number("pad", 1, LargestReply);
        if (hex is null == text is null)
            owner.Wrong(place, "needs hex or text", "exactly one of hex and text");
        return hex is not null ? Checked(fields, "hex", templates.Hex(hex, pad))
            : text is not null ? Checked(fields, "text", templates.Text(text, encoding, pad))
            : null;
    }

    private static ByteTemplate? Checked(YamlFields fields, string name, (ByteTemplate? Template, string? Expected) read)
    {
        if (read.Expected is not null)
            fields.Wrong(name, "can't be read as a template", read.Expected);
        return read.Template;
    }
}
