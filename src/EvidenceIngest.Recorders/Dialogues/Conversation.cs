using EvidenceIngest.Recorders.Dialogues.Vendor;
using EvidenceIngest.Recorders.Discovery;
using EvidenceIngest.Recorders.Drivers;
using EvidenceIngest.Recorders.Profiles;
using EvidenceIngest.Recorders.Profiles.Dialogue;

namespace EvidenceIngest.Recorders.Dialogues;

/// <summary>A reply that a step accepted, with the trusted times around its exchange.</summary>
internal readonly record struct AcceptedReply(DialogueStep Step, ReadOnlyMemory<byte> Bytes, DateTimeOffset SentAt, DateTimeOffset ReceivedAt);

/// <summary>
/// Speaks one profile's steps to one device: fills templates, retries, skips interim replies, compares, and follows the
/// device when it comes back as another. Time-outs bound every step, reply lengths and line counts bound memory.
/// </summary>
internal sealed class Conversation(UsbAttachment device, HardwareProfile profile, DialogueMeans means, Transcript transcript) : IAsyncDisposable
{
    private const int MostInterimReplies = 100;

    private readonly TemplateValues _values = new(profile, means.Secrets, means.AgencyZone, means.Time, transcript);
    private IDeviceLink? _link;
    private bool _passwordSent;

    /// <summary>A password was sent and the device didn't accept it, or nobody knows whether it did.</summary>
    public bool PasswordInDoubt { get; private set; }

    /// <summary>As it is now: another one after it re-enumerated.</summary>
    public UsbAttachment Device { get; private set; } = device;

    public TemplateValues Values => _values;

    /// <summary>Opens the way to the device, if it isn't open.</summary>
    /// <returns>False when INQUIRY says that it is another device: nothing but INQUIRY was sent then.</returns>
    public async Task<bool> OpenAsync(CancellationToken ct) => (_link ??= await means.Links.OpenAsync(Device, profile, ct)) is not null;

    /// <summary>Speaks the steps in order; hands every accepted reply on before the next step.</summary>
    /// <exception cref="DeviceTalkException">The device is silent or answered wrong, also after the step's retries.</exception>
    /// <exception cref="RecorderRefusedException">It said no for good, or a step with a password failed in any way.</exception>
    /// <exception cref="RecorderGoneException">It left its port.</exception>
    public async Task SayAsync(IReadOnlyList<DialogueStep> steps, Action<AcceptedReply>? accepted, CancellationToken ct)
    {
        // A missing password shows before the device has heard half of the dialogue.
        foreach (var step in steps.Where(s => s.SendsSecret))
            Filled(step);
        for (var i = 0; i < steps.Count; i++)
        {
            switch (steps[i])
            {
                case WaitStep wait:
                    await Task.Delay(wait.Pause, means.Time, ct);
                    break;
                case ReenumerateStep reenumerate:
                    await FollowAsync(reenumerate, ct);
                    break;
                case var step when await TalkAsync(step, LeadsAway(steps, i), ct) is { } reply:
                    accepted?.Invoke(reply);
                    break;
            }
        }
    }

    public async ValueTask DisposeAsync() => await CloseAsync();

    private async ValueTask CloseAsync()
    {
        if (_link is not null)
            await _link.DisposeAsync();
        _link = null;
    }

    /// <summary>Whether the device may vanish as soon as it has read this step.</summary>
    private static bool LeadsAway(IReadOnlyList<DialogueStep> steps, int index) =>
        steps.Skip(index + 1).SkipWhile(s => s is WaitStep).FirstOrDefault() is ReenumerateStep;

    /// <returns>Null when the device went on to re-enumerate instead of answering.</returns>
    private async Task<AcceptedReply?> TalkAsync(DialogueStep step, bool leadsAway, CancellationToken ct)
    {
        for (var attempt = 0; ; attempt++)
        {
            try
            {
                return await AttemptAsync(step, ct);
            }
            catch (RecorderGoneException) when (leadsAway)
            {
                transcript.Remark(step.Name, "(left its port)");
                return null;
            }
            catch (DeviceTalkException e) when (_passwordSent && (step.SendsSecret || attempt >= step.Retries))
            {
                // Whether the device has counted it as a wrong password nobody knows: once more might lock it.
                PasswordInDoubt = true;
                throw new RecorderRefusedException(
                    $"{Device.Bay}: {e.Message}; a password is not sent twice",
                    "解锁设备时没有得到预期的应答。为避免设备锁定，采集站不会重复发送密码；请拔下设备检查后重新插入，仍然如此请联系管理员。");
            }
            catch (DeviceTalkException e) when (attempt < step.Retries)
            {
                transcript.Remark(step.Name, $"({e.Message}; again)");
                await Task.Delay(step.RetryPause, means.Time, ct);
            }
        }
    }

