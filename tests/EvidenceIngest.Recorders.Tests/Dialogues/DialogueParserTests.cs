using EvidenceIngest.Recorders.Profiles.Dialogue;

namespace EvidenceIngest.Recorders.Tests.Dialogues;

public sealed class DialogueParserTests
{
    [Fact]
    public void Everything_a_dialogue_says_is_read()
    {
        var dialogue = DialogueProfiles.Load(DialogueProfiles.Text).Dialogue!;
        Assert.Equal((DialogueTransport.Usb, new UsbChannel(0, 1, 0x81)), (dialogue.Transport, dialogue.Usb));
        Assert.Equal("Recorders:Secrets:text", dialogue.Secrets["password"]);
        Assert.Equal(["unlock[0]", "unlock[1]", "unlock[2]"], dialogue.Unlock.Select(s => s.Name));
        var unlock = Assert.IsType<BulkStep>(dialogue.Unlock[0]);
        Assert.True(unlock.SendsSecret);
        Assert.Equal((64, RefusalReason.Password, 0), (unlock.Read, Assert.Single(unlock.Reply.Refusals).Reason, unlock.Retries));
        Assert.Equal(TimeSpan.FromSeconds(1), Assert.IsType<WaitStep>(dialogue.Unlock[1]).Pause);
        Assert.Equal("08/06", Assert.IsType<ReenumerateStep>(dialogue.Unlock[2]).InterfaceClass);
        Assert.Equal(2, dialogue.Info[0].Retries);
        var control = Assert.IsType<ControlStep>(DialogueProfiles.Load(DialogueProfiles.Control).Dialogue!.Unlock[0]);
        Assert.Equal("40/55 0080 64", $"{control.Type:x2}/{control.Request:x2} {control.Value:x4} {control.Write!.PadTo}");
        Assert.Null(Support.Recorders.Profile("dsj-msc").Dialogue);
    }

