using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using System.Threading.Channels;
using EvidenceIngest.Domain.Deliveries;
using EvidenceIngest.Domain.Digests;
using EvidenceIngest.Domain.Evidence;
using EvidenceIngest.Domain.Receipts;
using EvidenceIngest.Recorders;
using EvidenceIngest.Recorders.Dialogues;
using EvidenceIngest.Recorders.Discovery;
using EvidenceIngest.Recorders.Drivers;
using EvidenceIngest.Recorders.Listing;
using EvidenceIngest.Recorders.Profiles;
using EvidenceIngest.Recorders.Profiles.Dialogue;

namespace EvidenceIngest.Dock.Tests.Support;

/// <summary>Bays and driver for scripted recorders.</summary>
internal sealed class ScriptedBays : IBayWatcher, IRecorderIdentification, IRecorderDriver, IRecorderClocks
{
    private readonly Channel<BayChange> _changes = Channel.CreateUnbounded<BayChange>();
    private readonly ConcurrentDictionary<string, ScriptedRecorder> _plugged = [];
    private readonly ConcurrentDictionary<string, ScriptedDocking> _dockings = [];

    public string Name => "scripted";

    /// <summary>Called before every step that the driver takes.</summary>
    public Action<string>? OnStep { get; set; }

    /// <summary>What becomes of an attachment while it is identified: unlocking takes time and may end as another device.</summary>
    public Func<RecorderAttachment, Task<RecorderAttachment>> Unlocking { get; set; } = Task.FromResult;

    /// <summary>What the watcher sees, beside plugging and pulling.</summary>
    public void Say(BayChange change) => _changes.Writer.TryWrite(change);

    /// <summary>The watcher fails, which its project's own never does.</summary>
    public void Break(Exception reason) => _changes.Writer.Complete(reason);

    public void Plug(string bay, ScriptedRecorder recorder, RecorderAttachment attachment)
    {
        _plugged[bay] = recorder;
        Say(new RecorderArrived(attachment));
    }

    public void Plug(string bay, ScriptedRecorder recorder)
    {
        _plugged[bay] = recorder;
        _changes.Writer.TryWrite(new RecorderArrived(new FolderAttachment(new BayId(bay), "/" + bay)));
    }

    public void Pull(string bay)
    {
        _plugged.TryRemove(bay, out _);
        if (_dockings.TryGetValue(bay, out var docking))
            docking.Leave();
        _changes.Writer.TryWrite(new RecorderLeft(new BayId(bay)));
    }

    public async IAsyncEnumerable<BayChange> WatchAsync([EnumeratorCancellation] CancellationToken ct)
    {
        // A new dock process sees what is plugged already.
        foreach (var bay in _plugged.Keys)
            yield return new RecorderArrived(new FolderAttachment(new BayId(bay), "/" + bay));
        while (_changes.Reader.TryRead(out _))
        {
        }

        await foreach (var change in _changes.Reader.ReadAllAsync(ct))
            yield return change;
    }

    public async Task<IdentifiedRecorder?> IdentifyAsync(RecorderAttachment attachment, CancellationToken ct)
    {
        attachment = await Unlocking(attachment);
        if (!_plugged.TryGetValue(attachment.Bay.Value, out var recorder))
            throw new RecorderGoneException("nothing there");
        var docking = new ScriptedDocking(attachment, recorder, () => Pull(attachment.Bay.Value));
        _dockings[attachment.Bay.Value] = docking;
        return new IdentifiedRecorder(this, docking);
    }

    public Task<DockedRecorder> OpenAsync(RecorderAttachment attachment, HardwareProfile profile, CancellationToken ct) =>
        throw new NotSupportedException();

    public Task<ClockReading> ReadClockAsync(DockedRecorder recorder, CancellationToken ct) =>
        Task.FromResult(new ClockReading(((ScriptedDocking)recorder).Recorder.ClockOffset, DateTimeOffset.UnixEpoch.AddYears(56), "scripted"));

    public Task<ClockSetting> SetAsync(RecorderAttachment attachment, HardwareProfile profile, CancellationToken ct)
    {
        var docking = _dockings[attachment.Bay.Value];
        Assert.True(docking.IsDisposed, "the clock is set while the recorder is still open");
        OnStep?.Invoke("clock");
        return Task.FromResult(docking.Recorder.SetClock!());
    }

    public Task<RecorderListing> ListAsync(DockedRecorder recorder, CancellationToken ct) =>
        Step("list", Task.FromResult(((ScriptedDocking)recorder).Recorder.List()));

    private T Step<T>(string step, T result)
    {
        OnStep?.Invoke(step);
        return result;
    }

