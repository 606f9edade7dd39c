using System.Text;
using EvidenceIngest.Recorders.Dialogues;
using EvidenceIngest.Recorders.Dialogues.Scsi;
using EvidenceIngest.Recorders.Dialogues.Usb;
using EvidenceIngest.Recorders.Dialogues.Vendor;
using EvidenceIngest.Recorders.Discovery;
using EvidenceIngest.Recorders.Drivers;
using EvidenceIngest.Recorders.Tests.Fuzzing;
using Microsoft.Extensions.Logging.Abstractions;

namespace EvidenceIngest.Recorders.Tests.Dialogues;

/// <summary>The real SCSI link with a unit that plays JieLi's commands; SG_IO itself runs only in the rig.</summary>
public sealed class ScsiTests : IDisposable, IScsiDevices
{
    private readonly DialogueBench _bench = new();
    private readonly UsbBus _bus = new();
    private readonly List<Unit> _units = [];

    public ScsiTests()
    {
        _bench.InPort = DialogueBench.Disk();
        _bench.Real = new DeviceLinks(_bus, [this], new NoVendorLibraries(), TimeProvider.System, NullLogger<DeviceLinks>.Instance);
    }

    IReadOnlyList<IScsiDevice> IScsiDevices.Open(UsbAttachment device) => _units;

    public void Dispose()
    {
        _bus.Dispose();
        _bench.Dispose();
    }

    [Fact]
    public async Task A_recorder_tells_clock_number_and_battery_and_then_shows_its_disk()
    {
        var unit = Plug("DV16    device v1.00    ");
        var before = TimeZoneInfo.ConvertTime(DateTimeOffset.UtcNow, Support.Recorders.Shanghai).DateTime;
        unit.Clock = before.AddHours(-3);
        await using var recorder = (await _bench.IdentifyAsync(DialogueProfiles.Scsi))!.Recorder;
        var spoken = ((UsbAttachment)recorder.Attachment).SpokenTo!;
        Assert.Equal(("J80000", 87), (spoken.Facts.Serial, spoken.Facts.Battery));
        Assert.InRange(spoken.Clock!.Offset!.Value, TimeSpan.FromHours(-3) - TimeSpan.FromSeconds(30), TimeSpan.FromHours(-3) + TimeSpan.FromSeconds(2));
        Assert.Equal(["12/00", "FD/05", "FD/02", "FD/08", "FD/0C", "FD/06"], unit.Commands);
        Assert.True(unit.IsClosed);
    }

    [Theory]
    [InlineData("Generic Flash Disk      ")]
    [InlineData("DV16 DEVICE V1.01       ")]
    [InlineData("DV16 DEVICE V1.00 PLUS  ")]
    [InlineData("")]
    public async Task Any_other_disk_gets_one_INQUIRY_and_no_vendor_command(string inquiry)
    {
        var unit = Plug(inquiry);
        Assert.Null(await _bench.IdentifyAsync(DialogueProfiles.Scsi));
        Assert.Equal(["12/00"], unit.Commands);
        Assert.True(unit.IsClosed);
    }

    [Fact]
    public async Task Of_several_units_only_the_one_with_the_INQUIRY_is_spoken_to()
    {
        var (card, recorder) = (Plug("Generic Card Reader     "), Plug("DV16 DEVICE V1.00       "));
        await using var opened = (await _bench.IdentifyAsync(DialogueProfiles.Scsi))!.Recorder;
        Assert.Equal(["12/00"], card.Commands);
        Assert.Equal(6, recorder.Commands.Count);
    }

