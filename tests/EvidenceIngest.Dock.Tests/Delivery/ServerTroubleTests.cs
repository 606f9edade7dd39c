using System.Collections.Concurrent;
using System.Text.RegularExpressions;
using EvidenceIngest.Dock.Bays;
using EvidenceIngest.Dock.Tests.Support;
using EvidenceIngest.Domain;
using EvidenceIngest.Domain.Custody;
using EvidenceIngest.Domain.Digests;
using EvidenceIngest.Domain.Receipts;

namespace EvidenceIngest.Dock.Tests.Delivery;

public sealed partial class ServerTroubleTests
{
    [Fact]
    public async Task A_server_that_is_down_is_awaited_quietly_and_the_recorder_may_leave()
    {
        await using var rig = await DockRig.CreateAsync();
        rig.Options = rig.Options with { Clearing = true };
        rig.Server.Down = true;
        var recorder = Samples.Recorder();
        rig.Bays.Plug("bay1", recorder);
        await rig.StartAsync();
        // Not enrolled yet, and nobody to enrol with.
        await rig.BayAsync(b => b is { State: BayState.Delivering, Reason: Advice.ServerUnreachable });
        rig.Bays.Pull("bay1");
        Assert.Null((await rig.BayAsync(BayState.Empty)).Reason);
        await Task.Delay(2000);
        Assert.Single(rig.Warnings);

        rig.Server.Down = false;
        await rig.IdleAsync();
        Assert.Equal(5, rig.Server.Sealed.Count);
        Assert.Equal(5, recorder.Files.Count);

        rig.Bays.Plug("bay1", recorder);
        await rig.BayAsync(BayState.SafeToRemove);
        Assert.Equal(["odd.txt"], recorder.Files.Keys);
        Assert.Equal(5, rig.Server.Sealed.Count);
    }

    [Fact]
    public async Task Requests_that_the_server_is_too_busy_for_are_repeated()
    {
        await using var rig = await DockRig.CreateAsync();
        var asked = new ConcurrentDictionary<string, bool>();
        rig.Server.OnRequest = http =>
        {
            // Each kind of request, the first time. Were it each delivery's own, the pauses would add up to more than the test waits.
            if (asked.TryAdd($"{http.Request.Method} {Ids().Replace(http.Request.Path, "*")}", true))
                http.Abort();
            return Task.CompletedTask;
        };
        rig.Bays.Plug("bay1", Samples.Recorder());
        await rig.StartAsync();
        await rig.BayAsync(BayState.SafeToRemove);
        Assert.Equal(5, rig.Server.Sealed.Count);
    }

    [Fact]
    public async Task A_delivery_that_read_back_differently_is_sent_again_after_the_staged_copy_was_verified()
    {
        await using var rig = await DockRig.CreateAsync();
        rig.Server.ResendsToAsk = 2;
        var recorder = new ScriptedRecorder("rec");
        var file = recorder.Add("a.mp4", Samples.Mp4(5_000_000));
        rig.Bays.Plug("bay1", recorder);
        await rig.StartAsync();
        await rig.BayAsync(BayState.SafeToRemove);
        await rig.IdleAsync();

        Assert.Equal(file.Content, rig.Server.Sealed.Single().Content);
        Assert.Equal(2, rig.Server.LaterEvents.Count(e => e.Event.Kind == CustodyEventKind.Repeated));
    }

    [Fact]
    public async Task A_staged_copy_that_rotted_is_set_aside_and_copied_from_the_recorder_again()
    {
        await using var rig = await DockRig.CreateAsync();
        rig.Server.Down = true;
        var recorder = new ScriptedRecorder("rec");
        var file = recorder.Add("a.mp4", Samples.Mp4(5_000_000));
        rig.Bays.Plug("bay1", recorder);
        await rig.StartAsync();
        await rig.BayAsync(BayState.Delivering);

        Tampering.Flip(rig.StagedFiles().Single(), 3_000_000);
        rig.Server.Down = false;
        await rig.BayAsync(BayState.SafeToRemove);

        Assert.Equal(file.Content, rig.Server.Sealed.Single().Content);
        Assert.Single(Directory.GetFiles(rig.Options.StagingFolder, "*.spoiled-*", SearchOption.AllDirectories));
    }

    [Fact]
    public async Task Parts_that_the_vault_refuses_are_granted_and_sent_again()
    {
        await using var rig = await DockRig.CreateAsync();
        rig.Server.PartsToRefuse = 2;
        var recorder = new ScriptedRecorder("rec");
        recorder.Add("a.mp4", Samples.Mp4(5_000_000));
        rig.Bays.Plug("bay1", recorder);
        await rig.StartAsync();
        await rig.BayAsync(BayState.SafeToRemove);
        Assert.Single(rig.Server.Sealed);
    }

