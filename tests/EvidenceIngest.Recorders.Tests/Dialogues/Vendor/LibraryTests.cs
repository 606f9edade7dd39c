using EvidenceIngest.Recorders.Dialogues;
using EvidenceIngest.Recorders.Dialogues.Vendor;
using EvidenceIngest.Recorders.Discovery;
using EvidenceIngest.Recorders.Drivers;

namespace EvidenceIngest.Recorders.Tests.Dialogues.Vendor;

/// <summary>Recorders that a maker's library unlocks: the real helper process and a real library.</summary>
public sealed class LibraryTests : IDisposable
{
    private static readonly string[] Whole = ["Init_Device", "GetIDCode", "GetZFYInfo", "ReadDeviceBatteryDumpEnergy", "SetMSDC"];

    private readonly VendorBench _bench = new();

    public LibraryTests() => Assert.SkipUnless(OperatingSystem.IsLinux(), "the library is compiled for Linux");

    public void Dispose() => _bench.Dispose();

    [Theory]
    [InlineData(94)]
    [InlineData(89)]
    public async Task A_recorder_tells_who_carries_it_and_then_shows_its_disk(int layout)
    {
        _bench.Library.With($"layout={layout}");
        var (lines, ready, error) = await _bench.SpeakAsync(layout == 94 ? VendorBench.Profile : VendorBench.Profile89);
        Assert.Null(error);
        Assert.Equal(Whole, _bench.Library.Calls);
        Assert.Equal(0x070a, ready!.VendorId);
        Assert.Equal(
            new DeviceFacts
            {
                Serial = "K712345", Officer = "000123", OfficerName = "王某", Unit = "110108000001", UnitName = "海淀分局",
                Battery = 87, Model = "ZFY01",
            },
            ready.SpokenTo!.Facts);
        Assert.Contains(lines, l => l.ToString() == "unlock[0] -> zfy.so SetMSDC(•••, result)");
        Assert.Contains(lines, l => l.ToString() == "unlock[0] <- result 7 (disk mode)");
        Assert.Equal(["usb:1-2.3: speaks through zfy.so"], _bench.Log.Lines);
    }

    [Fact]
    public async Task The_whole_identification_opens_the_disk_that_the_library_made_appear()
    {
        await using var recorder = (await _bench.Dialogues.IdentifyAsync(VendorBench.Profile))!.Recorder;
        Assert.Equal("K712345", ((UsbAttachment)recorder.Attachment).SpokenTo!.Facts.Serial);
        Assert.Empty(_bench.Library.Processes());
    }

    [Fact]
    public async Task Texts_that_fill_a_member_without_zeros_end_with_it()
    {
        _bench.Library.With("layout=89", "cSerial=K712345678", "userNo=00012399", "userName=" + new string('王', 20), "unitName=" + new string('局', 16));
        var (_, ready, error) = await _bench.SpeakAsync(VendorBench.Profile89);
        Assert.Null(error);
        var facts = ready!.SpokenTo!.Facts;
        Assert.Equal(("K712345", "000123", new string('王', 16), new string('局', 16)), (facts.Serial, facts.Officer, facts.OfficerName, facts.UnitName));
    }

    [Theory]
    [InlineData("cSerial=K7123456", "cSerial fills its 8 bytes without a zero at the end")]
    [InlineData("unitName=123456789012345678901234567890123", "unitName fills its 33 bytes without a zero at the end")]
    [InlineData("layout=89", "the library may use the layout of 89 bytes")]
    [InlineData("overrun=5", "GetZFYInfo wrote at least 5 bytes beyond the 94 bytes of its argument 1")]
    [InlineData("overrun=60000", "GetZFYInfo wrote at least 60000 bytes beyond the 94 bytes of its argument 1")]
    [InlineData("underrun=1", "GetZFYInfo wrote before the 94 bytes of its argument 1")]
    public async Task What_can_be_no_information_is_named_and_no_fact_is_taken_from_it(string behaviour, string fault)
    {
        _bench.Library.With(behaviour);
        var (_, ready, error) = await _bench.SpeakAsync();
        Assert.Null(ready);
        Assert.Contains("zfy.so GetZFYInfo: ", error!.Message, StringComparison.Ordinal);
        Assert.Contains(fault, error.Message, StringComparison.Ordinal);
        Assert.Equal(Whole[..3], _bench.Library.Calls);
    }

