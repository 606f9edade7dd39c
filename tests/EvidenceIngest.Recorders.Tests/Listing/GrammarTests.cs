using EvidenceIngest.Domain.Evidence;
using EvidenceIngest.Recorders.Listing;

namespace EvidenceIngest.Recorders.Tests.Listing;

/// <summary>Each shipped grammar on the examples that its source gives.</summary>
public sealed class GrammarTests
{
    [Theory]
    [InlineData("jieli-dv16", "J800000_00000020170730100947_0016.mp4", "J800000", "000000", "2017-07-30 10:09:47", 16, false)]
    [InlineData("hengan-names", "H_20170817013502_CT00000_123456_0001.mp4", "CT00000", "123456", "2017-08-17 01:35:02", 1, false)]
    [InlineData("hengan-names", "8176162_20180513043852_00011.avi", "8176162", null, "2018-05-13 04:38:52", 11, false)]
    [InlineData("hengan-names", "20181210173000_HDA00N_0011.mp4", null, null, "2018-12-10 17:30:00", 11, false)]
    [InlineData("hengan-names", "DCIM/20181210/FILE0001.mp4", null, null, "2018-12-10 00:00:00", 1, false)]
    [InlineData("guobao-e12-msc", "DCIM/100ANDRO/DSJ0001_012345_20170730100947_0016.mp4", "DSJ0001", "012345", "2017-07-30 10:09:47", 16, false)]
    [InlineData("guobao-e12-msc", "DCIM/101ANDRO/012345_DSJ0001_20170730100947_0016.mp4", "DSJ0001", "012345", "2017-07-30 10:09:47", 16, true)]
    [InlineData("zzx-android", "police/video/20190102_030405_IMP.mp4", null, null, "2019-01-02 03:04:05", null, true)]
    [InlineData("zzx-android", "police/sound/20190102_030405.mp3", null, null, "2019-01-02 03:04:05", null, false)]
    [InlineData("dcam-android", "Media/Video/DCAM_7654321_012345_20190102_030405.mp4", "7654321", "012345", "2019-01-02 03:04:05", null, false)]
    [InlineData("dcam-android", "Media/IMP/DCAM_7654321_012345_20190102_030405.m4a", "7654321", "012345", "2019-01-02 03:04:05", null, true)]
    [InlineData("dcam-android", "Media/Image/DCAM_7654321_012345_20190102_030405_IMP.jpg", "7654321", "012345", "2019-01-02 03:04:05", null, true)]
    [InlineData("android-mtp", "DCIM/100ANDRO/DSJ0001_012345_20170730100947_0016.mp4", "DSJ0001", "012345", "2017-07-30 10:09:47", 16, false)]
    [InlineData("novatek", "2018_0105_123456_007.MP4", null, null, "2018-01-05 12:34:56", 7, false)]
    [InlineData("audio-recorders", "20140930_174530_AR_N65519.WAV", null, null, "2014-09-30 17:45:30", null, false)]
    [InlineData("audio-recorders", "211231_001_Tr1.WAV", null, null, null, null, false)]
    [InlineData("audio-recorders", "SOUND/PROJECT1/MEETING_0001_1.wav", null, null, null, 1, false)]
    [InlineData("eylog-h22", "DCIM/100MEDIA/ANY.mp4", null, null, null, null, false)]
    public void A_name_gives_what_its_source_says(
        string profile, string path, string? device, string? officer, string? time, int? number, bool key)
    {
        var read = FileNaming.Read(Support.Recorders.Profile(profile), path)!;
        Assert.Equal((device, officer, number, key), (read.Device, read.Officer, read.Sequence, read.KeyMarked));
        Assert.Equal(time, read.Time?.ToString("yyyy-MM-dd HH:mm:ss", System.Globalization.CultureInfo.InvariantCulture));
    }

    [Theory]
    [InlineData("GH011234.MP4", 1234, 1)]
    [InlineData("GX121234.mp4", 1234, 12)]
    [InlineData("GOPR1234.JPG", 1234, null)]
    [InlineData("GP021234.MP4", 1234, 2)]
    [InlineData("other.mp4", null, null)]
    public void A_GoPro_names_recording_and_chapter(string name, int? recording, int? chapter)
    {
        var read = FileNaming.Read(Support.Recorders.Profile("gopro"), name)!;
        Assert.Equal((recording, chapter), (read.RecordingNumber, read.Chapter));
    }

    [Theory]
    [InlineData("hengan-names", "DCIM/FILE0001.mp4")] // no day in the folder
    [InlineData("hengan-names", "FILE0001.mp4")]
    [InlineData("hengan-names", "J800000_00000020170730100947_0016.mp4")]
    [InlineData("guobao-e12-msc", "DCIM/102ANDRO/DSJ0001_012345_20170730100947_0016.mp4")]
    [InlineData("zzx-android", "DCIM/Camera/20190102_030405.mp4")]
    [InlineData("dcam-android", "Media/Video/DCAM_20190102_030405.mp4")]
    [InlineData("transcend-body", "DCIM/A.MP4")]
    public void What_only_looks_alike_is_another_familys(string profile, string path) =>
        Assert.Null(FileNaming.Read(Support.Recorders.Profile(profile), path));

    [Fact]
    public void A_folder_alone_tells_the_Transcend() =>
        Assert.NotNull(FileNaming.Read(Support.Recorders.Profile("transcend-body"), "DPB70/A.MP4"));

    [Theory]
    [InlineData("2018-12-10 17:30:00", "2018-12-10 17:30:00", MetadataSource.FileTime, 0)]
    [InlineData("2018-12-11 00:10:00", "2018-12-11 00:10:00", MetadataSource.FileTime, 0)] // past midnight
    [InlineData("2015-01-01 00:00:00", "2018-12-10 00:00:00", MetadataSource.FileName, 1)]
    [InlineData(null, "2018-12-10 00:00:00", MetadataSource.FileName, 0)]
    public void A_day_in_the_folder_takes_the_hour_from_the_file_if_they_agree(
        string? modified, string start, MetadataSource source, int findings)
    {
        var recording = Assert.Single(new Card().With("20181210/FILE0001.mp4", modified).Read("hengan-names").Recordings);
        Assert.Equal((DateTime.Parse(start, System.Globalization.CultureInfo.InvariantCulture), source), (recording.Start!.Value, recording.TimeSource));
        Assert.Equal(findings, recording.Findings.Count(f => f.Code == FindingCode.ImplausibleTime));
    }

    [Fact]
    public void A_zone_in_the_grammar_is_turned_into_the_agencys_time()
    {
        using var folder = new Profiles.ProfileFolder();
        var profile = Recorders.Profiles.ProfileCatalogue.Load([folder
            .With("utc.yaml", Profiles.ProfileFolder.Good.Replace("    time: yyyyMMddHHmmss", "    time: yyyyMMddHHmmss\n    zone: UTC", StringComparison.Ordinal)).Path]).Find("utc")!;
        var recording = Assert.Single(new Card().With("20260730200000.mp4").Read(profile).Recordings);
        Assert.Equal(new DateTime(2026, 7, 31, 4, 0, 0), recording.Start);
    }
}
