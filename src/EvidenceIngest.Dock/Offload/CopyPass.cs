using EvidenceIngest.Dock.Disk;
using EvidenceIngest.Recorders.Drivers;
using Microsoft.Win32.SafeHandles;

namespace EvidenceIngest.Dock.Offload;

/// <summary>
/// One pass over a file: reads, writes and hashes every byte once, in order. Blocking, on the caller's thread: the kernel
/// reads ahead and writes behind, and SM3 runs beside it.
/// </summary>
internal sealed class CopyPass(BufferPool buffers, IoPace pace)
{
    /// <summary>Distance of chunk marks in bytes.</summary>
    public const int ChunkBytes = 8 << 20;

    /// <param name="source">Stands at <paramref name="from"/>.</param>
    /// <param name="target">The staged file.</param>
    /// <param name="digests">Has everything before <paramref name="from"/>.</param>
    /// <param name="from">Where to go on.</param>
    /// <param name="readBytes">Largest single read; small to find the border of an unreadable block.</param>
    /// <param name="watch">Hears of progress and marks.</param>
    /// <param name="ct">Stops between two buffers.</param>
    /// <returns>The position of the source's end.</returns>
    /// <exception cref="UnreadableSourceException">The source can't be read on; everything before its position is copied.</exception>
    /// <exception cref="RecorderGoneException">The recorder left.</exception>
    /// <exception cref="StagingDiskException">The staging disk failed or is full.</exception>
    public long Run(
        Stream source, SafeFileHandle target, CopyDigests digests, long from, int readBytes, ICopyWatch watch, CancellationToken ct)
    {
        var position = from;
        while (true)
        {
            ct.ThrowIfCancellationRequested();
            var buffer = buffers.Rent(ct);
            var mine = true;
            try
            {
                var filled = Fill(source, buffer.GetSpan(), position, readBytes, out var failure);
                if (filled > 0)
                {
                    Write(target, buffer.GetSpan()[..filled], position);
                    mine = false;
                    digests.Take(buffer, filled);
                    position += filled;
                    watch.Copied(position);
                    if (position % ChunkBytes == 0)
                    {
                        UncachedFile.StartWriting(target, position - ChunkBytes, ChunkBytes);
                        watch.Mark(position, digests.PrefixSha256());
                    }

                    pace.Spend(filled, ct);
                }

                if (failure is not null)
                    throw failure;
                if (filled < BufferPool.BufferBytes)
                    return position;
            }
            finally
            {
                if (mine)
                    buffer.Return();
            }
        }
    }

    private static void Write(SafeFileHandle target, ReadOnlySpan<byte> bytes, long position)
    {
        try
        {
            RandomAccess.Write(target, bytes, position);
        }
        catch (IOException e)
        {
            throw new StagingDiskException("writing a staged file", e);
        }
    }

    private static int Fill(Stream source, Span<byte> buffer, long position, int readBytes, out Exception? failure)
    {
        failure = null;
        var filled = 0;
        while (filled < buffer.Length)
        {
            try
            {
                var read = source.Read(buffer.Slice(filled, Math.Min(readBytes, buffer.Length - filled)));
                if (read == 0)
                    break;
                filled += read;
            }
            catch (RecorderGoneException e)
            {
                failure = e;
                break;
            }
            catch (IOException e)
            {
                // What was read before the bad block is written first: it must not be lost with it.
                failure = new UnreadableSourceException(position + filled, e);
                break;
            }
        }

        return filled;
    }
}

/// <summary>Hears how a copy goes.</summary>
internal interface ICopyWatch
{
    void Copied(long position);

    void Mark(long end, string prefixSha256);
}

/// <summary>The recorder is there, but can't give the bytes at this position.</summary>
internal sealed class UnreadableSourceException(long position, Exception cause)
    : IOException($"unreadable from byte {position}: {cause.Message}", cause)
{
    public long Position { get; } = position;
}