    [Theory]
    [InlineData("", "beyond the 89 bytes")]
    [InlineData("userNo=", "beyond the 89 bytes")]
    public async Task The_longer_layout_in_a_profile_of_the_shorter_is_noticed(string behaviour, string fault)
    {
        _bench.Library.With(behaviour);
        Assert.Contains(fault, (await _bench.SpeakAsync(VendorBench.Profile89)).Error!.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_library_that_finds_its_device_late_is_asked_again()
    {
        _bench.Library.With("initFailures=2");
        Assert.Null((await _bench.SpeakAsync()).Error);
        Assert.Equal(["Init_Device", "Init_Device", .. Whole], _bench.Library.Calls);
    }

    [Fact]
    public async Task A_library_that_never_finds_its_device_is_another_recorders()
    {
        _bench.Library.With("initFailures=9");
        var (lines, _, error) = await _bench.SpeakAsync();
        Assert.IsType<DeviceTalkException>(error);
        Assert.EndsWith("probe[0] zfy.so Init_Device: expected result 1, got result 2 (failed)", error.Message, StringComparison.Ordinal);
        Assert.Equal(["Init_Device", "Init_Device", "Init_Device"], _bench.Library.Calls);
        Assert.Equal(2, lines.Count(l => l.Shown.EndsWith("; again)", StringComparison.Ordinal)));
    }

    [Theory]
    [InlineData("")]
    [InlineData("garbageOnRefusal=1")]
    public async Task A_wrong_password_is_given_once_and_not_again_until_it_is_changed(string behaviour)
    {
        _bench.Library.With("password=other888", behaviour);
        for (var plugging = 0; plugging < 2; plugging++)
        {
            var refused = Assert.IsType<RecorderRefusedException>((await _bench.SpeakAsync()).Error);
            Assert.Contains("密码", refused.Advice, StringComparison.Ordinal);
        }

        Assert.Single(_bench.Library.Calls, "GetZFYInfo");
        Assert.DoesNotContain("SetMSDC", _bench.Library.Calls);
        _bench.Dialogues.Passwords["Recorders:Secrets:zfy"] = "other888";
        Assert.Null((await _bench.SpeakAsync()).Error);
    }

    [Fact]
    public async Task A_recorder_that_refuses_the_disk_mode_is_told_from_a_wrong_password()
    {
        _bench.Library.With("setMsdc=8");
        var refused = Assert.IsType<RecorderRefusedException>((await _bench.SpeakAsync()).Error);
        Assert.Contains("停止录像", refused.Advice, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("crashes=Init_Device", "zfy.so Init_Device: it crashed: its process ended with code 139")]
    [InlineData("aborts=Init_Device", "zfy.so Init_Device: it crashed: its process ended with code 134")]
    [InlineData("exits=Init_Device", "zfy.so Init_Device: its process ended")]
    [InlineData("eats=Init_Device", "zfy.so Init_Device: it needed more than 128 MiB; its process was ended")]
    public async Task A_library_that_takes_its_process_with_it_is_named_and_tried_in_a_new_one(string behaviour, string fault)
    {
        _bench.Library.With(behaviour);
        var (_, _, error) = await _bench.SpeakAsync(VendorBench.Profile.Replace("retries: 2", "retries: 1", StringComparison.Ordinal));
        Assert.IsType<DeviceTalkException>(error);
        Assert.Contains(fault, error.Message, StringComparison.Ordinal);
        Assert.Equal(["Init_Device", "Init_Device"], _bench.Library.Calls);
    }

    [Fact]
    public async Task After_a_crash_nothing_is_asked_of_a_library_that_has_forgotten_its_device()
    {
        _bench.Library.With("crashes=GetIDCode");
        var (lines, _, error) = await _bench.SpeakAsync();
        Assert.IsType<DeviceTalkException>(error);
        Assert.Contains("has to be initialised anew", error.Message, StringComparison.Ordinal);
        Assert.Contains(lines, l => l.Shown.Contains("zfy.so GetIDCode: it crashed", StringComparison.Ordinal));
        Assert.Equal(Whole[..2], _bench.Library.Calls);
    }

    [Theory]
    [InlineData("crashes=SetMSDC", "it crashed: its process ended with code 139")]
    [InlineData("hangs=SetMSDC", "within 1 s")]
    public async Task A_call_with_a_password_that_fails_in_any_way_is_not_repeated(string behaviour, string fault)
    {
        _bench.Library.With(behaviour);
        var profile = VendorBench.Profile.Replace("timeoutSeconds: 20\n      refuse: [", "timeoutSeconds: 1\n      refuse: [", StringComparison.Ordinal);
        for (var plugging = 0; plugging < 2; plugging++)
            Assert.Contains(plugging == 0 ? fault : "refused the configured password before", Assert.IsType<RecorderRefusedException>((await _bench.SpeakAsync(profile)).Error).Message, StringComparison.Ordinal);
        Assert.Single(_bench.Library.Calls, "SetMSDC");
    }

    [Fact]
    public async Task A_library_that_hangs_is_ended_with_its_process()
    {
        _bench.Library.With("hangs=Init_Device");
        var (_, _, error) = await _bench.SpeakAsync(VendorBench.Profile.Replace("timeoutSeconds: 20\n      retries: 2", "timeoutSeconds: 1", StringComparison.Ordinal));
        Assert.Contains("zfy.so Init_Device: no answer within 1 s", error!.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_a_library_prints_is_neither_an_answer_nor_shown()
    {
        _bench.Library.With("prints=Init_Device");
        var (lines, ready, _) = await _bench.SpeakAsync();
        Assert.NotNull(ready);
        Assert.DoesNotContain("not for the protocol", string.Concat(lines) + string.Concat(_bench.Log.Lines), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_missing_function_is_refused_before_a_password_is_given_away()
    {
        var refused = Assert.IsType<RecorderRefusedException>(
            (await _bench.SpeakAsync(VendorBench.Profile.Replace("function: GetZFYInfo", "function: GetZFYInfoEx", StringComparison.Ordinal))).Error);
        Assert.Contains("it exports no GetZFYInfoEx", refused.Message, StringComparison.Ordinal);
        Assert.Contains("没有接口 GetZFYInfoEx", refused.Advice, StringComparison.Ordinal);
        Assert.Equal(Whole[..2], _bench.Library.Calls);
    }

    [Theory]
    [InlineData(false, "there is no such file", "未找到厂家程序库 other.so")]
    [InlineData(true, "can't be loaded into a 64 bit process", "无法加载")]
    public async Task A_library_that_is_missing_or_none_is_refused_with_what_to_do(bool exists, string fault, string advice)
    {
        if (exists)
            await File.WriteAllTextAsync(Path.Combine(_bench.Library.Folder, "other.so"), "MZ");
        var refused = await Assert.ThrowsAsync<RecorderRefusedException>(
            () => _bench.Dialogues.IdentifyAsync(VendorBench.Profile.Replace("zfy.so", "other.so", StringComparison.Ordinal)));
        Assert.Contains(fault, refused.Message, StringComparison.Ordinal);
        Assert.Contains(advice, refused.Advice, StringComparison.Ordinal);
        Assert.Empty(_bench.Library.Processes());
    }

    [Fact]
    public async Task A_recorder_in_another_bay_that_was_switched_instead_is_noticed()
    {
        _bench.Dialogues.Port = () => _bench.Dialogues.InPort;
        var refused = Assert.IsType<RecorderRefusedException>((await _bench.SpeakAsync()).Error);
        Assert.Contains("did not leave its port", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_clock_is_set_by_the_library_and_a_wrong_password_is_not_tried_on_it_again()
    {
        var clocks = new RecorderClocks(_bench.Dialogues.Dialogues);
        var profile = DialogueProfiles.Load(VendorBench.Profile);
        var set = await clocks.SetAsync(_bench.Dialogues.InPort!, profile, CancellationToken.None);
        Assert.True(set.Done, set.Note);
        _bench.Library.With("password=other888");
        for (var attempt = 0; attempt < 2; attempt++)
            Assert.False((await clocks.SetAsync(_bench.Dialogues.InPort!, profile, CancellationToken.None)).Done);
        Assert.Equal(2, _bench.Library.Calls.Count(c => c == "SyncDevTime"));
    }

    [Fact]
    public async Task One_bay_at_a_time_uses_a_library_and_another_library_is_free()
    {
        File.Copy(Path.Combine(_bench.Library.Folder, "zfy.so"), Path.Combine(_bench.Library.Folder, "other.so"));
        var first = await _bench.OpenAsync();
        var second = _bench.OpenAsync();
        await using (await _bench.OpenAsync(VendorBench.Profile.Replace("zfy.so", "other.so", StringComparison.Ordinal)))
            Assert.Equal(2, _bench.Library.Processes().Count);
        Assert.False(second.IsCompleted);
        await first.DisposeAsync();
        await first.DisposeAsync(); // a second time must not let two in
        var link = await second.WaitAsync(DialogueBench.Patience);
        var third = _bench.OpenAsync();
        Assert.False(third.IsCompleted);
        await link.DisposeAsync();
        await (await third.WaitAsync(DialogueBench.Patience)).DisposeAsync();
        Assert.Empty(_bench.Library.Processes());
    }

    [Fact]
    public async Task A_library_that_could_not_be_loaded_leaves_no_lock_behind()
    {
        var missing = VendorBench.Profile.Replace("zfy.so", "late.so", StringComparison.Ordinal);
        await Assert.ThrowsAsync<RecorderRefusedException>(() => _bench.OpenAsync(missing));
        File.Copy(Path.Combine(_bench.Library.Folder, "zfy.so"), Path.Combine(_bench.Library.Folder, "late.so"));
        await (await _bench.OpenAsync(missing).WaitAsync(DialogueBench.Patience)).DisposeAsync();
    }

    [Fact]
    public async Task The_librarys_process_sees_no_settings_of_the_dock()
    {
        Environment.SetEnvironmentVariable("EVIDENCE_Recorders__Secrets__zfy", "s3cr3t77");
        try
        {
            await using var link = await _bench.OpenAsync();
            var environment = await File.ReadAllTextAsync($"/proc/{Assert.Single(_bench.Library.Processes())}/environ");
            Assert.Contains("DOTNET_GCHeapHardLimit=", environment, StringComparison.Ordinal);
            Assert.DoesNotContain("s3cr3t77", environment, StringComparison.Ordinal);
        }
        finally
        {
            Environment.SetEnvironmentVariable("EVIDENCE_Recorders__Secrets__zfy", null);
        }
    }

    [Fact]
    public async Task A_helper_that_is_not_installed_is_refused_with_what_to_do()
    {
        using var bench = new VendorBench(new VendorDllCommand(Path.Combine(_bench.Library.Folder, "none.exe"), []));
        var refused = await Assert.ThrowsAsync<RecorderRefusedException>(() => bench.OpenAsync());
        Assert.Contains("does not start", refused.Message, StringComparison.Ordinal);
        Assert.Contains("检查采集站的安装", refused.Advice, StringComparison.Ordinal);
    }
}
