using EvidenceIngest.Domain.Deliveries;
using EvidenceIngest.Domain.Digests;
using EvidenceIngest.Domain.Evidence;

namespace EvidenceIngest.Domain.Tests.Deliveries;

public sealed class DeliveryManifestTests
{
    [Fact]
    public void The_same_recording_is_the_same_delivery_whoever_offloads_it_and_whenever()
    {
        var again = Manifest(("a.MP4", 'a'), ("b.MP4", 'b')) with { OffloadId = "other", Events = [] };
        Assert.Equal(Manifest(("a.MP4", 'a'), ("b.MP4", 'b')).DeliveryId(), again.DeliveryId());
    }

    [Fact]
    public void Other_content_place_order_or_recorder_is_another_delivery()
    {
        var original = Manifest(("a.MP4", 'a'), ("b.MP4", 'b'));
        var different = new[]
        {
            Manifest(("a.MP4", 'a'), ("b.MP4", 'c')),
            Manifest(("a.MP4", 'a'), ("c.MP4", 'b')),
            Manifest(("b.MP4", 'b'), ("a.MP4", 'a')),
            Manifest(("a.MP4", 'a')),
            original with { Recorder = original.Recorder with { RecorderId = "dev-2" } },
        };
        Assert.DoesNotContain(original.DeliveryId(), different.Select(m => m.DeliveryId()));
    }

    [Fact]
    public void A_manifest_survives_json()
    {
        var manifest = Manifest(("路径/a%20.MP4", 'a'));
        var back = EvidenceJson.FromBytes<DeliveryManifest>(EvidenceJson.ToBytes(manifest));
        Assert.Equal(manifest.DeliveryId(), back.DeliveryId());
        Assert.Equal(manifest.Recording.RecorderTime, back.Recording.RecorderTime);
        Assert.Equal(manifest.Clock, back.Clock);
    }

    [Fact]
    public void Recorder_time_is_corrected_by_the_offset_that_was_measured()
    {
        var fast = new ClockReading(TimeSpan.FromMinutes(3), DateTimeOffset.UnixEpoch, "read at docking");
        var shown = new DateTime(2026, 11, 20, 9, 33, 0, DateTimeKind.Unspecified);
        Assert.Equal(new DateTime(2026, 11, 20, 9, 30, 0, DateTimeKind.Unspecified), fast.Correct(shown));
        Assert.Equal(shown, (fast with { Offset = null }).Correct(shown));
    }

    private static DeliveryManifest Manifest(params (string Path, char Digit)[] files) => new(
        "offload-1",
        new RecorderFacts("dev-J800000", "dsj-msc", null, "usb:1-1", AttachmentKind.Usb),
        new ClockReading(TimeSpan.FromSeconds(-3), DateTimeOffset.UnixEpoch, "test"),
        new RecordingFacts(
            MediaKind.Video, new DateTime(2026, 11, 20, 9, 30, 0, DateTimeKind.Unspecified), MetadataSource.FileName,
            "000123", "J800000", KeyMarked: false, "执法记录仪录像", []),
        [.. files.Select(f => new ManifestFile(f.Path, 1, new ContentDigest(new string(f.Digit, 64)), DateTimeOffset.UnixEpoch))],
        []);
}
