using EvidenceIngest.Recorders.Profiles;

namespace EvidenceIngest.Recorders.Tests.Dialogues;

public sealed class TrialTests : IDisposable
{
    private readonly DialogueBench _bench = new();

    public TrialTests() => _bench.Answers = e => _bench.TextRecorder(e);

    public void Dispose() => _bench.Dispose();

    [Fact]
    public async Task Nothing_is_sent_unless_asked_and_no_password_is_shown()
    {
        var report = await Trial().TryAsync("1-2.3", send: false, CancellationToken.None);
        Assert.Empty(_bench.Sent);
        Assert.Equal(["p1", "p0", "p2"], report!.Profiles.Select(p => p.Profile));
        Assert.Equal([true, true, false], report.Profiles.Select(p => p.FirstStageHolds));
        Assert.Equal(new MatchCondition("usbIds", "18d1:4ee7", "4255:0001", false), report.Profiles[2].Conditions[1]);
        Assert.Contains("unlock[0] @ATH;8;•••;#; must answer ATH;OK", report.Profiles[1].WouldSend);
        Assert.Empty(report.Profiles[2].WouldSend);
    }

    [Fact]
    public async Task When_asked_it_says_what_the_dock_would_say_and_shows_the_answers()
    {
        var report = await Trial().TryAsync("usb:1-2.3", send: true, CancellationToken.None);
        Assert.Equal(["c0/55", "@Ver;8;00000000;#", "@Gdv;8;00000000;#", "@ATH;8;s3cr3t77;#"], _bench.Sent);
        Assert.Equal("K712345", report!.Profiles[1].Facts!.Facts.Serial);
        Assert.Equal(
            ["probe[0] -> @Ver;8;00000000;#", "probe[0] <- @Ver;OK;V2.1;#"], report.Profiles[1].Said.Take(2).Select(l => l.ToString()));
        Assert.DoesNotContain("s3cr3t77", string.Concat(report.Profiles.SelectMany(p => p.Said)), StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_empty_port_has_no_report()
    {
        _bench.InPort = null;
        Assert.Null(await Trial().TryAsync("1-2.3", send: true, CancellationToken.None));
    }

    private RecorderTrial Trial() => new(
        DialogueProfiles.Catalogue(DialogueProfiles.Text, DialogueProfiles.Control, DialogueProfiles.Frames), _bench, _bench.Dialogues, _bench.Means);
}
