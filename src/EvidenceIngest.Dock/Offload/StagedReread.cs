using EvidenceIngest.Dock.Disk;
using EvidenceIngest.Dock.Journal;
using EvidenceIngest.Domain.Digests;

namespace EvidenceIngest.Dock.Offload;

/// <summary>
/// The second half of a verified copy: reads the staged file back, past the page cache, and hashes it again. SHA-256 alone:
/// SM3 was computed over the bytes that SHA-256 pins.
/// </summary>
internal sealed class StagedReread(BufferPool buffers)
{
    /// <summary>How the file was read, after it proved right.</summary>
    /// <exception cref="FixityMismatchException">The disk holds something else.</exception>
    public RereadKind Confirm(string path, int file, long bytes, ContentDigest expected, CancellationToken ct)
    {
        var (handle, kind) = UncachedFile.Open(path);
        using var _ = handle;
        using var hasher = new ContentHasher(withSm3: false);
        using var buffer = buffers.Rent(ct);
        int read;
        while ((read = RandomAccess.Read(handle, buffer.GetSpan(), hasher.Length)) > 0)
        {
            ct.ThrowIfCancellationRequested();
            hasher.Append(buffer.GetSpan()[..read]);
        }

        var length = hasher.Length;
        var actual = hasher.Finish();
        if (length != bytes || !actual.Matches(expected))
            throw new FixityMismatchException(file, expected.Sha256, actual.Sha256);
        return kind;
    }
}

/// <summary>A staged copy does not read back as it was written.</summary>
internal sealed class FixityMismatchException(int file, string expected, string actual)
    : Exception($"staged file {file} should have sha256 {expected}, but reads back as {actual}")
{
    public int File { get; } = file;
}