    [Theory]
    [InlineData("transport: usb", "transport: serial", "dialogue.transport: 'serial' is none; expected one of dll, scsi, tcp, usb")]
    [InlineData("transport: usb", "transport: scsi", "dialogue.probe[0].bulk: does not go over this dialogue's transport; expected transport: usb")]
    [InlineData("transport: usb", "transport: scsi", "dialogue.inquiry: is missing")]
    [InlineData("usb: { interface: 0, out: 0x01, in: 0x81 }", "", "dialogue.usb: is missing, and there are bulk steps")]
    [InlineData("out: 0x01", "out: 0", "dialogue.usb.out: endpoint 0 is the control endpoint")]
    [InlineData("in: 0x81", "in: 0x01", "dialogue.usb.in: is no endpoint from the device")]
    [InlineData("in: 0x81", "in: 0xzz", "dialogue.usb.in: '0xzz' is out of range or no number")]
    [InlineData("Recorders:Secrets:text", "s3cr3t", "dialogue.secrets.password.setting: 's3cr3t' is not below Recorders:Secrets")]
    [InlineData("{password}", "{passwort}", "dialogue.unlock[0].bulk.write.text: can't be read as a template")]
    [InlineData("{password}", "{now:x}", "dialogue.unlock[0].bulk.write.text: can't be read as a template")]
    [InlineData("{password}", "{password", "dialogue.unlock[0].bulk.write.text: can't be read as a template")]
    [InlineData("00000000;#' }, read: 64 }\n      expect", "{password};#' }, read: 64 }\n      expect", "dialogue.probe[0].bulk: sends a password to a device that isn't identified yet")]
    [InlineData("      expect: { contains: 'Ver;OK' }\n", "", "dialogue.probe: expects nothing, so every device would pass")]
    [InlineData("contains: 'Ver;OK'", "like: x", "dialogue.probe[0].expect.like: is no known field")]
    [InlineData("as: password", "as: wrong", "dialogue.unlock[0].refuse.as: 'wrong' is none")]
    [InlineData("interim: 'BUSY'", "retries: 3", "dialogue.unlock[0].retries: would send a password again")]
    [InlineData("wait: 1", "wait: 999", "dialogue.unlock[1].wait: '999' is out of range")]
    [InlineData("wait: 1", "sleep: 1", "dialogue.unlock[1].(step): says nothing to do")]
    [InlineData("wait: 1", "wait: 1\n      bulk: { read: 64 }", "is a second thing to do")]
    [InlineData("usbIds: ['070a:4026'], interface: 08/06,", "", "dialogue.unlock[2].expectReenumerate: any device would do")]
    [InlineData("serial: {", "surname: {", "dialogue.info[0].capture.surname: is no known field")]
    [InlineData("separator: ';'", "separator: ';;'", "dialogue.info[0].capture.serial.separator: ';;' is not one ASCII character")]
    [InlineData("read: 64 }\n      capture", "read: 99999999 }\n      capture", "dialogue.info[0].bulk.read: '99999999' is out of range")]
    [InlineData("#' }, read: 64 }\n      capture", "#' } }\n      capture", "dialogue.info[0].bulk: has rules for a reply but reads none")]
    [InlineData("timeoutSeconds: 1", "timeoutSeconds: 0", "dialogue.probe[0].timeoutSeconds: '0' is out of range")]
    public void A_fault_is_named_with_its_place(string good, string bad, string expected)
    {
        Assert.Contains(good, DialogueProfiles.Text, StringComparison.Ordinal);
        var at = DialogueProfiles.Text.IndexOf(good, StringComparison.Ordinal);
        var problems = DialogueProfiles.Problems(DialogueProfiles.Text[..at] + bad + DialogueProfiles.Text[(at + good.Length)..]);
        Assert.Contains(problems, p => p.Contains(expected, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("FD 81 00 00 00 06 00 10 00 00 00 00 00 00 00 00", "FD 81", "unlock[1].scsi.cdb: has the wrong length")]
    [InlineData("u16le year", "u16 year", "clock.read[0].capture.time.layout: is no complete time")]
    [InlineData("inquiry: 'DV16 DEVICE V1.00'", "inquiry: ' '", "can't be an answer to INQUIRY")]
    [InlineData("capture: { time:", "capture: { serial:", "clock.read: does not capture the time exactly once")]
    [InlineData("0D", "0D", "")] // the unchanged one has none
    public void A_fault_of_SCSI_steps_is_named_too(string good, string bad, string expected)
    {
        var problems = DialogueProfiles.Problems(DialogueProfiles.Scsi.Replace(good, bad, StringComparison.Ordinal));
        Assert.Equal(expected.Length > 0, problems.Count > 0);
        Assert.All(problems.Take(1), _ => Assert.Contains(problems, p => p.Contains(expected, StringComparison.Ordinal)));
    }

    [Theory]
    [InlineData("library: x.dll", "library: ../x.dll", "dllCall.library: '../x.dll' is no plain file name")]
    [InlineData("library: x.dll", "library: ..", "dllCall.library: '..' is no plain file name")]
    [InlineData("library: x.dll", "library: y.dll", "dialogue.transport: the calls name several libraries")]
    [InlineData("function: Init_Device", "function: 'Init Device'", "dllCall.function: 'Init Device' can't be an export")]
    [InlineData("{ out: 16 }", "{ out: 4097 }", "dllCall.arguments[0].out: '4097' is none; expected a number of bytes, result, zfyInfo94 or zfyInfo89")]
    [InlineData("{ out: 16 }", "{ out: zfyInfo90 }", "dllCall.arguments[0].out: 'zfyInfo90' is none")]
    [InlineData("{ out: 16 }", "{ out: result }", "dllCall.arguments: has more than one { out: result }")]
    [InlineData("{ out: 16 }", "{ out: 4000 }, { out: 97 }", "dllCall.arguments: takes too much memory")]
    [InlineData("{ out: 16 }", "{ out: 1 }, { out: 1 }, { out: 1 }, { out: 1 }, { out: 1 }, { out: 1 }, { out: 1 }, { out: 1 }", "dllCall.arguments: has too many entries")]
    [InlineData("{ out: 16 }", "{ out: 16, number: 1 }", "dllCall.arguments: an entry is not exactly one of text, hex, number and out")]
    [InlineData("{ out: 16 }", "{ in: 16 }", "dllCall.arguments: an entry is not exactly one of")]
    [InlineData("{ out: 16 }", "out", "dllCall.arguments: is no list of mappings")]
    [InlineData("{ number: 0 }", "{ number: none }", "dllCall.arguments[0].number: 'none' is out of range")]
    [InlineData("{ out: 16 }", "{ text: '{password}' }", "dialogue.probe[0].dllCall: sends a password to a device that isn't identified yet")]
    [InlineData("retries: 6", "interim: x", "dialogue.probe[0].interim: has no meaning here")]
    [InlineData("at: 0, length: 7,", "at: 83, length: 7,", "capture.serial.at: reaches beyond the buffers of the call")]
    [InlineData("at: 0, encoding: i32le", "at: 0, length: 3, encoding: i32le", "capture.battery.length: is not the length of this encoding")]
    public void A_fault_of_library_calls_is_named(string good, string bad, string expected)
    {
        Assert.Empty(DialogueProfiles.Problems(DialogueProfiles.Library));
        var at = DialogueProfiles.Library.IndexOf(good, StringComparison.Ordinal);
        Assert.True(at > 0, good);
        var problems = DialogueProfiles.Problems(DialogueProfiles.Library[..at] + bad + DialogueProfiles.Library[(at + good.Length)..]);
        Assert.True(problems.Any(p => p.Contains(expected, StringComparison.Ordinal)), string.Join('\n', problems));
    }

    [Fact]
    public void A_result_code_is_no_rule_for_any_other_reply() => Assert.Contains(
        DialogueProfiles.Problems(DialogueProfiles.Text.Replace("contains: 'Ver;OK'", "return: 1", StringComparison.Ordinal)),
        p => p.Contains("probe[0].expect.return: is a library's result code", StringComparison.Ordinal));

    [Theory]
    [InlineData("zfymc", 7)]
    [InlineData("eylog-h22", 1)]
    [InlineData("well-i43", 1)]
    [InlineData("libbodycam", 1)]
    public void The_shipped_library_profiles_follow_the_recorder_into_its_own_port(string profile, int attempts)
    {
        var dialogue = Support.Recorders.Profile(profile).Dialogue!;
        Assert.Equal(attempts, dialogue.Probe[0].Retries + 1);
        Assert.IsType<ReenumerateStep>(dialogue.Unlock[^1]);
        Assert.All(dialogue.EveryStep.Where(s => s.SendsSecret), s => Assert.Equal(0, s.Retries));
    }

    [Fact]
    public void A_standard_request_that_would_configure_the_device_is_refused() => Assert.Contains(
        DialogueProfiles.Problems(DialogueProfiles.Control.Replace("0xC0, request: 0x55", "0x80, request: 0x06", StringComparison.Ordinal)),
        p => p.Contains("is a standard request", StringComparison.Ordinal));

    [Fact]
    public void Damaged_dialogues_give_faults_and_never_an_exception()
    {
        var random = new Random(7);
        var faults = 0;
        foreach (var text in new[] { DialogueProfiles.Text, DialogueProfiles.Control, DialogueProfiles.Scsi, DialogueProfiles.Frames, DialogueProfiles.Library })
        {
            for (var round = 0; round < 150; round++)
            {
                var damaged = text.ToCharArray();
                for (var i = 0; i < 3; i++)
                    damaged[random.Next(text.IndexOf("dialogue", StringComparison.Ordinal), text.Length)] = "{}[]:'0x,\n-"[random.Next(11)];
                faults += DialogueProfiles.Problems(new string(damaged)).Count;
            }
        }

        Assert.True(faults > 300, $"only {faults}");
    }
}
