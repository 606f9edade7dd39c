using EvidenceIngest.Server.Vault;

namespace EvidenceIngest.Server.Tests.Vault;

[Collection(VaultCollection.Name)]
public sealed class S3VaultContractTests(PrivateStore store) : VaultContract, IAsyncLifetime
{
    private readonly S3Vault _vault = PrivateStore.Open(store.Options());

    protected override IVault Vault => _vault;

    protected override string Bucket => store.Options().Bucket;

    public async ValueTask InitializeAsync() => await _vault.PrepareAsync(Ct);

    public override ValueTask DisposeAsync()
    {
        _vault.Dispose();
        return base.DisposeAsync();
    }
}
