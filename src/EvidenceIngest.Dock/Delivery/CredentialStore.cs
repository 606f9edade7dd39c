using System.Text.Json.Serialization;
using EvidenceIngest.Dock.Disk;
using EvidenceIngest.Domain;
using EvidenceIngest.Domain.Receipts;

namespace EvidenceIngest.Dock.Delivery;

/// <summary>What enrolment gave this dock: who it is, its token, and the only key whose receipts it believes.</summary>
internal sealed record DockCredentials(Uri Server, string DockId, string Token, string ReceiptPublicKey)
{
    [JsonIgnore]
    public VerificationKey ReceiptKey => field ??= new VerificationKey(ReceiptPublicKey);
}

/// <summary>Keeps the credentials in a file that only its owner can read.</summary>
internal sealed class CredentialStore(DockOptions options)
{
    /// <summary>Null until the dock is enrolled.</summary>
    public DockCredentials? Current { get; private set; }

    /// <exception cref="System.Text.Json.JsonException">The file is no credentials file: a person must look.</exception>
    public void Load()
    {
        if (File.Exists(options.CredentialsFile))
            Current = EvidenceJson.FromBytes<DockCredentials>(File.ReadAllBytes(options.CredentialsFile));
    }

    public void Keep(DockCredentials credentials)
    {
        // A key that can't be read must fail now, not when the first receipt comes.
        _ = credentials.ReceiptKey;
        Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(options.CredentialsFile))!);
        DurableFolder.WriteWhole(options.CredentialsFile, EvidenceJson.ToBytes(credentials), UnixFileMode.UserRead | UnixFileMode.UserWrite);
        Current = credentials;
    }
}