    public Task<Stream> OpenReadAsync(DockedRecorder recorder, RecorderFile file, CancellationToken ct) =>
        Task.FromResult<Stream>(Step("open", new ScriptedStream((ScriptedDocking)recorder, file.Path, OnStep)));

    public Task<FileStamp?> StampAsync(DockedRecorder recorder, RecorderFile file, CancellationToken ct)
    {
        var docking = (ScriptedDocking)recorder;
        docking.ThrowIfGone();
        return Task.FromResult<FileStamp?>(
            docking.Recorder.Files.TryGetValue(file.Path, out var f) ? new FileStamp(f.Content.Length, f.ModifiedAt) : null);
    }

    public Task<ClearedMedia> ClearAsync(
        DockedRecorder recorder, IReadOnlyList<RecorderFile> files, VaultReceipt receipt, CancellationToken ct)
    {
        var docking = (ScriptedDocking)recorder;
        docking.ThrowIfGone();
        OnStep?.Invoke("clear");
        var (deleted, kept) = (new List<RecorderFile>(), new List<KeptFile>());
        foreach (var file in files)
        {
            var content = docking.Recorder.Files[file.Path].Content;
            var digest = new ContentDigest(Convert.ToHexStringLower(SHA256.HashData(content)));
            if (receipt.Find(file.Path, digest) is null)
            {
                kept.Add(new KeptFile(file, "changed on the recorder"));
                continue;
            }

            docking.Recorder.Files.TryRemove(file.Path, out _);
            docking.Recorder.Cleared.Add(file.Path);
            deleted.Add(file);
        }

        OnStep?.Invoke("cleared");
        return Task.FromResult(new ClearedMedia(deleted, kept));
    }
}

internal sealed class ScriptedDocking(RecorderAttachment attachment, ScriptedRecorder recorder, Action pull)
    : DockedRecorder(attachment, ProfileFor(recorder))
{
    private readonly CancellationTokenSource _gone = new();
    private long _read;

    public ScriptedRecorder Recorder { get; } = recorder;

    public override string? Model => "Scripted 1";

    public override string? Serial => null;

    public override CancellationToken Gone => _gone.Token;

    public void Leave() => _gone.Cancel();

    public void ThrowIfGone()
    {
        if (_gone.IsCancellationRequested)
            throw new RecorderGoneException("the cable is out");
    }

    public void Read(int bytes)
    {
        Interlocked.Add(ref Recorder.BytesRead, bytes);
        if (Recorder.PulledAfter is { } limit && Interlocked.Add(ref _read, bytes) >= limit)
        {
            Recorder.PulledAfter = null;
            pull();
            ThrowIfGone();
        }
    }

    public bool IsDisposed { get; private set; }

    public override ValueTask DisposeAsync()
    {
        IsDisposed = true;
        return ValueTask.CompletedTask;
    }

    private static HardwareProfile ProfileFor(ScriptedRecorder recorder) => new(
        "scripted", "测试", "scripted", new ProfileMatch("folder", [], null, null, false, 1), "Scripted",
        new Dictionary<MediaKind, string> { [MediaKind.Video] = "执法记录仪录制" }, [IdentitySource.Path], [],
        new Dictionary<string, MediaKind> { ["mp4"] = MediaKind.Video }, [], null, recorder.ClearAllowed)
    {
        Dialogue = recorder.SetClock is null ? null : new DeviceDialogue(
            DialogueTransport.Usb, null, null, null, new Dictionary<string, string>(), [], [], [],
            new ClockDialogue([], [new WaitStep("clock.set[0]", TimeSpan.Zero)], ClockZone.Local)),
    };
}

internal sealed class ScriptedStream(ScriptedDocking docking, string path, Action<string>? onStep) : Stream
{
    private ScriptedFile File => docking.Recorder.Files[path];

    public override bool CanRead => true;

    public override bool CanSeek => true;

    public override bool CanWrite => false;

    public override long Length => File.Content.Length;

    public override long Position { get; set; }

    public override int Read(Span<byte> buffer)
    {
        docking.ThrowIfGone();
        var file = File;
        onStep?.Invoke("read");
        file.OnRead?.Invoke(Position);
        var content = file.Content;
        var count = (int)Math.Min(buffer.Length, content.Length - Position);
        if (file.BadFrom is { } bad && Position + count > bad && (file.FailuresLeft is null || file.FailuresLeft-- > 0))
        {
            // Like a card: the whole read fails when its last block is bad.
            throw new IOException("Input/output error");
        }

        if (count <= 0)
            return 0;
        content.AsSpan((int)Position, count).CopyTo(buffer);
        Position += count;
        docking.Read(count);
        return count;
    }

    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    public override long Seek(long offset, SeekOrigin origin) => Position = offset;

    public override void Flush()
    {
    }

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
}
