using System.Collections.Concurrent;
using EvidenceIngest.Domain.Deliveries;
using EvidenceIngest.Recorders.Discovery;
using EvidenceIngest.Recorders.Drivers;
using EvidenceIngest.Recorders.Profiles;
using EvidenceIngest.Recorders.Profiles.Dialogue;
using Microsoft.Extensions.Logging;

namespace EvidenceIngest.Recorders.Dialogues;

/// <summary>
/// From a device whose descriptors fit a profile to a recorder that shows its files: probe, clock, facts, unlocking. May be
/// repeated at any time; a password that a recorder refused is not sent to it again.
/// </summary>
internal sealed class DeviceDialogues(DialogueMeans means, ILogger<DeviceDialogues> log)
{
    /// <summary>Recorder and password that don't go together, as long as the process lives.</summary>
    private readonly ConcurrentDictionary<string, bool> _refused = new(StringComparer.Ordinal);

    /// <summary>Speaks the profile's probe and nothing else.</summary>
    /// <returns>The conversation to go on with, or why it is another device. The caller disposes it.</returns>
    /// <exception cref="RecorderGoneException">It left its port.</exception>
    /// <exception cref="RecorderRefusedException">It can't be spoken to on this machine.</exception>
    public async Task<(GreetedDevice? Device, ProbeMismatch? Mismatch)> GreetAsync(
        UsbAttachment device, HardwareProfile profile, Transcript transcript, CancellationToken ct)
    {
        BootRom.Refuse(device);
        var dialogue = profile.Dialogue ?? throw new ArgumentException($"profile {profile.Name} has no dialogue", nameof(profile));
#pragma warning disable CA2000 // Disposed below, or by the greeted device that is returned.
        var conversation = new Conversation(device, profile, means, transcript);
#pragma warning restore CA2000
        var keeps = false;
        try
        {
            if (!await conversation.OpenAsync(ct))
                return Mismatch(device, profile, $"{profile.Name}: its INQUIRY is not '{dialogue.Inquiry}'");
            var facts = DeviceFacts.None;
            await conversation.SayAsync(dialogue.Probe, reply => facts = Told(facts, reply), ct);
            log.ProbeAnswered(device.Bay, profile.Name);
            keeps = true;
            return (new GreetedDevice(this, conversation, profile, facts), null);
        }
        catch (DeviceTalkException e)
        {
            return Mismatch(device, profile, e.Message, e.IsSilence);
        }
        finally
        {
            if (!keeps)
                await conversation.DisposeAsync();
        }
    }

    internal async Task<UsbAttachment> ShowFilesAsync(
        Conversation conversation, HardwareProfile profile, DeviceFacts facts, CancellationToken ct)
    {
        var (dialogue, bay) = (profile.Dialogue!, conversation.Device.Bay);
        // First of all: every further exchange would only blur it, and unlocking may end the device's readiness to tell.
        var clock = dialogue.Clock is { Read.Count: > 0 } ? await ReadClockAsync(conversation, dialogue.Clock, ct) : null;
        await SayGuardedAsync(conversation, profile, dialogue.Info, facts, reply => facts = Told(facts, reply), ct);
        await SayGuardedAsync(conversation, profile, dialogue.Unlock, facts, null, ct);
        log.Unlocked(bay, profile.Name);
        return conversation.Device with { SpokenTo = new SpokenTo(profile.Name, facts, clock) };
    }

    /// <summary>Sends no password to a recorder that refused it before, and remembers a new refusal.</summary>
    internal async Task SayGuardedAsync(
        Conversation conversation, HardwareProfile profile, IReadOnlyList<DialogueStep> steps, DeviceFacts facts,
        Action<AcceptedReply>? accepted, CancellationToken ct)
    {
        var pair = PairOf(conversation, profile, facts);
        if (pair is not null && steps.Any(s => s.SendsSecret) && _refused.ContainsKey(pair))
        {
            throw new RecorderRefusedException(
                $"{conversation.Device.Bay}: this recorder refused the configured password before; it is not sent again until it is changed",
                RefusalAdvice.For(RefusalReason.Password, profile));
        }

        try
        {
            await conversation.SayAsync(steps, accepted, ct);
        }
        catch (RecorderRefusedException) when (conversation.PasswordInDoubt && pair is not null)
        {
            _refused[pair] = true;
            throw;
        }
    }