    [Fact]
    public async Task A_recorder_without_card_says_so()
    {
        Plug("DV16 DEVICE V1.00       ").CardStatus = 0;
        var refused = await Assert.ThrowsAsync<RecorderRefusedException>(() => _bench.IdentifyAsync(DialogueProfiles.Scsi));
        Assert.Contains("存储卡", refused.Advice, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("")]
    [InlineData("E9")]
    [InlineData("FFFFFFFFFFFFFF")]
    [InlineData("EA07021E000000")] // 30 February
    public async Task An_impossible_clock_is_no_reason_to_leave_footage_behind(string reply)
    {
        Plug("DV16 DEVICE V1.00       ").ClockReply = Convert.FromHexString(reply);
        await using var recorder = (await _bench.IdentifyAsync(DialogueProfiles.Scsi))!.Recorder;
        var clock = ((UsbAttachment)recorder.Attachment).SpokenTo!.Clock!;
        Assert.Null(clock.Offset);
        Assert.Equal("the device told an impossible time", clock.Note);
    }

    [Fact]
    public async Task A_unit_that_never_answers_holds_nobody_for_long()
    {
        using var never = new ManualResetEventSlim();
        Plug("DV16 DEVICE V1.00       ").Blocks = never;
        var silent = await Assert.ThrowsAsync<DeviceTalkException>(() => _bench.IdentifyAsync(DialogueProfiles.Scsi)).WaitAsync(TimeSpan.FromSeconds(20));
        Assert.Contains("unlock[0]", silent.Message, StringComparison.Ordinal);
        never.Set();
    }

    [Fact]
    public async Task A_device_that_shows_no_unit_is_given_up()
    {
        Assert.Null(await _bench.IdentifyAsync(DialogueProfiles.Scsi));
        var named = DialogueProfiles.Scsi.Replace("attachment: usb,", "attachment: usb, usbIds: ['070a:4026'],", StringComparison.Ordinal);
        var refused = await Assert.ThrowsAsync<RecorderRefusedException>(() => _bench.IdentifyAsync(named));
        Assert.Contains("no SCSI unit", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_clock_is_set_to_local_time_and_read_back()
    {
        var unit = Plug("DV16 DEVICE V1.00       ");
        var set = await new RecorderClocks(_bench.Dialogues).SetAsync(_bench.InPort!, DialogueProfiles.Load(DialogueProfiles.Scsi), CancellationToken.None);
        Assert.True(set.Done, set.Note);
        Assert.InRange(unit.Clock!.Value - TimeZoneInfo.ConvertTime(DateTimeOffset.UtcNow, Support.Recorders.Shanghai).DateTime, TimeSpan.FromSeconds(-30), TimeSpan.FromSeconds(2));
        Assert.NotNull(set.After!.Offset);
    }

    [Fact]
    public async Task What_has_become_another_device_gets_no_clock()
    {
        var unit = Plug("DV16 DEVICE V1.00       ");
        var set = await new RecorderClocks(_bench.Dialogues).SetAsync(DialogueBench.Vendor(), DialogueProfiles.Load(DialogueProfiles.Scsi), CancellationToken.None);
        Assert.False(set.Done);
        Assert.Empty(unit.Commands);
    }

    [Fact]
    public async Task A_library_says_plainly_that_it_needs_Windows()
    {
        _bench.InPort = DialogueBench.Vendor() with { VendorId = 0x1234 };
        var refused = await Assert.ThrowsAsync<RecorderRefusedException>(() => _bench.IdentifyAsync(DialogueProfiles.Library));
        Assert.Contains("EvidenceIngest.VendorDll", refused.Message, StringComparison.Ordinal);
        Assert.Contains("Windows 采集站", refused.Advice, StringComparison.Ordinal);
    }

    [Fact]
    public void Sense_data_of_both_formats_is_read_and_short_ones_are_survived()
    {
        Assert.Contains("5/20/00", Refusal("70 00 05 00 00 00 00 0A 00 00 00 00 20 00"), StringComparison.Ordinal);
        Assert.Contains("2/3a/00", Refusal("72 02 3A 00"), StringComparison.Ordinal);
        Assert.EndsWith("status 02", Refusal("70"), StringComparison.Ordinal);
        ScsiStatus.Check(0, []);

        static string Refusal(string sense) => Assert.Throws<DeviceTalkException>(
            () => ScsiStatus.Check(2, Convert.FromHexString(sense.Replace(" ", "", StringComparison.Ordinal)))).Message;
    }

    [Fact]
    public void Generic_nodes_are_found_below_the_USB_device_and_disks_stand_in_for_them()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "sysfs");
        if (!OperatingSystem.IsLinux())
            return;
        var root = Directory.CreateTempSubdirectory("sysfs-").FullName;
        try
        {
            var unit = Path.Combine(root, "1-2", "1-2:1.0", "host6", "target6:0:0", "6:0:0:0");
            Put(Path.Combine(unit, "block", "sdb"), "8:16");
            Assert.Equal([("sdb", 8u, 16u)], LinuxScsiDevices.Nodes(Path.Combine(root, "1-2")));
            Put(Path.Combine(unit, "scsi_generic", "sg1"), "21:1");
            Assert.Equal([("sg1", 21u, 1u)], LinuxScsiDevices.Nodes(Path.Combine(root, "1-2")));
            Assert.Empty(LinuxScsiDevices.Nodes(Path.Combine(root, "1-9")));
            Assert.Empty(new LinuxScsiDevices().Open(DialogueBench.Disk()));
        }
        finally
        {
            Directory.Delete(root, recursive: true);
        }

        static void Put(string folder, string numbers)
        {
            Directory.CreateDirectory(folder);
            File.WriteAllText(Path.Combine(folder, "dev"), numbers + "\n");
            File.WriteAllText(Path.Combine(folder, "size"), "1000\n");
        }
    }

    [Fact]
    public async Task Fuzzed_replies_are_clear_errors_and_no_other_disk_hears_a_vendor_command()
    {
        var mutations = new Mutations();
        await Task.WhenAll(Enumerable.Range(0, 100).Select(async round =>
        {
            using var tests = new ScsiTests();
            var unit = tests.Plug("DV16 DEVICE V1.00       ");
            unit.Mutate = (command, reply) => command == "12/00" && round % 2 == 0 ? reply : mutations.Of(reply);
            try
            {
                if (await tests._bench.IdentifyAsync(DialogueProfiles.Scsi) is { } identified)
                    await identified.Recorder.DisposeAsync();
                else
                    Assert.Equal(["12/00"], unit.Commands);
            }
            catch (Exception e) when (e is RecorderRefusedException or IOException)
            {
                Assert.NotEmpty(e.Message);
            }

            Assert.True(unit.IsClosed);
            Assert.Equal("12/00", unit.Commands[0]);
        }));
    }

    private Unit Plug(string inquiry)
    {
        var unit = new Unit(inquiry);
        _units.Add(unit);
        return unit;
    }

    private sealed class Unit(string inquiry) : IScsiDevice
    {
        public List<string> Commands { get; } = [];

        public bool IsClosed { get; private set; }

        public DateTime? Clock { get; set; }

        public byte[]? ClockReply { get; set; }

        public byte CardStatus { get; set; } = 1;

        public ManualResetEventSlim? Blocks { get; set; }

        /// <summary>Makes another reply of a command's good one.</summary>
        public Func<string, byte[], byte[]> Mutate { get; set; } = (_, reply) => reply;

        public byte[] Pass(ReadOnlySpan<byte> cdb, ReadOnlySpan<byte> data, int read, TimeSpan timeout)
        {
            var command = $"{cdb[0]:X2}/{(cdb[0] == 0x12 ? 0 : cdb[5]):X2}";
            Commands.Add(command);
            return Mutate(command, Answer(command, data));
        }

        private byte[] Answer(string command, ReadOnlySpan<byte> data)
        {
            switch (command)
            {
                case "12/00" when inquiry.Length == 0:
                    throw new DeviceTalkException("no medium");
                case "12/00":
                    return [0, 0x80, 2, 2, 31, 0, 0, 0, .. Encoding.ASCII.GetBytes(inquiry.PadRight(28))];
                case "FD/05" when ClockReply is not null:
                    return ClockReply;
                case "FD/05":
                    var now = Clock ?? DateTime.UnixEpoch;
                    return [(byte)now.Year, (byte)(now.Year >> 8), (byte)now.Month, (byte)now.Day, (byte)now.Hour, (byte)now.Minute, (byte)now.Second];
                case "FB/05":
                    Clock = new DateTime(data[0] | (data[1] << 8), data[2], data[3], data[4], data[5], data[6]);
                    return [];
                case "FD/02":
                    return "J80000"u8.ToArray();
                case "FD/08":
                    return [87];
                case "FD/0C":
                    Blocks?.Wait(TimeSpan.FromSeconds(60));
                    return [CardStatus];
                default:
                    return [];
            }
        }

        public void Dispose() => IsClosed = true;
    }
}
