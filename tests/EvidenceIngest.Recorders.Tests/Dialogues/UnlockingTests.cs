using System.Diagnostics;
using EvidenceIngest.Recorders.Dialogues;
using EvidenceIngest.Recorders.Discovery;
using EvidenceIngest.Recorders.Drivers;

namespace EvidenceIngest.Recorders.Tests.Dialogues;

/// <summary>From a device in a port to an opened recorder, and every way in which that fails.</summary>
public sealed class UnlockingTests : IDisposable
{
    private const string Version = "@Ver;8;00000000;#";
    private const string Number = "@Gdv;8;00000000;#";
    private const string Unlock = "@ATH;8;s3cr3t77;#";

    private readonly DialogueBench _bench = new();

    public UnlockingTests() => _bench.Answers = e => _bench.TextRecorder(e);

    public void Dispose() => _bench.Dispose();

    [Fact]
    public async Task A_device_that_says_nothing_is_asked_again_later()
    {
        _bench.Answers = _ => null;
        await Assert.ThrowsAsync<RecorderSilentException>(() => _bench.IdentifyAsync(DialogueProfiles.Text));
        Assert.Equal(["@Ver;8;00000000;#"], _bench.Sent.Distinct());
        _bench.Answers = e => _bench.TextRecorder(e);
        await using var recorder = (await _bench.IdentifyAsync(DialogueProfiles.Text))!.Recorder;
    }

    [Fact]
    public async Task A_recorder_is_unlocked_followed_to_its_disk_and_opened_with_what_it_said()
    {
        var identified = await _bench.IdentifyAsync(DialogueProfiles.Text);
        await using var recorder = identified!.Recorder;
        Assert.Equal([Version, Number, Unlock], _bench.Sent);
        Assert.Equal((0x070a, "K712345"), (((UsbAttachment)recorder.Attachment).VendorId, recorder.Serial));
        Assert.Equal("dev-K712345", (await identified.Driver.ListAsync(recorder, CancellationToken.None)).RecorderId);
        Assert.Equal(0, _bench.OpenLinks);
        _bench.Log.AssertNoWarnings();
    }

    [Fact]
    public async Task An_unlocked_recorder_is_opened_again_without_a_word()
    {
        await using var first = (await _bench.IdentifyAsync(DialogueProfiles.Text))!.Recorder;
        _bench.Sent.Clear();
        await using var again = (await _bench.IdentifyAsync((UsbAttachment)first.Attachment, DialogueProfiles.Text))!.Recorder;
        Assert.Empty(_bench.Sent);
        Assert.Equal("K712345", again.Serial);
    }

    [Fact]
    public async Task Two_protocols_behind_one_USB_id_are_told_apart_and_the_other_ones_password_is_never_sent()
    {
        await using var recorder = (await _bench.IdentifyAsync(DialogueProfiles.Text, DialogueProfiles.Control))!.Recorder;
        Assert.Equal(["c0/55", Version, Number, Unlock], _bench.Sent);
        Assert.Equal("p0", recorder.Profile.Name);
    }

    [Fact]
    public async Task A_device_that_only_looks_right_gets_nothing_but_the_probes()
    {
        _bench.Answers = e => e is ControlExchange ? new byte[10] : "hello"u8.ToArray();
        var refused = await Assert.ThrowsAsync<RecorderRefusedException>(() => _bench.IdentifyAsync(DialogueProfiles.Text, DialogueProfiles.Control));
        Assert.Equal(["c0/55", Version], _bench.Sent);
        Assert.Contains("expected Ver;OK, got hello", refused.Message, StringComparison.Ordinal);
        Assert.Contains("未对其进行解锁", refused.Advice, StringComparison.Ordinal);
        Assert.Equal(0, _bench.OpenLinks);
    }

    [Fact]
    public async Task A_boot_ROM_hears_nothing()
    {
        var rom = DialogueBench.Vendor() with { VendorId = 0x1f3a, ProductId = 0xefe8 };
        await Assert.ThrowsAsync<RecorderRefusedException>(() => _bench.IdentifyAsync(rom, DialogueProfiles.Text.Replace("4255:0001", "1f3a:efe8", StringComparison.Ordinal)));
        Assert.Empty(_bench.Sent);
    }

