using EvidenceIngest.Dock.Clearing;
using EvidenceIngest.Dock.Delivery;
using EvidenceIngest.Dock.Journal;
using EvidenceIngest.Dock.Offload;
using EvidenceIngest.Recorders;
using EvidenceIngest.Recorders.Dialogues;
using EvidenceIngest.Recorders.Drivers;
using EvidenceIngest.Recorders.Listing;

namespace EvidenceIngest.Dock.Bays;

/// <summary>What every bay's workflow works with.</summary>
internal sealed record BayMeans(
    IRecorderIdentification Identification,
    Admission Admission,
    StagingFolder Staging,
    OffloadMeans Offload,
    RecorderClearing Clearing,
    IRecorderClocks Clocks,
    ServerLinkState Link,
    DockOptions Options,
    TimeProvider Time);

/// <summary>
/// What happens to one recorder in a bay, in order. Start reading the dock here. Every step may be repeated: what was done
/// is found in the journal. A failure is thrown to <see cref="BayOccupant"/>, which tells the officer and tries again.
/// </summary>
internal sealed class BayWorkflow(BayMeans means, BayProgress bay, BayOccupant occupant)
{
    private static readonly TimeSpan Moment = TimeSpan.FromSeconds(1);

    private readonly HashSet<int> _confirmed = [];
    private OffloadJournal? _offload;

    /// <summary>False when no profile speaks for what stands in the bay.</summary>
    public async Task<bool> RunAsync(CancellationToken ct)
    {
        if (await IdentifyAsync(ct) is not { } identified)
            return false;
        bool keptSome;
        OffloadJournal offload;
        await using (var recorder = identified.Recorder)
        {
            bay.Recognised(recorder.Profile.Name, recorder.Model);
            bay.Enter(BayState.Recognised);
            var clock = await identified.Driver.ReadClockAsync(recorder, ct);

            bay.Enter(BayState.Listing);
            var listing = await identified.Driver.ListAsync(recorder, ct);
            await means.Admission.AskAsync(recorder, listing.RecorderId, ct);
            offload = _offload ??= await means.Staging.DockAsync(ManifestMaking.FactsOf(recorder, listing), clock);

            bay.Enter(BayState.Offloading, Advice.Offloading);
            var work = await means.Offload.Intake.TakeAsync(offload, listing, recorder.Profile, clock, _confirmed);
            ShowListed(offload, listing, work);
            await new VanishedFiles(means.Time).SettleAsync(offload, listing, ct);
            await new OffloadRun(means.Offload, identified, offload, listing, bay, _confirmed).RunAsync(work, ct);

            // From here on the footage is safe on the dock: the recorder may leave, and deliveries go on without it.
            bay.Enter(BayState.Delivering, Advice.Staged);
            await ReceiptsAsync(offload, recorder, ct);

            bay.Enter(BayState.Sealed);
            keptSome = await ClearAsync(identified, offload, listing, ct);
        }

        await SetClockAsync(identified.Recorder, offload, ct);
        await offload.RecordAsync(new Released(means.Time.GetUtcNow(), bay.Snapshot().Bay));

        var cleared = means.Clearing.IsEnabledFor(identified.Recorder.Profile);
        bay.Enter(BayState.SafeToRemove, !cleared ? Advice.RemoveKept : keptSome ? Advice.RemovePartlyKept : Advice.RemoveCleared);
        return true;
    }

    /// <summary>Lets go of the offload; what is staged goes on to the server.</summary>
    public void LetGo()
    {
        if (_offload is not null)
            means.Staging.LetGo(_offload);
    }

    private async Task<IdentifiedRecorder?> IdentifyAsync(CancellationToken ct)
    {
        using var identifying = occupant.Identifying();
        var identification = means.Identification.IdentifyAsync(occupant.Attachment, ct);
        if (await Task.WhenAny(identification, Task.Delay(Moment, means.Time, ct)) != identification && !ct.IsCancellationRequested)
            bay.Enter(BayState.Unlocking);
        var identified = await identification;
        if (identified is not null)
            occupant.GoesOnAs(identified.Recorder.Attachment);
        return identified;
    }

    private void ShowListed(OffloadJournal offload, RecorderListing listing, IReadOnlyList<OffloadWork> work)
    {
        var files = listing.AllFiles.ToList();
        var (total, bytes) = (files.Count, files.Sum(f => f.Bytes));
        bay.Listed(offload.Read(l => l.Opened.Recorder.RecorderId), total, bytes, total - work.Count, bytes - work.Sum(w => w.File.Bytes));
    }

    private async Task ReceiptsAsync(OffloadJournal offload, DockedRecorder recorder, CancellationToken ct)
    {
        using var present = CancellationTokenSource.CreateLinkedTokenSource(ct, recorder.Gone);
        while (true)
        {
            var change = means.Staging.Changed.Next;
            var (receipted, done) = offload.Read(l => (l.Files.Count(f => f.Receipt is not null), l.Files.All(f => f.IsDone)));
            bay.Sealed(receipted);
            if (done)
                return;
            // While it waited, a staged copy proved spoiled: the recorder must give the file once more.
            if (!offload.Read(l => l.Files.All(f => f.IsSettled)))
                throw new StagedCopySpoiledException("a staged copy is spoiled and must be copied again");
            bay.Say(means.Link.Current switch
            {
                ServerLink.Unreachable => Advice.ServerUnreachable,
                ServerLink.NotTrusted or ServerLink.NotEnrolled => Advice.DockNotTrusted,
                _ => Advice.Staged,
            });
            try
            {
                await change.WaitAsync(present.Token);
            }
            catch (OperationCanceledException e) when (!ct.IsCancellationRequested)
            {
                throw new RecorderGoneException("the recorder left after its files were staged", e);
            }
        }
    }

    /// <summary>Last, when the offset that everything was recorded with has long been kept.</summary>
    private async Task SetClockAsync(DockedRecorder recorder, OffloadJournal offload, CancellationToken ct)
    {
        if (!means.Options.SetClocks || recorder.Profile.Dialogue?.Clock is not { Set.Count: > 0 })
            return;
        ClockSetting setting;
        try
        {
            setting = await means.Clocks.SetAsync(recorder.Attachment, recorder.Profile, ct);
        }
        catch (RecorderGoneException e)
        {
            // Its footage is safe; the next docking has another chance.
            setting = new ClockSetting(false, e.Message, null);
        }

        await offload.RecordAsync(new ClockSet(means.Time.GetUtcNow(), setting.Done, ManifestText.Clip(setting.Note), setting.After));
    }

    private async Task<bool> ClearAsync(IdentifiedRecorder identified, OffloadJournal offload, RecorderListing listing, CancellationToken ct)
    {
        if (!means.Clearing.IsEnabledFor(identified.Recorder.Profile))
            return true;
        bay.Enter(BayState.Clearing);
        return await means.Clearing.ClearAsync(identified, offload, listing, ct);
    }
}
