using System.Collections.Concurrent;
using EvidenceIngest.Dock.Bays;
using EvidenceIngest.Domain.Deliveries;
using EvidenceIngest.Recorders.Discovery;

namespace EvidenceIngest.Dock;

/// <summary>What the dock is doing, for screens and for <c>--once</c>. Snapshots; nothing here changes anything.</summary>
public sealed class DockStatus
{
    private readonly ConcurrentDictionary<string, BayProgress> _bays = [];
    private readonly TimeProvider _time;
    private Func<IReadOnlyCollection<string>> _items = () => [];
    private Func<DockBacklog> _backlog = () => new DockBacklog(Ready: false, 0, 0, 0, 0, ServerLink.Unknown, null, []);

    private readonly TimeSpan _patience;
    private readonly Dictionary<string, int> _numbers;

    /// <param name="time">Clock of the states' since.</param>
    /// <param name="options">How long a recorder may be silent, and which bays there are.</param>
    public DockStatus(TimeProvider time, DockOptions options)
    {
        (_time, _patience) = (time, options.PatienceWithRecorders);
        _numbers = options.Bays.Distinct(StringComparer.Ordinal).Select((bay, i) => (bay, i)).ToDictionary(b => b.bay, b => b.i, StringComparer.Ordinal);
        foreach (var bay in _numbers.Keys)
            Bay(new BayId(bay));
    }

    internal ChangeSignal Signal { get; } = new();

    /// <summary>The bays that are configured, by their numbers; then those that ever had something in them, by port.</summary>
    public IReadOnlyList<BaySnapshot> Bays =>
        [.. _bays.Values.Select(b => b.Snapshot()).OrderBy(b => _numbers.GetValueOrDefault(b.Bay, int.MaxValue)).ThenBy(b => b.Bay, PortOrder.Instance)];

    /// <summary>What waits for the server.</summary>
    public DockBacklog Backlog => _backlog();

    /// <summary>Evidence items that the server has signed for, of all recorders that were worked on since the start.</summary>
    public IReadOnlyCollection<string> Items => _items();

    /// <summary>
    /// Completes at the next change of a state or a file's end. Take it before reading, then wait. Bytes move without a
    /// notice: a live table also refreshes by its own clock.
    /// </summary>
    public Task NextChange => Signal.Next;

    /// <summary>
    /// For <c>--once</c>: idle when no bay has anything left to list, copy, deliver or clear, every receipt is in and the
    /// server has acknowledged every event. A bay that was refused or left half way is idle, and a problem.
    /// </summary>
    /// <param name="bays">
    /// How many bays must have had something in them: a dock that has just started is not done because it has seen nothing.
    /// </param>
    public DockIdle Idle(int bays = 1)
    {
        var backlog = Backlog;
        var seen = Bays;
        var problems = seen
            .Where(b => b.State is BayState.Refused or BayState.Failed || b.LacksSpace)
            .Select(b => new DockProblem(b.Bay, b.Fault ?? b.Reason ?? b.State.ToString(), b.FailedAttempts))
            .Concat(backlog.Problems);
        var used = seen.Where(b => b.State != BayState.Empty || b.WasOccupied).ToList();
        var resting = used.Count >= bays && used.All(b => b.State is BayState.SafeToRemove or BayState.Refused or BayState.Empty);
        var nothingLeft = backlog is { Ready: true, FilesToDeliver: 0, EventsToReport: 0 };
        return new DockIdle(resting && nothingLeft, [.. problems]);
    }

    internal BayProgress Bay(BayId bay) => _bays.GetOrAdd(bay.Value, _ => new BayProgress(bay, Signal, _patience, _time));

    internal void Watch(Func<DockBacklog> backlog, Func<IReadOnlyCollection<string>> items) => (_backlog, _items) = (backlog, items);
}

/// <param name="Bay">Port path or folder.</param>
/// <param name="State">Where it stands.</param>
/// <param name="Since">When the state was entered, UTC.</param>
public sealed record BaySnapshot(string Bay, BayState State, DateTimeOffset Since)
{
    /// <summary>Stable identity, once the recorder was listed.</summary>
    public string? Recorder { get; init; }

    public string? Model { get; init; }

    /// <summary>Name of the hardware profile.</summary>
    public string? Profile { get; init; }

    /// <summary>What the officer should know or do; Chinese.</summary>
    public string? Reason { get; init; }

    /// <summary>The same for whoever repairs it; English.</summary>
    public string? Fault { get; init; }

    /// <summary>How often in a row it failed.</summary>
    public int FailedAttempts { get; init; }

    /// <summary>Something was in it and left, or nobody could say what it was.</summary>
    public bool WasOccupied { get; init; }

    /// <summary>A copy waits for disk space.</summary>
    public bool LacksSpace { get; init; }

    public int FilesTotal { get; init; }

    /// <summary>Files that are safe: copied and verified, or recognised as known.</summary>
    public int FilesDone { get; init; }

    /// <summary>Files that the server has signed for.</summary>
    public int FilesSealed { get; init; }

    public long BytesTotal { get; init; }

    public long BytesDone { get; init; }

    public long BytesPerSecond { get; init; }

    /// <summary>Files in work right now.</summary>
    public IReadOnlyList<FileSnapshot> Files { get; init; } = [];
}

/// <param name="Path">Printable path on the recorder.</param>
/// <param name="BytesDone">Read so far.</param>
/// <param name="Bytes">Length.</param>
public sealed record FileSnapshot(string Path, long BytesDone, long Bytes);

/// <summary>How the dock stands with its server.</summary>
public enum ServerLink
{
    Unknown,
    NotEnrolled,
    Online,
    Unreachable,

    /// <summary>The server doesn't accept the dock's token: enrol again.</summary>
    NotTrusted,
}

/// <param name="Ready">False until the journals have been read.</param>
/// <param name="FilesToDeliver">Staged, without receipt.</param>
/// <param name="BytesToDeliver">Their bytes.</param>
/// <param name="OpenDeliveries">Announced, without receipt.</param>
/// <param name="EventsToReport">Not yet acknowledged by the server.</param>
/// <param name="Link">How the dock stands with its server.</param>
/// <param name="LinkReason">Why it is not online; English.</param>
/// <param name="Problems">What will not solve itself without a person.</param>
public sealed record DockBacklog(
    bool Ready,
    int FilesToDeliver,
    long BytesToDeliver,
    int OpenDeliveries,
    int EventsToReport,
    ServerLink Link,
    string? LinkReason,
    IReadOnlyList<DockProblem> Problems);

/// <param name="Subject">Bay, offload, or delivery.</param>
/// <param name="Reason">What is wrong; English where machine-made.</param>
/// <param name="Attempts">How often it was tried in vain.</param>
public sealed record DockProblem(string Subject, string Reason, int Attempts);

/// <param name="Idle">Nothing is left to do.</param>
/// <param name="Problems">What went wrong; empty when everything is safe.</param>
public sealed record DockIdle(bool Idle, IReadOnlyList<DockProblem> Problems);
