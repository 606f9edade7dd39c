using Microsoft.Win32.SafeHandles;

namespace EvidenceIngest.EndToEnd.Tests.Rig.Devices.Storage;

/// <summary>A card in its slot: an image file in blocks of 512 bytes. Write-protected cards may share one image.</summary>
internal sealed class CardMedium : IDisposable
{
    public const int BlockBytes = 512;

    private readonly SafeFileHandle _image;

    public CardMedium(string image, bool writeProtected = false)
    {
        WriteProtected = writeProtected;
        _image = File.OpenHandle(
            image, FileMode.Open, writeProtected ? FileAccess.Read : FileAccess.ReadWrite, FileShare.ReadWrite | FileShare.Delete);
        Blocks = RandomAccess.GetLength(_image) / BlockBytes;
    }

    public bool WriteProtected { get; }

    public long Blocks { get; }

    public byte[] Read(long block, int count)
    {
        var data = new byte[count * BlockBytes];
        for (var done = 0; done < data.Length;)
        {
            var read = RandomAccess.Read(_image, data.AsSpan(done), block * BlockBytes + done);
            if (read == 0)
                throw new EndOfStreamException($"the card's image ends before block {block + count}");
            done += read;
        }

        return data;
    }

    public void Write(long block, ReadOnlySpan<byte> data) => RandomAccess.Write(_image, data, block * BlockBytes);

    public void Flush() => RandomAccess.FlushToDisk(_image);

    public void Dispose() => _image.Dispose();
}