    [Fact]
    public async Task A_wrong_password_is_sent_once_and_not_again_until_it_is_changed()
    {
        _bench.Answers = e => _bench.TextRecorder(e, "other888");
        for (var plugging = 0; plugging < 3; plugging++)
        {
            var refused = await Assert.ThrowsAsync<RecorderRefusedException>(() => _bench.IdentifyAsync(DialogueProfiles.Text));
            Assert.Contains("密码", refused.Advice, StringComparison.Ordinal);
            Assert.DoesNotContain("s3cr3t77", refused.ToString(), StringComparison.Ordinal);
        }

        Assert.Single(_bench.Sent, Unlock);
        _bench.Passwords["Recorders:Secrets:text"] = "other888";
        await using var recorder = (await _bench.IdentifyAsync(DialogueProfiles.Text))!.Recorder;
        Assert.Single(_bench.Sent, "@ATH;8;other888;#");
    }

    [Theory]
    [InlineData("")] // silence
    [InlineData("@ATH;WHAT s3cr3t77?;#")] // nonsense that repeats the password
    public async Task When_nobody_knows_whether_a_password_was_taken_it_is_not_sent_again(string answer)
    {
        _bench.Answers = e => !e.Data.Span.StartsWith("@ATH"u8) ? _bench.TextRecorder(e)
            : answer.Length == 0 ? null : System.Text.Encoding.ASCII.GetBytes(answer);
        var (lines, _, error) = await _bench.SpeakAsync(DialogueProfiles.Load(DialogueProfiles.Text));
        Assert.IsType<RecorderRefusedException>(error);
        Assert.Single(_bench.Sent, Unlock);
        Assert.DoesNotContain("s3cr3t77", error + string.Concat(lines) + string.Concat(_bench.Log.Lines), StringComparison.Ordinal);
        Assert.Contains(lines, l => l.Shown == "@ATH;8;•••;#");
    }

    [Fact]
    public async Task An_acknowledgement_that_fails_after_the_password_was_sent_ends_it_for_good()
    {
        _bench.Answers = e => e is not ControlExchange c ? null : c.Read == 0 ? [] : [0xa1, 0, 2, 0, 0, 0, 0, 0, 0, 0];
        await Assert.ThrowsAsync<RecorderRefusedException>(() => _bench.IdentifyAsync(DialogueProfiles.Control));
        Assert.Equal(["c0/55", "40/55 A11200127333637233743737", "c0/55"], _bench.Sent);
    }

    [Fact]
    public async Task A_missing_password_shows_before_unlocking_begins()
    {
        _bench.Passwords.Clear();
        var refused = await Assert.ThrowsAsync<RecorderRefusedException>(() => _bench.IdentifyAsync(DialogueProfiles.Text));
        Assert.Contains("Recorders:Secrets:text", refused.Advice, StringComparison.Ordinal);
        Assert.Equal([Version, Number], _bench.Sent);
    }

    [Fact]
    public async Task A_question_without_password_is_asked_again_and_then_the_device_counts_as_silent()
    {
        _bench.Answers = e => e.Data.Span.StartsWith("@Gdv"u8) ? null : _bench.TextRecorder(e);
        var watch = Stopwatch.StartNew();
        var silent = await Assert.ThrowsAsync<DeviceTalkException>(() => _bench.IdentifyAsync(DialogueProfiles.Text));
        Assert.Contains("no answer within 1 s", silent.Message, StringComparison.Ordinal);
        Assert.Equal([Version, Number, Number, Number], _bench.Sent);
        Assert.True(watch.Elapsed < TimeSpan.FromSeconds(20), $"took {watch.Elapsed}");
    }

    [Fact]
    public async Task Interim_replies_are_skipped_without_sending_again()
    {
        var busy = 3;
        _bench.Answers = e => (e.Data.IsEmpty || e.Data.Span.StartsWith("@ATH"u8)) && busy-- > 0 ? "BUSY"u8.ToArray()
            : _bench.TextRecorder(e.Data.IsEmpty ? e with { Data = "@ATH;8;s3cr3t77;#"u8.ToArray() } : e);
        await using var recorder = (await _bench.IdentifyAsync(DialogueProfiles.Text))!.Recorder;
        Assert.Equal([Version, Number, Unlock, "", "", ""], _bench.Sent);
    }

