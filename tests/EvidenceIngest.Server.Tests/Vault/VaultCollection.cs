namespace EvidenceIngest.Server.Tests.Vault;

/// <summary>Tests in it run one after the other, on one store.</summary>
[CollectionDefinition(Name)]
public sealed class VaultCollection : ICollectionFixture<PrivateStore>
{
    public const string Name = "vault";
}
