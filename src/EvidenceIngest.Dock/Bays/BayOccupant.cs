using EvidenceIngest.Dock.Delivery;
using EvidenceIngest.Dock.Disk;
using EvidenceIngest.Dock.Offload;
using EvidenceIngest.Recorders.Discovery;
using EvidenceIngest.Recorders.Drivers;
using Microsoft.Extensions.Logging;

namespace EvidenceIngest.Dock.Bays;

/// <summary>
/// What stands in a bay, from arrival to departure. The boundary where a workflow's failure becomes a state with advice
/// for the officer and a later attempt.
/// </summary>
internal sealed class BayOccupant : IAsyncDisposable
{
    private static readonly TimeSpan FirstPause = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan LongestPause = TimeSpan.FromMinutes(1);

    private readonly BayMeans _means;
    private readonly BayProgress _bay;
    private readonly ILogger _log;
    private readonly CancellationTokenSource _left;
    private readonly Task _running;
    private readonly Lock _gate = new();
    private bool _identifying;
    private bool _wentOn;
    private RecorderAttachment? _leftWhileIdentifying;

    public BayOccupant(BayMeans means, BayProgress bay, RecorderAttachment attachment, ILogger log, CancellationToken stopping)
    {
        (_means, _bay, Attachment, _log) = (means, bay, attachment, log);
        _left = CancellationTokenSource.CreateLinkedTokenSource(stopping);
        _running = Task.Run(() => RunAsync(_left.Token), CancellationToken.None);
    }

    public RecorderAttachment Attachment { get; private set; }

    /// <summary>
    /// The next appearance of a recorder that re-enumerates while it is being unlocked. True when that is what it is; the
    /// driver awaits it inside its identification.
    /// </summary>
    public bool Reappeared(RecorderAttachment attachment)
    {
        lock (_gate)
        {
            // The watcher's word may come after identification has gone on with the very same appearance.
            if (!_identifying)
                return _wentOn && attachment.IsSameAppearance(Attachment);
            Attachment = attachment;
            _leftWhileIdentifying = null;
            return true;
        }
    }

    /// <summary>True when the recorder really left; false while it may only be re-enumerating.</summary>
    public bool Leaves(RecorderLeft left)
    {
        lock (_gate)
        {
            if (_identifying)
                _leftWhileIdentifying = left.Attachment ?? Attachment;
            var isLateWord = _wentOn && left.Attachment?.IsSameAppearance(Attachment) == false;
            return !_identifying && !isLateWord;
        }
    }

    /// <summary>What identification ended with: the recorder as it stands in its port now.</summary>
    public void GoesOnAs(RecorderAttachment attachment)
    {
        lock (_gate)
        {
            _wentOn |= !attachment.IsSameAppearance(Attachment);
            Attachment = attachment;
            if (_leftWhileIdentifying?.IsSameAppearance(attachment) == false)
                _leftWhileIdentifying = null;
        }
    }

    public IDisposable Identifying()
    {
        lock (_gate)
            _identifying = true;
        return new Identification(this);
    }

    /// <summary>Ends the workflow and leaves the bay empty.</summary>
    public async ValueTask DisposeAsync()
    {
        var pulled = _bay.Snapshot() switch
        {
            { State: BayState.Offloading } => Advice.PulledWhileCopying,
            { State: BayState.Failed, Reason: Advice.PulledWhileCopying or Advice.LeftWhileUnlocking } told => told.Reason,
            _ => null,
        };
        await _left.CancelAsync();
        await _running;
        _left.Dispose();
        _bay.Enter(BayState.Empty, pulled);
    }

    private async Task RunAsync(CancellationToken ct)
    {
        var workflow = new BayWorkflow(_means, _bay, this);
        try
        {
            for (var pause = FirstPause; !await AttemptAsync(workflow, ct); pause = pause * 2 < LongestPause ? pause * 2 : LongestPause)
                await Task.Delay(pause, _means.Time, ct);
        }
        catch (OperationCanceledException) when (ct.IsCancellationRequested)
        {
            // The recorder left, or the dock stops.
        }
        finally
        {
            workflow.LetGo();
            // It left while it was being unlocked and did not come back: nobody else says that its bay is empty.
            if (_leftWhileIdentifying is not null)
                _bay.Enter(BayState.Empty, Advice.LeftWhileUnlocking);
        }
    }

    /// <summary>False when it is worth another attempt.</summary>
    private async Task<bool> AttemptAsync(BayWorkflow workflow, CancellationToken ct)
    {
        try
        {
            if (!await workflow.RunAsync(ct))
                _bay.Enter(BayState.Empty);
            return true;
        }
        catch (RecorderRefusedException e)
        {
            _log.RecorderRefused(Attachment.Bay, e.Message);
            _bay.Enter(BayState.Refused, e.Advice, e.Message);
            return true;
        }
        catch (OperationCanceledException) when (ct.IsCancellationRequested)
        {
            throw;
        }
        catch (RecorderGoneException e)
        {
            // Everyday life, no fault: the watcher's word that it left comes a moment later, or it is back already.
            _log.RecorderPulled(Attachment.Bay, _bay.State);
            var advice = _bay.State switch
            {
                BayState.Delivering or BayState.Sealed or BayState.Clearing => Advice.Staged,
                BayState.Offloading => Advice.PulledWhileCopying,
                _ => Advice.LeftWhileUnlocking,
            };
            _bay.Enter(BayState.Failed, advice, e.Message);
            return false;
        }
        catch (Exception e)
        {
            _log.BayFailed(Attachment.Bay, _bay.State, e);
            _bay.Enter(BayState.Failed, AdviceFor(e), e.Message);
            return false;
        }
    }

    private static string AdviceFor(Exception e) => e switch
    {
        OffloadIncompleteException { InnerException: UnreadableSourceException } => Advice.RecorderUnreadable,
        OffloadIncompleteException { InnerException: FixityMismatchException or StagingDiskException } => Advice.StagingFailed,
        OffloadIncompleteException incomplete => Advice.UnreadableFiles(incomplete.Count),
        FixityMismatchException or StagingDiskException or StagedCopySpoiledException => Advice.StagingFailed,
        RecorderSilentException => Advice.RecorderSilent,
        IOException => Advice.RecorderUnreadable,
        _ => Advice.Unexpected,
    };

    private sealed class Identification(BayOccupant occupant) : IDisposable
    {
        public void Dispose()
        {
            lock (occupant._gate)
            {
                occupant._identifying = false;
                // It had left and did not come back: what was identified, if anything, is no longer here.
                if (occupant._leftWhileIdentifying is not null)
                    occupant._left.Cancel();
            }
        }
    }
}