    private async Task<AcceptedReply> AttemptAsync(DialogueStep step, CancellationToken ct)
    {
        if (!await OpenAsync(ct))
            throw Wrong(step, "its INQUIRY says that it is another device now");
        using var limit = new CancellationTokenSource(step.Timeout, means.Time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, ct);
        var exchange = Filled(step);
        transcript.Sent(step.Name, exchange.Data.Length, DialoguePreview.Describe(step, _values));
        _passwordSent |= step.SendsSecret;
        try
        {
            for (var interim = 0; ; interim++)
            {
                var sentAt = means.Time.GetUtcNow();
                var reply = await _link!.ExchangeAsync(exchange, step.Timeout, either.Token);
                var accepted = new AcceptedReply(step, reply, sentAt, means.Time.GetUtcNow());
                if (reply.Length > exchange.Read)
                    throw Wrong(step, $"it answered {reply.Length} bytes where at most {exchange.Read} were asked for");
                if (exchange.Read > 0)
                    transcript.Received(step.Name, reply.Length, Shown(step, reply.Span));
                if (step.Reply.Interim?.Fits(reply.Span) != true)
                    return Judged(step, accepted);
                if (interim == MostInterimReplies)
                    throw Wrong(step, "it answers nothing but that it is busy");
                exchange = exchange.NextReply();
            }
        }
        catch (OperationCanceledException) when (limit.IsCancellationRequested && !ct.IsCancellationRequested)
        {
            throw Wrong(step, $"no answer within {step.Timeout.TotalSeconds} s", silence: true);
        }
    }

    private AcceptedReply Judged(DialogueStep step, AcceptedReply reply)
    {
        foreach (var refusal in step.Reply.Refusals)
        {
            if (!refusal.Pattern.Fits(reply.Bytes.Span))
                continue;
            PasswordInDoubt |= _passwordSent && refusal.Reason is RefusalReason.Password or RefusalReason.Locked;
            throw new RecorderRefusedException(
                $"{Device.Bay}: {step.Title}: the device refuses: {refusal.Reason}", RefusalAdvice.For(refusal.Reason, profile));
        }

        if (step.Reply.Expect is { } expected && !expected.Fits(reply.Bytes.Span))
            throw Wrong(step, $"expected {expected.Shown}, got {Shown(step, reply.Bytes.Span)}");
        return reply;
    }

    private Exchange Filled(DialogueStep step) => step switch
    {
        ScsiStep scsi => new ScsiExchange(_values.Fill(scsi.Cdb), Payload(scsi.Write), scsi.Read),
        ControlStep control => new ControlExchange(
            control.Type, control.Request, control.Value, control.Index, Payload(control.Write), control.Read),
        BulkStep bulk => new BulkExchange(Payload(bulk.Write), bulk.Read),
        TcpFrameStep frame => new FrameExchange(Payload(frame.Write), frame.Read ? DialogueStepParser.LargestReply : 0),
        DllCallStep call => new DllExchange(
            call, [.. call.Arguments.OfType<DllInput>().Select(i => (ReadOnlyMemory<byte>)_values.Fill(i.Content))]),
        _ => throw new ArgumentOutOfRangeException(nameof(step), step, "says nothing"),
    };

    private byte[] Payload(ByteTemplate? template) => template is null ? [] : _values.Fill(template);

    private async Task FollowAsync(ReenumerateStep step, CancellationToken ct)
    {
        // A claimed interface keeps some devices from leaving.
        await CloseAsync();
        Device = await new Reenumeration(means.Ports, means.Time).AwaitAsync(Device, step, transcript, ct);
    }

    private string Shown(DialogueStep step, ReadOnlySpan<byte> reply) => step is DllCallStep call && reply.Length >= sizeof(int)
        ? call.Shown(reply, transcript)
        : transcript.Show(reply, step.Reply.Confidential);

    private DeviceTalkException Wrong(DialogueStep step, string what, bool silence = false) =>
        new($"{profile.Name} {step.Title}: {what}") { IsSilence = silence };
}
