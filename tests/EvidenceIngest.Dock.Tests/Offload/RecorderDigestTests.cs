using System.Security.Cryptography;
using System.Text;
using EvidenceIngest.Dock.Bays;
using EvidenceIngest.Dock.Offload;
using EvidenceIngest.Dock.Tests.Support;
using EvidenceIngest.Domain.Evidence;

namespace EvidenceIngest.Dock.Tests.Offload;

public sealed class RecorderDigestTests
{
    [Theory]
    [InlineData("9E107D9D372BB6826BD81D3542A419D6", true)]
    [InlineData("9e107d9d372bb6826bd81d3542a419d6  DCAM_01.mp4\n", true)]
    [InlineData("MD5 (DCAM_01.mp4) = 9e107d9d372bb6826bd81d3542a419d6\r\n", true)]
    [InlineData("", false)]
    [InlineData("0123456789abcdef", false)]
    [InlineData("9e107d9d372bb6826bd81d3542a419d600", false)]
    [InlineData("d7a8fbb307d7809469ca9abcb0082e4f8d5651e46d3cdb762d02d0bf37c9e592", false)]
    public void Notes_are_read_as_md5sum_writes_them_and_no_others_are_guessed(string note, bool known) =>
        Assert.Equal(known ? "9e107d9d372bb6826bd81d3542a419d6" : null, RecorderDigest.Parse(Encoding.ASCII.GetBytes(note)));

    [Fact]
    public async Task A_file_that_is_not_what_its_recorder_wrote_is_named()
    {
        await using var rig = await DockRig.CreateAsync();
        var recorder = new ScriptedRecorder("recorder-1");
        // One of them is big enough for a lane of its own, and is resumed after a pulled cable.
        var large = recorder.Add("good.mp4", Samples.Mp4(20_000_000, seed: 4));
        recorder.Add("bad.mp4", Samples.Mp4(5_000, seed: 5));
        recorder.Add("odd.mp4", Samples.Mp4(5_000, seed: 6));
#pragma warning disable CA5351 // As the recorder does it.
        recorder.Add("good.md5", Encoding.ASCII.GetBytes(Convert.ToHexString(MD5.HashData(large.Content))));
        recorder.Add("bad.md5", Encoding.ASCII.GetBytes(Convert.ToHexString(MD5.HashData(large.Content))));
#pragma warning restore CA5351
        recorder.Add("odd.md5", "no digest at all"u8.ToArray());
        foreach (var name in new[] { "good", "bad", "odd" })
            recorder.DigestFiles[name + ".md5"] = name + ".mp4";
        recorder.PulledAfter = 12_000_000;
        rig.Bays.Plug("bay1", recorder);
        await rig.StartAsync();
        await DockRig.UntilAsync(() => recorder.PulledAfter is null, () => "never pulled");
        await rig.BayAsync(BayState.Empty);
        rig.Bays.Plug("bay1", recorder);
        await rig.BayAsync(BayState.SafeToRemove);

        // The digest files are evidence themselves.
        Assert.Equal(recorder.Files.Keys.Order(), rig.Server.Sealed.Select(f => f.Path).Order());
        var named = rig.Server.Deliveries
            .SelectMany(d => d.Manifest.Recording.Findings.Select(f => (d.Manifest.Files[0].RecorderPath, f)))
            .Single(f => f.f.Code == FindingCode.RecorderDigestMismatch);
        Assert.Equal("bad.mp4", named.RecorderPath);
        Assert.Contains("bad.md5", named.f.Detail);
    }
}
