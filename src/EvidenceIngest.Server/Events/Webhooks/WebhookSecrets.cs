using System.Security.Cryptography;
using System.Text;

namespace EvidenceIngest.Server.Events.Webhooks;

/// <summary>
/// Every webhook's secret follows from one key file and the webhook's salt: HMAC-SHA256. So no secret lies in the database,
/// and whoever reads a backup of it can't sign. The file is made once and never replaced here.
/// </summary>
internal sealed class WebhookSecrets(EventsOptions options)
{
    private const int KeyBytes = 32;
    private const string Prefix = "whsec_";

    private readonly Lazy<byte[]?> _key = new(() => options.Webhooks.KeyFile is { } file ? LoadOrMake(file) : null);

    public static byte[] NewSalt() => RandomNumberGenerator.GetBytes(16);

    /// <summary>The secret as text, which as UTF-8 is the key of the receiver's HMAC.</summary>
    /// <exception cref="WebhookKeyException">There is no key, or not the one that the webhook was registered with.</exception>
    public string Of(byte[] salt, byte[]? expectedSha256 = null)
    {
        byte[] key;
        try
        {
            key = _key.Value ?? throw new WebhookKeyException("this server has no key file for webhooks (Server:Events:WebhookKeyFile)");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new WebhookKeyException($"{options.Webhooks.KeyFile}: {e.Message}", e);
        }

        byte[] message = [.. "webhook"u8, .. salt];
        var secret = Prefix + System.Buffers.Text.Base64Url.EncodeToString(HMACSHA256.HashData(key, message));
        return expectedSha256 is null || CryptographicOperations.FixedTimeEquals(expectedSha256, Sha256(secret))
            ? secret
            : throw new WebhookKeyException(
                $"{options.Webhooks.KeyFile} is not the key that the webhook was registered with: restore the file, or remove the webhook and register it anew");
    }

    public static byte[] Sha256(string secret) => SHA256.HashData(Encoding.UTF8.GetBytes(secret));

    private static byte[] LoadOrMake(string file)
    {
        if (!File.Exists(file))
            Make(file);
        var key = File.ReadAllBytes(file);
        return key.Length == KeyBytes ? key : throw new WebhookKeyException($"{file} does not hold {KeyBytes} bytes; restore it from its backup: it is never overwritten");
    }

    private static void Make(string file)
    {
        var folder = Path.GetDirectoryName(Path.GetFullPath(file))!;
        Directory.CreateDirectory(folder);
        var draft = Path.Combine(folder, Path.GetRandomFileName());
        var how = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows())
            how.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        using (var stream = new FileStream(draft, how))
        {
            stream.Write(RandomNumberGenerator.GetBytes(KeyBytes));
            stream.Flush(flushToDisk: true);
        }

        try
        {
            // Whole or not at all; of two servers that start together, the first one's key stays.
            File.Move(draft, file, overwrite: false);
        }
        catch (IOException) when (File.Exists(file))
        {
            File.Delete(draft);
        }
    }
}

/// <summary>Nothing can be signed; it needs an administrator.</summary>
internal sealed class WebhookKeyException(string message, Exception? cause = null) : Exception(message, cause);
