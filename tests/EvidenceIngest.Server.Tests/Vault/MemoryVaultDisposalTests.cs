using EvidenceIngest.Server.Tests.Support;
using EvidenceIngest.Server.Vault;

namespace EvidenceIngest.Server.Tests.Vault;

/// <summary>The tests' vault must refuse as the real one does, or tests of disposal prove nothing.</summary>
public sealed class MemoryVaultDisposalTests : VaultDisposalContract
{
    private readonly AdjustedClock _clock = new();
    private readonly MemoryVault _vault;

    public MemoryVaultDisposalTests() => _vault = new MemoryVault(new Faults(), _clock);

    protected override IVault Vault => _vault;

    protected override IVaultDisposal Disposal => _vault;

    protected override string Bucket => "evidence";

    protected override DateTimeOffset Now => _clock.GetUtcNow();

    protected override Task WaitAsync(TimeSpan time)
    {
        _clock.Shift += time;
        return Task.CompletedTask;
    }
}
