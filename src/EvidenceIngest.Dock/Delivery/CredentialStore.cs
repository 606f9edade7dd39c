using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
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
    private const int TokenBytes = 32;

    private string PendingTokenFile => options.CredentialsFile + ".token";

    /// <summary>Null until the dock is enrolled.</summary>
    public DockCredentials? Current { get; private set; }

    /// <exception cref="System.Text.Json.JsonException">The file is no credentials file: a person must look.</exception>
    public void Load()
    {
        if (File.Exists(options.CredentialsFile))
            Current = EvidenceJson.FromBytes<DockCredentials>(File.ReadAllBytes(options.CredentialsFile));
    }

    /// <summary>The token to enrol with: made once, and the same after every restart until enrolment has succeeded.</summary>
    public string PendingToken()
    {
        if (File.Exists(PendingTokenFile))
            return File.ReadAllText(PendingTokenFile);
        var token = Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(TokenBytes));
        Write(PendingTokenFile, Encoding.ASCII.GetBytes(token));
        return token;
    }

    /// <summary>What the server keeps instead of the token.</summary>
    public static string HashOf(string token) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(token)));

    public void Keep(DockCredentials credentials)
    {
        // A key that can't be read must fail now, not when the first receipt comes.
        _ = credentials.ReceiptKey;
        Write(options.CredentialsFile, EvidenceJson.ToBytes(credentials));
        File.Delete(PendingTokenFile);
        Current = credentials;
    }

    private static void Write(string file, byte[] content)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(file))!);
        DurableFolder.WriteWhole(file, content, UnixFileMode.UserRead | UnixFileMode.UserWrite);
    }
}