    [Fact]
    public async Task A_device_that_is_busy_for_ever_is_given_up()
    {
        _bench.Answers = e => e.Data.IsEmpty || e.Data.Span.StartsWith("@ATH"u8) ? "BUSY"u8.ToArray() : _bench.TextRecorder(e);
        await Assert.ThrowsAsync<RecorderRefusedException>(() => _bench.IdentifyAsync(DialogueProfiles.Text));
        Assert.Single(_bench.Sent, Unlock);
    }

    [Fact]
    public async Task More_bytes_than_asked_are_an_error_and_not_a_reply()
    {
        _bench.Answers = e => e.Data.Span.StartsWith("@Ver"u8) ? [.. "@Ver;OK"u8, .. new byte[1 << 20]] : _bench.TextRecorder(e);
        var refused = await Assert.ThrowsAsync<RecorderRefusedException>(() => _bench.IdentifyAsync(DialogueProfiles.Text));
        Assert.Contains("1048583 bytes where at most 64", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_recorder_that_leaves_while_it_is_unlocked_and_stays_away_is_gone()
    {
        _bench.Answers = e =>
        {
            if (e.Data.Span.StartsWith("@ATH"u8))
            {
                _bench.InPort = null;
                throw new RecorderGoneException("usb:1-2.3: left");
            }

            return _bench.TextRecorder(e);
        };
        await Assert.ThrowsAsync<RecorderGoneException>(() => _bench.IdentifyAsync(DialogueProfiles.Text));
    }

    [Fact]
    public async Task A_recorder_that_leaves_instead_of_answering_its_unlocking_is_followed()
    {
        _bench.Answers = e => e.Data.Span.StartsWith("@ATH"u8) && _bench.TextRecorder(e) is not null
            ? throw new RecorderGoneException("usb:1-2.3: left") : _bench.TextRecorder(e);
        await using var recorder = (await _bench.IdentifyAsync(DialogueProfiles.Text))!.Recorder;
        Assert.Equal(0x070a, ((UsbAttachment)recorder.Attachment).VendorId);
    }

    [Theory]
    [InlineData(false, "did not leave")]
    [InlineData(true, "came instead")]
    public async Task A_recorder_that_stays_or_is_swapped_while_it_is_unlocked_is_refused(bool swapped, string reason)
    {
        _bench.Answers = e =>
        {
            var reply = _bench.TextRecorder(e);
            if (e.Data.Span.StartsWith("@ATH"u8))
                _bench.InPort = swapped ? DialogueBench.Disk() with { ProductId = 7 } : DialogueBench.Vendor();
            return reply;
        };
        var refused = await Assert.ThrowsAsync<RecorderRefusedException>(() => _bench.IdentifyAsync(DialogueProfiles.Text));
        Assert.Contains(reason, refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Whatever_a_device_answers_the_end_is_a_disk_or_a_clear_error()
    {
        var profile = DialogueProfiles.Load(DialogueProfiles.Text);
        // One attempt, and no waiting for a disk: what is tried here are replies.
        var dialogue = profile.Dialogue! with { Info = [.. profile.Dialogue.Info.Select(s => s with { Retries = 0 })], Unlock = [profile.Dialogue.Unlock[0]] };
        var random = new Random(20261121);
        var ends = new Dictionary<string, int>();
        for (var round = 0; round < 400; round++)
        {
            _bench.InPort = DialogueBench.Vendor();
            _bench.Answers = e =>
            {
                // Every third reply is honest up to a damaged place, so that the later steps are reached too.
                var reply = e.Data.Span.StartsWith("@ATH"u8) ? [] : _bench.TextRecorder(e) ?? [];
                if (random.Next(3) == 0)
                    return reply;
                reply = random.Next(2) == 0 ? new byte[random.Next(80)] : reply;
                if (reply.Length > 0)
                    reply[random.Next(reply.Length)] = (byte)random.Next(256);
                return reply[..random.Next(reply.Length + 1)];
            };
            var (_, ready, error) = await _bench.SpeakAsync(profile with { Dialogue = dialogue });
            Assert.True(ready is not null || error is DeviceTalkException or RecorderRefusedException, $"round {round}: {error}");
            Assert.DoesNotContain("s3cr3t77", error?.ToString() ?? "", StringComparison.Ordinal);
            ends[error?.GetType().Name ?? "ready"] = ends.GetValueOrDefault(error?.GetType().Name ?? "ready") + 1;
        }

        Assert.True(ends.Count > 1, "the damage must reach more than one step");
    }
}
