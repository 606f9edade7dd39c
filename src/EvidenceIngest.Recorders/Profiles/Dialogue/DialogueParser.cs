using System.Globalization;
using System.Text.RegularExpressions;

namespace EvidenceIngest.Recorders.Profiles.Dialogue;

/// <summary>Reads a profile's dialogue and notes every fault, as <see cref="ProfileParser"/> does for the rest.</summary>
internal static partial class DialogueParser
{
    private static readonly string[] Transports = ["usb", "scsi", "tcp", "dll"];

    /// <returns>Null when the profile has none. Meaningless when a problem was added.</returns>
    public static DeviceDialogue? Parse(YamlFields profile)
    {
        if (profile.Mapping("dialogue") is not { } fields)
            return null;
        var transport = Transport(fields);
        var secrets = Secrets(fields);
        var steps = new DialogueStepParser(transport, new ByteTemplateParser(secrets));
        var dialogue = new DeviceDialogue(
            transport ?? DialogueTransport.Usb,
            Usb(fields, transport),
            Tcp(fields, transport),
            Inquiry(fields, transport),
            secrets,
            steps.Parse(fields, "probe", DialogueSection.Probe),
            steps.Parse(fields, "info", DialogueSection.Info),
            steps.Parse(fields, "unlock", DialogueSection.Unlock),
            Clock(fields, steps));
        if (dialogue.Usb is null && dialogue.EveryStep.Any(s => s is BulkStep))
            fields.Wrong("usb", "is missing, and there are bulk steps", "usb: { interface: 0, out: 0x01, in: 0x81 }");
        if (dialogue.EveryStep.OfType<DllCallStep>().Select(s => s.Library).Distinct(StringComparer.OrdinalIgnoreCase).Count() > 1)
            fields.Wrong("transport", "the calls name several libraries", "one library, as it gets a process of its own");
        RefuseBlindProbe(fields, dialogue, transport);
        fields.RefuseOthers();
        return dialogue;
    }

