using System.Runtime.InteropServices;

namespace EvidenceIngest.VendorDll;

/// <summary>
/// Memory for a library that may write beyond what its own header says. Marks lie before and behind: whatever changes them
/// is noticed, and 64 KiB behind it belong to nobody else.
/// </summary>
internal sealed class GuardedBuffer
{
    private const int Before = 64;
    private const int Behind = 64 * 1024;
    private const byte Mark = 0xa5;

    private readonly byte[] _block;
    private readonly int _length;

    /// <param name="length">What the library may use; zeroed.</param>
    public GuardedBuffer(int length)
    {
        _length = length;
        _block = GC.AllocateUninitializedArray<byte>(Before + length + Behind, pinned: true);
        _block.AsSpan().Fill(Mark);
        Content.Clear();
    }

    /// <param name="content">What the library reads; a zero is put behind it.</param>
    public GuardedBuffer(ReadOnlySpan<byte> content)
        : this(content.Length + 1) => content.CopyTo(Content);

    public nint Address => Marshal.UnsafeAddrOfPinnedArrayElement(_block, Before);

    public Span<byte> Content => _block.AsSpan(Before, _length);

    /// <summary>Where marks are gone: before it, or so many bytes behind it. Null when all stand.</summary>
    public string? Damage()
    {
        if (_block.AsSpan(0, Before).ContainsAnyExcept(Mark))
            return $"before the {_length} bytes";
        var last = _block.AsSpan(Before + _length).LastIndexOfAnyExcept(Mark);
        return last < 0 ? null : $"at least {last + 1} bytes beyond the {_length} bytes";
    }

    /// <summary>Forgets the content: it may be a password.</summary>
    public void Clear() => _block.AsSpan().Clear();
}
