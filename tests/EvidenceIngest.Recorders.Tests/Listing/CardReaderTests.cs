using EvidenceIngest.Domain.Evidence;
using EvidenceIngest.Recorders.Cards;
using EvidenceIngest.Recorders.Listing;
using EvidenceIngest.Recorders.Tests.Support;

namespace EvidenceIngest.Recorders.Tests.Listing;

public sealed class CardReaderTests
{
    [Theory]
    [InlineData("J800000_00000020170730100947_0016.mp4", "J800000", "000000", 16, false)]
    [InlineData("J800000_00000020170730100947_0016IMP.MP4", "J800000", "000000", 16, true)]
    [InlineData("J800000_00000020170730100947_0016_IMP.mp4", "J800000", "000000", 16, true)]
    [InlineData("DSJ0001_012345_20170730100947_0016.mp4", "DSJ0001", "012345", 16, false)]
    [InlineData("012345_DSJ0001_20170730100947_0016IMP.mp4", "DSJ0001", "012345", 16, true)]
    [InlineData("01234_DSJ00012_20170730100947_0016.mp4", null, null, 16, false)]
    public void Grammars_read_device_officer_time_number_and_key_mark(string name, string? device, string? officer, int number, bool key)
    {
        var read = FileNaming.Read(Support.Recorders.Profile("dsj-msc"), name)!;
        Assert.Equal((device, officer, number, key), (read.Device, read.Officer, read.Sequence, read.KeyMarked));
        Assert.Equal(new DateTime(2017, 7, 30, 10, 9, 47), read.Time);
    }

    [Theory]
    [InlineData("a.mp4", MediaKind.Video)]
    [InlineData("a.TS", MediaKind.Video)]
    [InlineData("a.amr", MediaKind.Audio)]
    [InlineData("a.JPEG", MediaKind.Photo)]
    public void The_ending_tells_the_kind(string name, MediaKind kind) =>
        Assert.Equal(kind, FileNaming.Read(Support.Recorders.Profile("folder"), name)!.Kind);

    [Theory]
    [InlineData("dsj-msc", "holiday.mp4")]
    [InlineData("dsj-msc", "J800000_00000020170730100947_0016.exe")]
    [InlineData("dsj-msc", "J800000_00000020170730100947_0016")]
    [InlineData("folder", "notes.txt")]
    [InlineData("folder", "mp4")]
    public void What_a_profile_does_not_know_is_a_stranger_and_kept(string profile, string name)
    {
        var listing = new Card().With(name).Read(profile);
        Assert.Empty(listing.Recordings);
        Assert.Equal([name], listing.Strangers.Select(s => s.Path));
    }

    [Fact]
    public void Names_are_agency_local_and_the_oldest_comes_first()
    {
        var listing = new Card()
            .With("B/J800000_00000020260730110000_0003.mp4").With("A/J800000_00000020260730090000_0001.mp4")
            .With("C/J800000_00000020260730100000_0002.jpg").Read();
        Assert.Equal([9, 10, 11], listing.Recordings.Select(r => r.Start!.Value.Hour));
        Assert.All(listing.Recordings, r => Assert.Equal(MetadataSource.FileName, r.TimeSource));
        Assert.All(listing.Recordings, r => Assert.Equal(DateTimeKind.Unspecified, r.Start!.Value.Kind));
    }

    [Fact]
    public void Without_a_time_in_the_name_the_file_time_counts_and_says_so()
    {
        var recording = Assert.Single(new Card().With("clip.mp4", "2026-07-30 10:14:47").Read("folder").Recordings);
        Assert.Equal((new DateTime(2026, 7, 30, 10, 14, 47), MetadataSource.FileTime), (recording.Start!.Value, recording.TimeSource));
        recording = Assert.Single(new Card().With("clip.mp4", modified: null).Read("folder").Recordings);
        Assert.Equal((null, MetadataSource.Unknown), (recording.Start, recording.TimeSource));
    }

    [Theory]
    [InlineData("J800000_00000019800101000000_0016.mp4", "1980")]
    [InlineData("J800000_00000020091231235959_0016.mp4", "2009")]
    [InlineData("J800000_00000020261122120001_0016.mp4", "2026-11-22")]
    [InlineData("J800000_00000020261322120001_0016.mp4", "is no time")]
    public void A_time_that_cannot_be_true_is_a_finding(string name, string detail) => Assert.Contains(
        Assert.Single(new Card().With(name).Read().Recordings).Findings,
        f => f.Code == FindingCode.ImplausibleTime && f.Detail.Contains(detail, StringComparison.Ordinal));

    [Theory]
    [InlineData("J800000_00000020100101000000_0016.mp4")]
    [InlineData("J800000_00000020261122115959_0016.mp4")]
    public void A_time_that_may_be_true_is_none(string name) =>
        Assert.Empty(Assert.Single(new Card().With(name).Read().Recordings).Findings);

    [Fact]
    public void An_empty_file_is_kept_and_found() => Assert.Equal(
        FindingCode.Empty,
        Assert.Single(Assert.Single(new Card().With("clip.mp4", bytes: 0).Read("folder").Recordings).Findings).Code);

    [Fact]
    public void Links_special_files_and_unreadable_folders_are_findings()
    {
        var listing = new Card().With("a.mp4", kind: CardEntryKind.SymbolicLink).With("b.mp4", kind: CardEntryKind.Special)
            .With("c", kind: CardEntryKind.Unreadable).Read();
        Assert.Equal([FindingCode.Foreign, FindingCode.Foreign, FindingCode.Unreadable], listing.Findings.Select(f => f.Code));
        Assert.Empty(listing.Files());
    }

    [Theory]
    [InlineData("System Volume Information/WPSettings.dat")]
    [InlineData("system volume information/IndexerVolumeGuid")]
    [InlineData(".Spotlight-V100/Store-V2/x")]
    [InlineData("DCIM/._clip.mp4")]
    [InlineData("DCIM/Thumbs.db")]
    [InlineData(".DS_Store")]
    [InlineData("$RECYCLE.BIN/S-1-5/desktop.ini")]
    [InlineData("$RECYCLE.BIN/S-1-5/$I1A2B3C.mp4")]
    public void Clutter_of_desktop_systems_is_no_footage(string path) => Assert.Empty(new Card().With(path).Read("folder").Files());

    [Theory]
    [InlineData("$RECYCLE.BIN/S-1-5/$R1A2B3C.mp4", 1)]
    [InlineData(".Trashes/501/clip.mp4", 1)]
    [InlineData("System Volume Information/clip.mp4", 1)]
    [InlineData("DCIM/._clip.mp4", 65_537)]
    [InlineData("DCIM/clip.mp4.tmp", 1)]
    [InlineData("Thumbs.db/clip.mp4", 1)]
    [InlineData("DCIM/thumbs.db", 40_000_000)]
    public void What_could_be_footage_is_never_ignored(string path, long bytes) =>
        Assert.Single(new Card().With(path, bytes: bytes).Read("folder").Files());
}
