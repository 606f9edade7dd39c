using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Security.Cryptography;

namespace EvidenceIngest.Packages;

/// <summary>
/// AES-256 in counter mode (NIST SP 800-38A, 6.5), which .NET doesn't have: any place of a stream can be read or written by
/// itself. It hides; it does not notice changes. Not safe for concurrent use.
/// </summary>
internal sealed class AesCtr : IDisposable
{
    private const int BlockBytes = 16;
    private const int BatchBytes = 1 << 16;

    private readonly Aes _aes = Aes.Create();
    private readonly UInt128 _first;
    private readonly byte[] _counters = new byte[BatchBytes];
    private readonly byte[] _stream = new byte[BatchBytes];

    /// <param name="key">32 bytes.</param>
    /// <param name="first">The counter of the stream's first block, 16 bytes.</param>
    public AesCtr(ReadOnlySpan<byte> key, ReadOnlySpan<byte> first)
    {
        _aes.SetKey(key);
        _first = BinaryPrimitives.ReadUInt128BigEndian(first);
    }

    /// <summary>Encrypts or decrypts, which is the same, what begins at that byte of the stream.</summary>
    public void Apply(long offset, Span<byte> data)
    {
        while (data.Length > 0)
        {
            var within = (int)(offset % BlockBytes);
            var count = Math.Min(data.Length, BatchBytes - within);
            var blocks = (within + count + BlockBytes - 1) / BlockBytes;
            for (var i = 0; i < blocks; i++)
                BinaryPrimitives.WriteUInt128BigEndian(_counters.AsSpan(i * BlockBytes), unchecked(_first + (UInt128)(offset / BlockBytes) + (UInt128)i));
            _aes.EncryptEcb(_counters.AsSpan(0, blocks * BlockBytes), _stream, PaddingMode.None);
            Mix(data[..count], _stream.AsSpan(within, count));
            data = data[count..];
            offset += count;
        }
    }

    public void Dispose() => _aes.Dispose();

    private static void Mix(Span<byte> data, ReadOnlySpan<byte> stream)
    {
        var wide = MemoryMarshal.Cast<byte, ulong>(data);
        var wideStream = MemoryMarshal.Cast<byte, ulong>(stream);
        for (var i = 0; i < wide.Length; i++)
            wide[i] ^= wideStream[i];
        for (var i = wide.Length * sizeof(ulong); i < data.Length; i++)
            data[i] ^= stream[i];
    }
}
