using System.Text;
using EvidenceIngest.Recorders.Discovery;
using EvidenceIngest.Recorders.Drivers.MassStorage;
using EvidenceIngest.Recorders.Listing;
using EvidenceIngest.Recorders.Profiles;

namespace EvidenceIngest.Recorders.Drivers.Mtp;

/// <summary>A recorder that is read by MTP. Its handles of files live as long as its worker.</summary>
internal sealed class MtpRecorder : DockedRecorder
{
    private static readonly TimeSpan AbsenceShowsWithin = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan LookPause = TimeSpan.FromMilliseconds(50);

    /// <summary>A recorder that puts its disk to sleep needs some seconds; one that hangs is ended.</summary>
    private static readonly TimeSpan StepLimit = TimeSpan.FromSeconds(30);

    /// <summary>Each folder is a round trip, and each object of some devices too.</summary>
    private static readonly TimeSpan ListLimit = TimeSpan.FromMinutes(5);

    private readonly MtpProcess _worker;
    private readonly MtpDeviceFacts _facts;
    private readonly GoneSignal _gone;
    private readonly TimeProvider _time;
    private Dictionary<string, MtpObject> _objects;

    public MtpRecorder(
        UsbAttachment attachment, HardwareProfile profile, MtpProcess worker, MtpDeviceFacts facts, IReadOnlyList<MtpObject> objects,
        UsbPresence presence, TimeProvider time)
        : base(attachment, profile)
    {
        _worker = worker;
        _facts = facts;
        _time = time;
        _objects = ByPath(objects);
        _gone = new GoneSignal(presence.IsThere, time);
    }

    public override string? Model => _facts.Model ?? Profile.Model;

    public override string? Serial => UsbSerial.IsTrustworthy(_facts.Serial) ? _facts.Serial : null;

    public override CancellationToken Gone => _gone.Token;

    public void ThrowIfGone()
    {
        if (_gone.Look())
            throw new RecorderGoneException($"{Attachment.Bay}: the recorder left its bay");
    }

    public static async Task<IReadOnlyList<MtpObject>> ListAsync(MtpProcess worker, CancellationToken ct) =>
        MtpProtocol.Message<List<MtpObject>>((await worker.AskAsync(new MtpRequest(MtpOperation.List), ListLimit, ct)).Content);

    /// <summary>Asks the device for everything it holds now.</summary>
    public async Task<IReadOnlyList<MtpObject>> ListAsync(CancellationToken ct)
    {
        var objects = await RunAsync(() => ListAsync(_worker, ct));
        _objects = ByPath(objects);
        return objects;
    }

    /// <exception cref="IOException">The last listing had no such file.</exception>
    public MtpObject Find(RecorderFile file) => _objects.GetValueOrDefault(Encoding.UTF8.GetString(file.RawPath.Span))
        ?? throw new IOException($"{Attachment.Bay}: '{file.Path}' is not on the recorder");

    /// <summary>What the file is now, or null when the recorder no longer has it.</summary>
    public async Task<MtpObject?> LookAsync(RecorderFile file, CancellationToken ct)
    {
        if (_objects.GetValueOrDefault(Encoding.UTF8.GetString(file.RawPath.Span)) is { } known
            && (await RunAsync(() => _worker.AskAsync(new MtpRequest(MtpOperation.Look, known.Id), StepLimit, ct))).Answer.Object is { } now)
        {
            return now;
        }

        // A device that merely fails to describe an object looks the same as one that has deleted it: the list decides.
        await ListAsync(ct);
        return _objects.GetValueOrDefault(Encoding.UTF8.GetString(file.RawPath.Span));
    }

    public async Task<byte[]> ReadAsync(MtpObject file, long offset, int count, CancellationToken ct) =>
        (await RunAsync(() => _worker.AskAsync(new MtpRequest(MtpOperation.Read, file.Id, offset, count), StepLimit, ct))).Content;

    public Task DeleteAsync(MtpObject file, CancellationToken ct) =>
        RunAsync(() => _worker.AskAsync(new MtpRequest(MtpOperation.Delete, file.Id), StepLimit, ct));

    public override async ValueTask DisposeAsync()
    {
        await _gone.DisposeAsync();
        await _worker.DisposeAsync();
    }

    private static Dictionary<string, MtpObject> ByPath(IEnumerable<MtpObject> objects) =>
        objects.Where(o => !o.IsFolder).ToDictionary(o => o.Path, StringComparer.Ordinal);

    private async Task<T> RunAsync<T>(Func<Task<T>> ask)
    {
        ThrowIfGone();
        try
        {
            return await ask();
        }
        catch (Exception e) when (e is MtpException or IOException)
        {
            // The error comes before the kernel has noticed that the plug was pulled.
            for (var since = _time.GetTimestamp(); !_gone.Look() && _time.GetElapsedTime(since) < AbsenceShowsWithin;)
                await Task.Delay(LookPause, _time);
            if (_gone.Look())
                throw new RecorderGoneException($"{Attachment.Bay}: the recorder left its bay: {e.Message}", e);
            throw new IOException($"{Attachment.Bay}: {e.Message}", e);
        }
    }
}