    /// <summary>Hexadecimal with 0x, or decimal.</summary>
    internal static int? Number(YamlFields fields, string name, int most, bool required = false)
    {
        var expected = string.Create(CultureInfo.InvariantCulture, $"a number from 0 to {most}, hexadecimal with 0x");
        if (fields.Text(name, expected, required) is not { } text)
            return null;
        var isHex = text.StartsWith("0x", StringComparison.OrdinalIgnoreCase);
        if (int.TryParse(
                isHex ? text[2..] : text, isHex ? NumberStyles.AllowHexSpecifier : NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            && number >= 0 && number <= most)
        {
            return number;
        }

        fields.Wrong(name, $"'{text}' is out of range or no number", expected);
        return null;
    }

    private static DialogueTransport? Transport(YamlFields fields)
    {
        var text = fields.Text("transport", ProfileParser.Among(Transports), required: true);
        if (text is null)
            return null;
        if (Transports.Contains(text))
            return Enum.Parse<DialogueTransport>(text, ignoreCase: true);
        fields.Wrong("transport", $"'{text}' is none", ProfileParser.Among(Transports));
        return null;
    }

    private static UsbChannel? Usb(YamlFields fields, DialogueTransport? transport)
    {
        if (fields.Mapping("usb") is not { } usb)
            return null;
        if (transport is not (null or DialogueTransport.Usb))
            fields.Wrong("usb", "has no meaning here", "transport: usb");
        var number = Number(usb, "interface", 31, required: true);
        var (output, input) = (Number(usb, "out", 0x0f, required: true), Number(usb, "in", 0x8f, required: true));
        if (output == 0)
            usb.Wrong("out", "endpoint 0 is the control endpoint", "0x01 to 0x0f");
        if (input is <= 0x80)
            usb.Wrong("in", "is no endpoint from the device", "0x81 to 0x8f");
        usb.RefuseOthers();
        return new UsbChannel((byte)(number ?? 0), (byte)(output ?? 0), (byte)(input ?? 0));
    }

    private static TcpChannel? Tcp(YamlFields fields, DialogueTransport? transport)
    {
        var tcp = fields.Mapping("tcp", required: transport == DialogueTransport.Tcp);
        if (tcp is null)
            return null;
        if (transport is not (null or DialogueTransport.Tcp))
            fields.Wrong("tcp", "has no meaning here", "transport: tcp");
        const string orders = "be32 or le32";
        var length = tcp.Text("length", orders) ?? "be32";
        if (length is not ("be32" or "le32"))
            tcp.Wrong("length", $"'{length}' is neither", orders);
        var channel = new TcpChannel((ushort)(tcp.Number("port", 1, ushort.MaxValue) ?? 0), length == "be32");
        if (!tcp.Has("port"))
            tcp.Wrong("port", "is missing", "the port on the device");
        tcp.RefuseOthers();
        return channel;
    }

    private static string? Inquiry(YamlFields fields, DialogueTransport? transport)
    {
        var isScsi = transport == DialogueTransport.Scsi;
        var inquiry = fields.Text("inquiry", "what the device answers to INQUIRY, e.g. 'DV16 DEVICE V1.00'", required: isScsi);
        if (inquiry is null)
            return null;
        if (transport is not null && !isScsi)
            fields.Wrong("inquiry", "has no meaning here", "transport: scsi");
        if (inquiry.Any(c => c is < ' ' or > '~') || inquiry.Count(c => c != ' ') is < 4 or > 28)
            fields.Wrong("inquiry", $"'{inquiry}' can't be an answer to INQUIRY", "4 to 28 ASCII characters");
        return inquiry;
    }

    private static Dictionary<string, string> Secrets(YamlFields fields)
    {
        const string expected = "a name with { setting: Recorders:Secrets:… }";
        var secrets = new Dictionary<string, string>(StringComparer.Ordinal);
        if (fields.Mapping("secrets") is not { } names)
            return secrets;
        foreach (var name in names.Names)
        {
            if (!SecretName().IsMatch(name) || name == "now")
                names.Wrong(name, "is no name for a secret", "a lower-case word such as password");
            if (names.Mapping(name) is not { } secret)
                continue;
            if (secret.Text("setting", expected, required: true) is { } setting)
            {
                // Anything else in the configuration, such as the database's password, is none of a recorder's business.
                if (!SettingName().IsMatch(setting))
                    secret.Wrong("setting", $"'{setting}' is not below Recorders:Secrets", "Recorders:Secrets:NAME; the password itself never stands here");
                secrets[name] = setting;
            }

            secret.RefuseOthers();
        }

        return secrets;
    }

    private static ClockDialogue? Clock(YamlFields fields, DialogueStepParser steps)
    {
        if (fields.Mapping("clock") is not { } clock)
            return null;
        const string zones = "local or utc";
        var zone = clock.Text("zone", zones) ?? "local";
        if (zone is not ("local" or "utc"))
            clock.Wrong("zone", $"'{zone}' is neither", zones);
        var read = steps.Parse(clock, "read", DialogueSection.ClockRead);
        var set = steps.Parse(clock, "set", DialogueSection.ClockSet);
        if (read.Count > 0 && read.Count(s => s.Reply.Captures.ContainsKey("time")) != 1)
            clock.Wrong("read", "does not capture the time exactly once", "one step with capture: { time: … }");
        if (read.Count + set.Count == 0)
            fields.Wrong("clock", "neither reads nor sets", "read: or set: with steps");
        clock.RefuseOthers();
        return new ClockDialogue(read, set, zone == "utc" ? ClockZone.Utc : ClockZone.Local);
    }

    /// <summary>A probe that any device would pass tells nothing. For SCSI the INQUIRY is one already.</summary>
    private static void RefuseBlindProbe(YamlFields fields, DeviceDialogue dialogue, DialogueTransport? transport)
    {
        if (transport is null or DialogueTransport.Scsi)
            return;
        if (dialogue.Probe.Count == 0)
            fields.Wrong("probe", "is missing or empty", "at least one harmless question with expect:");
        else if (dialogue.Probe.All(s => s.Reply.Expect is null))
            fields.Wrong("probe", "expects nothing, so every device would pass", "expect: on at least one step");
    }

    [GeneratedRegex(@"\A[a-z][A-Za-z0-9]{0,31}\z")]
    private static partial Regex SecretName();

    [GeneratedRegex(@"\ARecorders:Secrets:[A-Za-z0-9_.-]{1,64}\z")]
    private static partial Regex SettingName();
}
