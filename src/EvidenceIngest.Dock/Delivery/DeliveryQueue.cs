using System.Collections.Concurrent;
using EvidenceIngest.Dock.Journal;
using EvidenceIngest.Domain.Receipts;
using EvidenceIngest.Recorders;
using Microsoft.Extensions.Logging;

namespace EvidenceIngest.Dock.Delivery;

/// <summary>
/// Keeps everything staged on its way to the server, oldest deadline first, for as long as it takes. The boundary where a
/// delivery's failure becomes a pause: of all deliveries when the server is away, of one when that one is refused.
/// </summary>
internal sealed class DeliveryQueue(
    StagingFolder staging,
    RecordingDelivery delivery,
    LaterEventPost laterEvents,
    Enrolment enrolment,
    ServerLinkState link,
    Heartbeats beats,
    TimeProvider time,
    ILogger<DeliveryQueue> log)
{
    private const int MaxUnderWay = 64;

    private static readonly TimeSpan LookAgain = TimeSpan.FromSeconds(15);
    private static readonly TimeSpan Coalesce = TimeSpan.FromMilliseconds(20);
    private static readonly TimeSpan AfterRefusal = TimeSpan.FromMinutes(10);
    private static readonly TimeSpan NotYet = TimeSpan.FromSeconds(30);

    /// <summary>Enrolling asks the server once, within the limit of any request; the rest is this machine's disk.</summary>
    private static readonly TimeSpan LongestLook = TimeSpan.FromMinutes(5);

    private readonly ConcurrentDictionary<string, Task> _underWay = [];
    private readonly ConcurrentDictionary<string, (DateTimeOffset NotBefore, DockProblem? Problem)> _paused = [];
    private int _failures;
    private DateTimeOffset _pausedUntil;

    /// <summary>Deliveries that a person must look at; they are tried again from time to time.</summary>
    public IReadOnlyList<DockProblem> Problems => [.. _paused.Values.Select(p => p.Problem).OfType<DockProblem>()];

    public async Task RunAsync(CancellationToken ct)
    {
        while (!ct.IsCancellationRequested)
        {
            beats.Alive(nameof(DeliveryQueue), LongestLook);
            var change = staging.Changed.Next;
            var wait = LookAgain;
            if (_pausedUntil > time.GetUtcNow())
                wait = _pausedUntil - time.GetUtcNow();
            else if (enrolment.IsEnrolled || await GuardAsync("enrolment", "", () => enrolment.EnsureAsync(ct), ct))
                StartDue(ct);
            await RetireFinishedAsync();
            if (NextPauseEnd() is { } end && end < wait)
                wait = end;
            beats.Alive(nameof(DeliveryQueue), wait + LongestLook);
            await WaitAsync(change, wait, ct);
        }

        await Task.WhenAll(_underWay.Values);
    }

    private TimeSpan? NextPauseEnd()
    {
        var now = time.GetUtcNow();
        var ends = _paused.Values.Select(p => p.NotBefore).Where(t => t > now).ToList();
        return ends.Count == 0 ? null : ends.Min() - now;
    }

    private async Task WaitAsync(Task change, TimeSpan longest, CancellationToken ct)
    {
        try
        {
            await Task.WhenAny(change, Task.Delay(longest, time, ct));
            // Facts come in bursts; one look serves them all.
            await Task.Delay(Coalesce, time, ct);
        }
        catch (OperationCanceledException)
        {
            // The loop's condition sees it.
        }
    }

    private void StartDue(CancellationToken ct)
    {
        var now = time.GetUtcNow();
        var all = staging.Offloads.SelectMany(o => DeliveryPlan.Of(o, now)).ToList();
        var reports = staging.Offloads.Where(o => !o.Read(l => l.Later.AllAcknowledged)).Select(o => (Key: o.Id + "/events", Offload: o)).ToList();
        var keys = all.Select(d => d.Key).Concat(reports.Select(r => r.Key)).ToHashSet();
        // What is no longer due in that form is no longer a problem either.
        foreach (var key in _paused.Keys.Where(k => !keys.Contains(k) && !_underWay.ContainsKey(k)))
            _paused.TryRemove(key, out _);
        foreach (var one in all.Where(d => MayStart(d.Key)).OrderBy(d => d.Deadline).Take(MaxUnderWay - _underWay.Count).ToList())
            Start(one.Key, one.Offload.Id, () => delivery.RunAsync(one.Offload, one.Files, ct), ct);
        foreach (var (key, offload) in reports.Where(r => MayStart(r.Key)))
            Start(key, offload.Id, () => laterEvents.SendAsync(offload, ct), ct);

        bool MayStart(string key) => !_underWay.ContainsKey(key) && !(_paused.TryGetValue(key, out var pause) && pause.NotBefore > now);
    }

    private void Start(string key, string offloadId, Func<Task<bool>> work, CancellationToken ct)
    {
        var gate = new TaskCompletionSource();
        _underWay[key] = Task.Run(
            async () =>
            {
                await gate.Task;
                await GuardAsync(key, offloadId, work, ct);
                _underWay.TryRemove(key, out _);
                staging.Changed.Raise();
            },
            CancellationToken.None);
        // Begun only when it is in the table, or a quick one would leave before it entered.
        gate.SetResult();
    }

    private async Task<bool> GuardAsync(string key, string offloadId, Func<Task<bool>> work, CancellationToken ct)
    {
        try
        {
            var done = await work();
            if (done)
            {
                _paused.TryRemove(key, out _);
                _failures = 0;
                if (offloadId.Length > 0)
                    link.Set(ServerLink.Online);
            }
            else
            {
                _paused[key] = (time.GetUtcNow() + NotYet, null);
            }

            return done;
        }
        catch (OperationCanceledException) when (ct.IsCancellationRequested)
        {
            return false;
        }
        catch (ServerUnreachableException e)
        {
            link.Set(ServerLink.Unreachable, e.Message);
            PauseAll(Backoff.After(Interlocked.Increment(ref _failures)));
        }
        catch (ServerBusyException e)
        {
            // Quietly: it is tried until it works. Whoever wants to know finds it among the problems.
            Pause(key, e.RetryAfter ?? Backoff.After((_paused.TryGetValue(key, out var p) ? p.Problem?.Attempts ?? 0 : 0) + 1), e);
        }
        catch (DockNotTrustedException e)
        {
            link.Set(enrolment.IsEnrolled ? ServerLink.NotTrusted : ServerLink.NotEnrolled, e.Message);
            PauseAll(NotYet);
        }
        catch (StagedCopySpoiledException e)
        {
            Pause(key, TimeSpan.Zero, e);
        }
        catch (Exception e)
        {
            // Refused by the server, a receipt that proves nothing, a fault of ours: the files stay staged, a person looks.
            log.DeliveryFailed(key, offloadId, e);
            Pause(key, e is ServerRefusedException or ReceiptRefusedException ? AfterRefusal : NotYet, e);
        }

        return false;
    }

    private void PauseAll(TimeSpan pause)
    {
        var until = time.GetUtcNow() + pause;
        if (until > _pausedUntil)
            _pausedUntil = until;
    }

    private void Pause(string key, TimeSpan pause, Exception e) => _paused.AddOrUpdate(
        key,
        _ => (time.GetUtcNow() + pause, new DockProblem(key, e.Message, 1)),
        (_, before) => (time.GetUtcNow() + pause, new DockProblem(key, e.Message, (before.Problem?.Attempts ?? 0) + 1)));

    private async Task RetireFinishedAsync()
    {
        foreach (var offload in staging.Offloads)
        {
            if (offload.InBay || !offload.Read(l => l.Opened is not null && l.NothingLeft))
                continue;
            if (_underWay.Keys.Any(k => k.StartsWith(offload.Id, StringComparison.Ordinal)))
                continue;
            try
            {
                await staging.RetireAsync(offload);
            }
            catch (IOException e)
            {
                // Out of memory already, and everything in it is sealed; the next start finds it and tries again.
                log.RetiringFailed(offload.Id, e);
            }
        }
    }
}
