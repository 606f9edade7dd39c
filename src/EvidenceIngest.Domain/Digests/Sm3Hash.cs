using System.Runtime.InteropServices;
using System.Security.Cryptography;

namespace EvidenceIngest.Domain.Digests;

/// <summary>Incremental SM3 (GB/T 32905-2016) by OpenSSL's libcrypto; .NET itself offers no SM3.</summary>
public sealed partial class Sm3Hash : IDisposable
{
    private const int DigestBytes = 32;
    private const string LibCrypto = "libcrypto.so.3";

    private static readonly nint Algorithm = FindAlgorithm();

    private readonly DigestContext _context;

    /// <exception cref="PlatformNotSupportedException"><see cref="IsSupported"/> is false.</exception>
    public Sm3Hash()
    {
        if (!IsSupported)
            throw new PlatformNotSupportedException("libcrypto.so.3 with SM3 was not found on this machine");
        _context = Native.EVP_MD_CTX_new();
        Start();
    }

    /// <summary>False where libcrypto is missing or was built without SM3; then items carry SHA-256 alone.</summary>
    public static bool IsSupported => Algorithm != 0;

    public void Append(ReadOnlySpan<byte> data) =>
        Check(Native.EVP_DigestUpdate(_context, data, (nuint)data.Length));

    /// <summary>The digest of everything appended, lower-case hexadecimal; afterwards the hash starts anew.</summary>
    public string Finish()
    {
        Span<byte> digest = stackalloc byte[DigestBytes];
        Check(Native.EVP_DigestFinal_ex(_context, digest, 0));
        Start();
        return Convert.ToHexStringLower(digest);
    }

    public void Dispose() => _context.Dispose();

    private void Start() => Check(Native.EVP_DigestInit_ex(_context, Algorithm, 0));

    private static void Check(int result)
    {
        if (result != 1)
            throw new CryptographicException("libcrypto refused an SM3 operation");
    }

    private static nint FindAlgorithm()
    {
        try
        {
            return Native.EVP_sm3();
        }
        catch (Exception e) when (e is DllNotFoundException or EntryPointNotFoundException)
        {
            return 0;
        }
    }

    private sealed class DigestContext() : SafeHandle(0, ownsHandle: true)
    {
        public override bool IsInvalid => handle == 0;

        protected override bool ReleaseHandle()
        {
            Native.EVP_MD_CTX_free(handle);
            return true;
        }
    }

    private static partial class Native
    {
        [LibraryImport(LibCrypto)]
        [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
        public static partial nint EVP_sm3();

        [LibraryImport(LibCrypto)]
        [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
        public static partial DigestContext EVP_MD_CTX_new();

        [LibraryImport(LibCrypto)]
        [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
        public static partial void EVP_MD_CTX_free(nint context);

        [LibraryImport(LibCrypto)]
        [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
        public static partial int EVP_DigestInit_ex(DigestContext context, nint algorithm, nint engine);

        [LibraryImport(LibCrypto)]
        [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
        public static partial int EVP_DigestUpdate(DigestContext context, ReadOnlySpan<byte> data, nuint length);

        [LibraryImport(LibCrypto)]
        [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
        public static partial int EVP_DigestFinal_ex(DigestContext context, Span<byte> digest, nint length);
    }
}
