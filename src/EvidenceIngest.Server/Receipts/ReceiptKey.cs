using System.Security.Cryptography;
using EvidenceIngest.Domain.Receipts;

namespace EvidenceIngest.Server.Receipts;

/// <summary>The key that signs receipts. Docks trust it from their enrolment on, so it is made once and never replaced here.</summary>
internal sealed class ReceiptKey(ServerOptions options) : IDisposable
{
    private readonly Lazy<SigningKey> _key = new(() => LoadOrMake(options.ReceiptKeyFile));

    public string PublicPem => _key.Value.PublicPem;

    public SignedEnvelope Sign(string payloadType, byte[] payload) => _key.Value.Sign(payloadType, payload);

    public void Dispose()
    {
        if (_key.IsValueCreated)
            _key.Value.Dispose();
    }

    /// <exception cref="InvalidOperationException">The file is there but holds no key: it is never overwritten.</exception>
    private static SigningKey LoadOrMake(string file)
    {
        if (!File.Exists(file))
            Make(file);
        try
        {
            return SigningKey.FromPem(File.ReadAllText(file));
        }
        catch (Exception e) when (e is CryptographicException or ArgumentException)
        {
            throw new InvalidOperationException($"{file} holds no private EC key; restore it from its backup, for docks trust receipts by that key only", e);
        }
    }

    private static void Make(string file)
    {
        var folder = Path.GetDirectoryName(Path.GetFullPath(file))!;
        Directory.CreateDirectory(folder);
        using var key = SigningKey.Generate();
        var draft = Path.Combine(folder, Path.GetRandomFileName());
        var how = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows())
            how.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        using (var stream = new FileStream(draft, how))
        {
            stream.Write(System.Text.Encoding.ASCII.GetBytes(key.ExportPem()));
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
