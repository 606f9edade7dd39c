using EvidenceIngest.Recorders.Cards;
using EvidenceIngest.Recorders.Discovery;
using EvidenceIngest.Recorders.Drivers;
using EvidenceIngest.Recorders.Listing;
using EvidenceIngest.Recorders.Profiles;
using EvidenceIngest.Recorders.Tests.Dialogues;
using EvidenceIngest.Recorders.Tests.Listing;
using EvidenceIngest.Recorders.Tests.Support;
using Microsoft.Extensions.DependencyInjection;

namespace EvidenceIngest.Recorders.Tests;

public sealed class RecorderIdentificationTests : IDisposable
{
    private readonly CardFolder _card = new();

    public void Dispose() => _card.Dispose();

    [Theory]
    [InlineData("DCIM/J800000_00000020170730100947_0016.mp4", "dsj-msc")]
    [InlineData("DCIM/IMG_0001.JPG", "generic-msc")]
    [InlineData("music/song.mp3", "generic-msc")]
    [InlineData("DCIM/notes.txt", "generic-msc")] // an emptied recorder's folder
    [InlineData("._J800000_00000020170730100947_0016.mp4", null)]
    [InlineData("letters/notes.txt", null)]
    public async Task What_lies_on_a_disk_decides_and_the_disk_is_opened_once(string file, string? profile)
    {
        _card.Put(file);
        var disks = new Disks(_card.Path);
        var identified = await Identify(Card.Usb(), disks);
        Assert.Equal(profile, identified?.Recorder.Profile.Name);
        Assert.Equal(1, disks.Opened);
        if (identified is not null)
            await identified.Recorder.DisposeAsync();
        Assert.Equal(1, disks.Released);
    }

    [Fact]
    public async Task A_keyboard_is_nothing_and_is_not_opened()
    {
        var disks = new Disks(_card.Path);
        Assert.Null(await Identify(Card.Usb() with { InterfaceClasses = [new UsbInterfaceClass(3, 1, 1)] }, disks));
        Assert.Equal(0, disks.Opened);
    }

    [Theory]
    [InlineData(0x1f3a, 0xefe8)]
    [InlineData(0x2207, 0x330c)]
    [InlineData(0x0e8d, 0x2000)]
    public async Task A_boot_ROM_is_refused_with_advice_and_never_spoken_to(int vendor, int product)
    {
        var disks = new Disks(_card.Path);
        var refused = await Assert.ThrowsAsync<RecorderRefusedException>(
            () => Identify(Card.Usb(vendor: (ushort)vendor, product: (ushort)product), disks));
        Assert.Contains("固件", refused.Advice, StringComparison.Ordinal);
        Assert.Equal(0, disks.Opened);
    }

    [Fact]
    public async Task A_running_Android_of_the_same_maker_is_no_boot_ROM()
    {
        _card.Put("DCIM/a.mp4");
        await using var recorder = (await Identify(Card.Usb(vendor: 0x2207, product: 0x0007), new Disks(_card.Path)))!.Recorder;
        Assert.Equal("generic-msc", recorder.Profile.Name);
    }

    [Theory]
    [InlineData("DCIM/a.mp4", "Hikvision", "用厂家软件将录像导出到文件夹")]
    [InlineData("DCIM/a.mp4", "Axon", "--bay folder:")]
    public async Task A_managed_recorder_is_refused_with_what_to_do_and_no_generic_profile_reads_it(string file, string maker, string advice)
    {
        _card.Put(file);
        var refused = await Assert.ThrowsAsync<RecorderRefusedException>(
            () => Identify(Card.Usb() with { Manufacturer = maker, Product = "Body" }, new Disks(_card.Path)));
        Assert.Contains(advice, refused.Advice, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_managed_makers_disk_with_names_that_are_known_is_read()
    {
        _card.Put("DCIM/J800000_00000020170730100947_0016.mp4");
        await using var recorder = (await Identify(Card.Usb() with { Manufacturer = "Hikvision" }, new Disks(_card.Path)))!.Recorder;
        Assert.Equal("dsj-msc", recorder.Profile.Name);
    }

    [Fact]
    public async Task A_refusal_is_told_when_no_other_profile_helps()
    {
        var refused = await Assert.ThrowsAsync<RecorderRefusedException>(
            () => Identify(Card.Usb(), new Disks(_card.Path, new RecorderRefusedException("no card", "请插入存储卡"))));
        Assert.Equal("请插入存储卡", refused.Advice);
    }

    [Fact]
    public async Task A_recorder_that_leaves_meanwhile_is_gone_and_not_unknown() => await Assert.ThrowsAsync<RecorderGoneException>(
        () => Identify(Card.Usb(), new Disks(_card.Path, new RecorderGoneException("left"))));

    [Fact]
    public async Task The_registered_service_watches_identifies_and_lists_a_folder_bay()
    {
        _card.Put("J800000_00000020170730100947_0016.mp4");
        await using var services = new ServiceCollection().AddLogging().AddRecorders(new RecordersOptions
        {
            FolderBays = { _card.Path },
            RuntimeFolder = _card.Path + "-run",
        }).BuildServiceProvider();
        using var end = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        await foreach (var change in services.GetRequiredService<IBayWatcher>().WatchAsync(end.Token))
        {
            if (change is not RecorderArrived { Attachment: FolderAttachment attachment })
                continue;
            var (driver, recorder) = (await services.GetRequiredService<IRecorderIdentification>().IdentifyAsync(attachment, end.Token))!;
            await using (recorder)
                Assert.Single((await driver.ListAsync(recorder, end.Token)).Recordings);
            return;
        }

        Assert.Fail("the folder never arrived");
    }

    private static async Task<IdentifiedRecorder?> Identify(UsbAttachment attachment, Disks disks)
    {
        using var bench = new DialogueBench();
        return await new RecorderIdentification(
                Support.Recorders.Shipped,
                [new CardDriver(disks, new CardReader(Support.Recorders.Shanghai, TimeProvider.System), TimeProvider.System)],
                bench.Dialogues)
            .IdentifyAsync(attachment, CancellationToken.None);
    }

    /// <summary>A USB disk that is a folder; it counts how often it is mounted.</summary>
    private sealed class Disks(string path, Exception? failure = null) : ICardSource
    {
        private readonly FolderCards _folders = new(new FolderPresence());

        public string DriverName => "mass-storage";

        public int Opened { get; private set; }

        public int Released { get; private set; }

        public async Task<ICardMedium> OpenAsync(RecorderAttachment attachment, HardwareProfile profile, CancellationToken ct)
        {
            Opened++;
            return failure is null
                ? new Counted(await _folders.OpenAsync(Support.Recorders.Attachment(path), profile, ct), () => Released++)
                : throw failure;
        }

        private sealed class Counted(ICardMedium medium, Action released) : ICardMedium
        {
            public CardVolumes Volumes => medium.Volumes;

            public IReadOnlyList<Domain.Evidence.Finding> Findings => medium.Findings;

            public TimeSpan AbsenceShowsWithin => medium.AbsenceShowsWithin;

            public bool IsPresent() => medium.IsPresent();

            public Task<T> WriteAsync<T>(Func<CancellationToken, Task<T>> work, CancellationToken ct) => medium.WriteAsync(work, ct);

            public ValueTask DisposeAsync()
            {
                released();
                return medium.DisposeAsync();
            }
        }
    }
}
