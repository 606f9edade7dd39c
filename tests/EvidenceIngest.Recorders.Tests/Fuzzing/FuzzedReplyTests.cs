using EvidenceIngest.Recorders.Drivers;
using EvidenceIngest.Recorders.Tests.Dialogues;

namespace EvidenceIngest.Recorders.Tests.Fuzzing;

/// <summary>Devices that answer anything but what they should. SCSI replies are fuzzed in <see cref="ScsiTests"/>' own unit.</summary>
public sealed class FuzzedReplyTests
{
    private readonly Mutations _mutations = new();

    [Fact]
    public async Task Whatever_a_device_answers_it_is_refused_or_read_and_hears_no_password_before_its_probe()
    {
        const int Rounds = 200;
        // Side by side: dialogues mostly wait.
        var opened = await Task.WhenAll(Enumerable.Range(0, Rounds).Select(round => DockAsync(goodReplies: round % 3)));
        TestContext.Current.TestOutputHelper?.WriteLine($"{opened.Count(o => o)} of {Rounds} were read all the same");
    }

    [Fact]
    public async Task A_reply_of_any_length_costs_no_more_than_its_own_bytes()
    {
        using var bench = new DialogueBench { Answers = _ => new byte[16 << 20] };
        var before = GC.GetTotalAllocatedBytes(precise: true);
        await Assert.ThrowsAnyAsync<Exception>(() => bench.IdentifyAsync(DialogueProfiles.Text));
        Assert.True(GC.GetTotalAllocatedBytes(precise: true) - before < 3 * Mutations.MostBytes);
        Assert.True(bench.Sent.Count <= 4, string.Join(", ", bench.Sent));
        Assert.All(bench.Sent, s => Assert.StartsWith("@Ver", s, StringComparison.Ordinal));
    }

    private async Task<bool> DockAsync(int goodReplies)
    {
        using var bench = new DialogueBench();
        var asked = 0;
        bench.Answers = exchange =>
        {
            var reply = bench.TextRecorder(exchange) ?? "@Any;OK;#"u8.ToArray();
            return asked++ < goodReplies ? reply : _mutations.Of(reply);
        };
        var opened = false;
        try
        {
            if (await bench.IdentifyAsync(DialogueProfiles.Text) is { } identified)
            {
                opened = true;
                await identified.Recorder.DisposeAsync();
            }
        }
        catch (Exception e) when (e is RecorderRefusedException or IOException)
        {
            Assert.NotEmpty(e.Message);
            Assert.DoesNotContain("s3cr3t77", e.ToString(), StringComparison.Ordinal);
        }

        Assert.StartsWith("@Ver", bench.Sent[0], StringComparison.Ordinal);
        Assert.DoesNotContain(bench.Sent.Take(goodReplies == 0 ? 1 : 0), s => s.Contains("s3cr3t77", StringComparison.Ordinal));
        Assert.Equal(0, bench.OpenLinks);
        return opened;
    }
}
