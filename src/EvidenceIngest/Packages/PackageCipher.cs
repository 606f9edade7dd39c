using System.Security.Cryptography;
using System.Text;

namespace EvidenceIngest.Packages;

/// <summary>
/// How a package is encrypted: as <c>openssl enc -aes-256-ctr -pbkdf2 -iter 600000 -md sha256</c> does, so that whoever gets it
/// needs nothing of ours. "Salted__", eight bytes of salt, then the stream.
/// </summary>
internal sealed class PackageCipher
{
    public const int HeaderBytes = 16;

    private const int SaltBytes = 8;
    private const int KeyBytes = 32;
    private const int CounterBytes = 16;

    // OWASP's figure of 2023 for PBKDF2 with SHA-256.
    private const int Rounds = 600_000;
    private const int ShortestPassword = 12;

    // What openssl reads of a password file.
    private const int LongestPassword = 1024;

    private readonly byte[] _secret;

    private PackageCipher(byte[] secret, byte[] header) => (_secret, Header) = (secret, header);

    /// <summary>The first bytes of the file.</summary>
    public byte[] Header { get; }

    public static PackageCipher New(byte[] password) => From(password, [.. "Salted__"u8, .. RandomNumberGenerator.GetBytes(SaltBytes)]);

    /// <exception cref="InvalidDataException">It doesn't begin as such a file does.</exception>
    public static PackageCipher From(byte[] password, byte[] header)
    {
        if (header.Length != HeaderBytes || !header.AsSpan().StartsWith("Salted__"u8))
            throw new InvalidDataException("文件开头不是加密数据包的标识 / it does not begin as an encrypted package does");
        var secret = Rfc2898DeriveBytes.Pbkdf2(password, header.AsSpan(HeaderBytes - SaltBytes), Rounds, HashAlgorithmName.SHA256, KeyBytes + CounterBytes);
        return new PackageCipher(secret, header);
    }

    /// <summary>One for each reader or writer.</summary>
    public AesCtr Stream() => new(_secret.AsSpan(0, KeyBytes), _secret.AsSpan(KeyBytes));

    /// <summary>The first line of a file, as openssl's <c>-pass file:</c> takes it.</summary>
    /// <exception cref="InvalidDataException">Not to be read, empty, or too short to protect anything.</exception>
    public static byte[] ReadPassword(FileInfo file)
    {
        var content = new byte[LongestPassword];
        try
        {
            using var stream = file.OpenRead();
            content = content[..stream.ReadAtLeast(content, content.Length, throwOnEndOfStream: false)];
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new InvalidDataException($"密码文件无法读取 / the password file can't be read: {e.Message}");
        }

        var end = Array.IndexOf(content, (byte)'\n');
        var password = end < 0 ? content : content[..end];
        return password.Length >= ShortestPassword
            ? password
            : throw new InvalidDataException(
                $"{file.FullName}：密码（文件第一行）少于{ShortestPassword}个字符，可用 openssl rand -base64 24 生成 / the password, its first line, is shorter than {ShortestPassword} characters: make one with openssl rand -base64 24");
    }

    public static bool IsEncrypted(string file)
    {
        Span<byte> start = stackalloc byte[8];
        using var stream = File.OpenRead(file);
        return stream.ReadAtLeast(start, start.Length, throwOnEndOfStream: false) == start.Length && Encoding.ASCII.GetString(start) == "Salted__";
    }
}