    [Fact]
    public async Task Files_that_another_delivery_sealed_are_taken_out_and_the_rest_goes_out()
    {
        await using var rig = await DockRig.CreateAsync();
        var recorder = new ScriptedRecorder("rec");
        recorder.Add("a1.mp4", Samples.Mp4(1000, seed: 1));
        rig.Bays.Plug("bay1", recorder);
        await rig.StartAsync();
        await rig.BayAsync(BayState.SafeToRemove);
        rig.Bays.Pull("bay1");
        await rig.BayAsync(BayState.Empty);
        await rig.StopAsync();
        Directory.Delete(rig.Options.StagingFolder, recursive: true);

        rig.Options = rig.Options with { Clearing = true };
        recorder.Add("a2.mp4", Samples.Mp4(1000, seed: 2));
        recorder.Chapters.Add(["a1.mp4", "a2.mp4"]);
        rig.Bays.Plug("bay1", recorder);
        await rig.StartAsync();
        await rig.BayAsync(BayState.SafeToRemove);

        Assert.Equal(["a1.mp4", "a2.mp4"], rig.Server.Sealed.Select(f => f.Path).Order());
        Assert.Empty(recorder.Files);
    }

    [Fact]
    public async Task A_dock_that_is_no_longer_trusted_says_so_keeps_everything_and_goes_on_when_it_is()
    {
        await using var rig = await DockRig.CreateAsync();
        rig.Server.TokenRevoked = true;
        rig.Bays.Plug("bay1", Samples.Recorder());
        await rig.StartAsync();
        var bay = await rig.BayAsync(b => b is { State: BayState.Delivering, Reason: Advice.DockNotTrusted });
        Assert.Equal(5, bay.FilesDone);
        Assert.Equal(ServerLink.NotTrusted, rig.Status.Backlog.Link);

        await rig.StopAsync();
        rig.Server.TokenRevoked = false;
        await rig.StartAsync();
        await rig.BayAsync(BayState.SafeToRemove);
        Assert.Equal(5, rig.Server.Sealed.Count);
    }

    [Fact]
    public async Task A_lost_answer_to_the_one_time_code_locks_nobody_out()
    {
        await using var rig = await DockRig.CreateAsync();
        rig.Server.LoseNextEnrolmentAnswer = true;
        rig.Bays.Plug("bay1", Samples.Recorder());
        await rig.StartAsync();
        await rig.BayAsync(BayState.SafeToRemove);
        Assert.Equal(5, rig.Server.Sealed.Count);
    }

    public static TheoryData<string> Forgeries => ["other key", "other content", "other recorder", "other delivery", "shorter", "one file less", "no receipt"];

    [Theory]
    [MemberData(nameof(Forgeries))]
    public async Task A_receipt_that_proves_something_else_deletes_nothing_anywhere(string forgery)
    {
        await using var rig = await DockRig.CreateAsync();
        using var stranger = SigningKey.Generate();
        rig.Options = rig.Options with { Clearing = true };
        rig.Server.Forge = (s, key) => forgery switch
        {
            "other key" => Sign(s, stranger),
            "other content" => Sign(s with { Files = [.. s.Files.Select(f => f with { Digest = new ContentDigest(new string('a', 64)) })] }, key),
            "other recorder" => Sign(s with { RecorderId = "another" }, key),
            "other delivery" => Sign(s with { DeliveryId = new string('b', 64) }, key),
            "shorter" => Sign(s with { Files = [.. s.Files.Select(f => f with { Bytes = f.Bytes - 1 })] }, key),
            "one file less" => Sign(s with { Files = [.. s.Files.Skip(1)] }, key),
            _ => key.Sign("application/json", EvidenceJson.ToBytes(s)),
        };
        var recorder = new ScriptedRecorder("rec");
        recorder.Add("a.mp4", Samples.Mp4(1000));
        rig.Bays.Plug("bay1", recorder);
        await rig.StartAsync();

        await DockRig.UntilAsync(() => rig.Status.Backlog.Problems.Count > 0, () => "no problem");
        await Task.Delay(200);
        Assert.Equal(BayState.Delivering, (await rig.BayAsync(b => b.State != BayState.Offloading)).State);
        Assert.Single(recorder.Files);
        Assert.Single(rig.StagedFiles());
        Assert.DoesNotContain("\"fact\":\"receipted\"", await File.ReadAllTextAsync(rig.Journals.Single()));
    }

    private static SignedEnvelope Sign(ReceiptStatement statement, SigningKey key) =>
        key.Sign(ReceiptStatement.PayloadType, EvidenceJson.ToBytes(statement));

    [GeneratedRegex("[0-9a-f]{16,}|[0-9]+")]
    private static partial Regex Ids();
}
