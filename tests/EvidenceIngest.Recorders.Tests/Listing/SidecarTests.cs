using EvidenceIngest.Domain.Evidence;

namespace EvidenceIngest.Recorders.Tests.Listing;

public sealed class SidecarTests
{
    private const string Clip = "Media/Video/DCAM_7654321_012345_20190102_030405";

    [Theory]
    [InlineData("dcam-android", Clip + ".mp4", Clip + ".mp4.md5", SidecarRole.Md5)]
    [InlineData("dcam-android", Clip + ".mp4", Clip + ".MD5", SidecarRole.Md5)]
    [InlineData("zzx-android", "police/video/20190102_030405.mp4", "police/video/20190102_030405.GPS", SidecarRole.Gps)]
    [InlineData("zzx-android", "police/video/20190102_030405.mp4", "police/log/20190102_030405.log", SidecarRole.Log)] // another folder
    [InlineData("gopro", "DCIM/100GOPRO/GX010123.MP4", "DCIM/100GOPRO/GX010123.THM", SidecarRole.Thumbnail)]
    [InlineData("gopro", "DCIM/100GOPRO/GX010123.MP4", "DCIM/100GOPRO/GL010123.LRV", SidecarRole.Proxy)] // by number and chapter
    public void A_companion_goes_with_its_recording(string profile, string clip, string companion, SidecarRole role)
    {
        var listing = new Card().With(clip).With(companion).Read(profile);
        Assert.Equal([clip], Assert.Single(listing.Recordings).Files.Select(f => f.Path));
        Assert.Empty(listing.Strangers);
        var sidecar = Assert.Single(listing.Sidecars);
        Assert.Equal((companion, role, clip), (sidecar.File.Path, sidecar.Role, sidecar.Of?.Path));
    }

    [Theory]
    [InlineData("gopro", "DCIM/100GOPRO/GX010123.MP4", "DCIM/100GOPRO/GL020123.LRV")] // another chapter's
    [InlineData("gopro", "DCIM/100GOPRO/GX010123.MP4", "DCIM/101GOPRO/GL010123.LRV")] // another folder's number
    [InlineData("guobao-e12-msc", "DCIM/100ANDRO/DSJ0001_012345_20170730100947_0016.mp4", "DCIM/LOGS/20170730.log")]
    public void A_companion_of_nothing_is_kept_alone(string profile, string clip, string companion)
    {
        var listing = new Card().With(clip).With(companion).Read(profile);
        Assert.Null(Assert.Single(listing.Sidecars).Of);
        Assert.Equal([clip, companion], listing.AllFiles.Select(f => f.Path));
    }

    [Fact]
    public void A_stem_that_two_folders_have_belongs_to_neither()
    {
        var listing = new Card().With("police/video/20190102_030405.mp4").With("police/sound/20190102_030405.mp3")
            .With("police/log/20190102_030405.log").Read("zzx-android");
        Assert.Null(Assert.Single(listing.Sidecars).Of);
    }

    [Fact]
    public void Positions_belong_to_the_video_and_not_to_the_photo_of_the_same_name()
    {
        var listing = new Card().With("police/video/20190102_030405.jpg").With("police/video/20190102_030405.mp4")
            .With("police/video/20190102_030405.gps").Read("zzx-android");
        Assert.Equal("police/video/20190102_030405.mp4", Assert.Single(listing.Sidecars).Of?.Path);
    }

    [Fact]
    public void A_profile_that_knows_no_companions_quarantines_them() =>
        Assert.Single(new Card().With("J800000_00000020170730100947_0016.mp4.md5").Read("dsj-msc").Strangers);

    [Fact]
    public void Numbered_chapters_are_one_recording_in_their_order_whatever_the_file_times_say()
    {
        var listing = new Card()
            .With("DCIM/100GOPRO/GX020123.MP4", "2026-07-30 10:00:00").With("DCIM/100GOPRO/GX010123.MP4", "2026-07-30 10:30:00")
            .With("DCIM/100GOPRO/GX010124.MP4", "2026-07-30 10:10:00").With("DCIM/101GOPRO/GX030123.MP4", "2026-07-30 10:40:00")
            .Read("gopro");
        Assert.Equal(
            [["DCIM/100GOPRO/GX010123.MP4", "DCIM/100GOPRO/GX020123.MP4"], ["DCIM/100GOPRO/GX010124.MP4"], ["DCIM/101GOPRO/GX030123.MP4"]],
            listing.Recordings.Select(r => r.Files.Select(f => f.Path)));
    }

    [Theory]
    [InlineData("GX010123.MP4", "GX030123.MP4", "chapter 2 before 'GX030123.MP4'")]
    [InlineData("GX020123.MP4", "GX030123.MP4", "chapter 1 before 'GX020123.MP4'")]
    [InlineData("GOPR0123.MP4", "GP020123.MP4", "chapter 1 before 'GP020123.MP4'")]
    public void A_missing_chapter_is_a_gap(string first, string second, string gap)
    {
        var listing = new Card().With(first).With(second).Read("gopro");
        var recording = Assert.Single(listing.Recordings);
        Assert.StartsWith(gap, Assert.Single(recording.Findings, f => f.Code == FindingCode.FootageGap).Detail, StringComparison.Ordinal);
        Assert.Contains(listing.Findings, f => f.Code == FindingCode.FootageGap);
    }

    [Theory]
    [InlineData("GX010123.MP4", "GX020123.MP4")]
    [InlineData("GOPR0123.MP4", "GP010123.MP4")]
    public void A_whole_recording_has_no_gap(string first, string second) =>
        Assert.Empty(new Card().With(first).With(second).Read("gopro").Findings);
}