    /// <summary>A clock that can't be read is no reason to leave footage behind: the reading says why.</summary>
    internal async Task<ClockReading> ReadClockAsync(Conversation conversation, ClockDialogue clock, CancellationToken ct)
    {
        ClockReading? reading = null;
        try
        {
            await conversation.SayAsync(
                clock.Read, reply => reading = reply.Step.Reply.Captures.ContainsKey("time") ? ClockOf(conversation, reply) : reading, ct);
        }
        catch (DeviceTalkException e)
        {
            log.ClockUnread(conversation.Device.Bay, e.Message);
            return new ClockReading(null, means.Time.GetUtcNow(), $"the device did not tell its clock: {e.Message}");
        }

        return reading ?? throw new InvalidOperationException("the parser lets no clock without a time through");
    }

    private static ClockReading ClockOf(Conversation conversation, AcceptedReply reply)
    {
        var took = reply.ReceivedAt - reply.SentAt;
        var middle = reply.SentAt + (took / 2);
        return reply.Step.Reply.Captures["time"].Time(reply.Bytes.Span) is { } told
            ? new ClockReading(told - conversation.Values.InDeviceZone(middle), middle, $"told by the device, to the second, within {took.TotalMilliseconds:0} ms")
            : new ClockReading(null, middle, "the device told an impossible time");
    }

    private static DeviceFacts Told(DeviceFacts facts, AcceptedReply reply)
    {
        foreach (var (name, capture) in reply.Step.Reply.Captures)
        {
            if (capture.Fact(reply.Bytes.Span) is { } value)
                facts = facts.With(name, value);
        }

        return facts;
    }

    /// <summary>Null where nothing tells this recorder from others of its make: then every plugging is a new chance.</summary>
    private static string? PairOf(Conversation conversation, HardwareProfile profile, DeviceFacts facts)
    {
        var serial = facts.Serial ?? (UsbSerial.IsTrustworthy(conversation.Device.Serial) ? conversation.Device.Serial : null);
        return serial is null ? null : $"{profile.Name}\n{serial}\n{conversation.Values.Fingerprint()}";
    }

    private (GreetedDevice? Device, ProbeMismatch? Mismatch) Mismatch(
        UsbAttachment device, HardwareProfile profile, string reason, bool silence = false)
    {
        log.ProbeMissed(device.Bay, profile.Name, reason);
        return (null, new ProbeMismatch(reason, silence));
    }
}

/// <param name="Reason">What was wrong with the answer; English.</param>
/// <param name="IsSilence">There was none, which the next attempt may change.</param>
internal sealed record ProbeMismatch(string Reason, bool IsSilence);

/// <summary>A device that answered its profile's probe.</summary>
internal sealed class GreetedDevice(DeviceDialogues dialogues, Conversation conversation, HardwareProfile profile, DeviceFacts facts)
    : IAsyncDisposable
{
    public Conversation Conversation => conversation;

    /// <summary>Reads its clock and facts and unlocks it.</summary>
    /// <returns>What stands in the port then, with what it said.</returns>
    /// <exception cref="DeviceTalkException">It fell silent or answered wrong; no password was sent. Worth a retry.</exception>
    /// <exception cref="RecorderRefusedException">It refused, or there is doubt whether it took the password.</exception>
    /// <exception cref="RecorderGoneException">It left, or did not come back in time.</exception>
    public Task<UsbAttachment> ShowFilesAsync(CancellationToken ct) => dialogues.ShowFilesAsync(conversation, profile, facts, ct);

    /// <summary>Sets its clock.</summary>
    /// <exception cref="DeviceTalkException">It fell silent or answered wrong.</exception>
    /// <exception cref="RecorderRefusedException">It refused, now or the same password before.</exception>
    public Task SetClockAsync(IReadOnlyList<DialogueStep> steps, CancellationToken ct) =>
        dialogues.SayGuardedAsync(conversation, profile, steps, facts, null, ct);

    public ValueTask DisposeAsync() => conversation.DisposeAsync();
}
