using EvidenceIngest.Server.Vault;

namespace EvidenceIngest.Server.Pipeline;

/// <summary>What is known about the vault's promises.</summary>
public enum VaultTrustState
{
    /// <summary>Not probed since the start.</summary>
    Unknown,

    /// <summary>It could not be reached; it is probed as soon as it can.</summary>
    Unreachable,

    /// <summary>It refused everything that it has to refuse.</summary>
    Holds,

    /// <summary>It does not keep evidence safe.</summary>
    Broken,
}

/// <summary>Nothing is sealed in a vault that has not proven, since this server started or lost it, that its locks hold.</summary>
internal sealed class VaultTrust
{
    private readonly Lock _lock = new();
    private TaskCompletionSource _doubted = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public VaultTrustState State { get; private set; }

    public string? Reason { get; private set; } = "the vault has not been probed yet";

    public VaultProbeReport? Report { get; private set; }

    /// <summary>Completes when the vault has to be probed again.</summary>
    public Task Doubted
    {
        get
        {
            lock (_lock)
                return _doubted.Task;
        }
    }

    /// <exception cref="VaultNotTrustedException">Sealing has to wait.</exception>
    public void Demand()
    {
        if (State != VaultTrustState.Holds)
            throw new VaultNotTrustedException($"sealing waits: {Reason}");
    }

    public void Proven(VaultProbeReport report)
    {
        lock (_lock)
        {
            Report = report;
            State = report.Holds ? VaultTrustState.Holds : VaultTrustState.Broken;
            Reason = report.Holds
                ? null
                : "the vault failed the probe: " + string.Join("; ", report.Attempts.Where(a => !a.AsRequired && a.Level == VaultProbeLevel.Lock).Select(a => $"{a.Tried}: {a.Answer}").DefaultIfEmpty("it tried nothing"));
            _doubted = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        }
    }

    /// <summary>A store that went away may come back as another one.</summary>
    public void Unreachable(string reason) => Doubt(VaultTrustState.Unreachable, "the vault can't be reached: " + reason);

    public void BrokePromise(string reason) => Doubt(VaultTrustState.Broken, reason);

    private void Doubt(VaultTrustState state, string reason)
    {
        lock (_lock)
        {
            State = state;
            Reason = reason;
            _doubted.TrySetResult();
        }
    }
}

/// <summary>Sealing waits until the vault has proven itself.</summary>
internal sealed class VaultNotTrustedException(string message) : Exception(message);
