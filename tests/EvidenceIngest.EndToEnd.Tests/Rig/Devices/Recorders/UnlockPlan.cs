using System.Security.Cryptography;
using System.Text;

namespace EvidenceIngest.EndToEnd.Tests.Rig.Devices.Recorders;

/// <summary>A locked recorder's password, what it becomes when it has heard it, and what goes wrong.</summary>
internal sealed class UnlockPlan(string password, SimulatedDevice? disk)
{
    private int _commands;
    private int _wrong;

    /// <summary>What the recorder comes back as; null when it goes and never comes back.</summary>
    public SimulatedDevice? Disk => disk;

    /// <summary>After so many wrong passwords even the right one is refused.</summary>
    public int WrongAllowed { get; init; } = int.MaxValue;

    /// <summary>The cable is pulled when the maker's command of this number arrives, counted from 1.</summary>
    public int? PullAtCommand { get; init; }

    public int Wrong => Volatile.Read(ref _wrong);

    public bool LockedOut => Wrong >= WrongAllowed;

    /// <summary>Counts a maker's command. When it is the one to be pulled at, never returns but is cancelled.</summary>
    public async Task HearAsync(IUsbCable cable, CancellationToken ct)
    {
        if (Interlocked.Increment(ref _commands) != PullAtCommand)
            return;
        await cable.PullAsync();
        await Task.Delay(Timeout.Infinite, ct);
    }

    public bool Try(ReadOnlySpan<byte> offered)
    {
        if (LockedOut)
            return false;
        if (CryptographicOperations.FixedTimeEquals(offered, Encoding.ASCII.GetBytes(password)))
            return true;
        Interlocked.Increment(ref _wrong);
        return false;
    }
}
