using System.Text;
using EvidenceIngest.Domain.Packages;
using Microsoft.Win32.SafeHandles;

namespace EvidenceIngest.Packages;

/// <summary>A package in an encrypted archive, read where it lies: nothing of it is ever written in clear.</summary>
internal sealed class EncryptedPackage : IPackageFolder, IDisposable
{
    // More than the records of any package that is made; a stranger's archive shall not fill the memory.
    private const int LongestRecords = 1 << 16;

    private readonly SafeFileHandle _file;
    private readonly PackageCipher _cipher;
    private readonly Dictionary<string, (long Start, long Bytes)> _places = new(StringComparer.Ordinal);

    /// <exception cref="InvalidDataException">Another password, or no such archive; the message is for people.</exception>
    public EncryptedPackage(FileInfo file, byte[] password)
    {
        _file = File.OpenHandle(file.FullName);
        try
        {
            var header = new byte[PackageCipher.HeaderBytes];
            if (RandomAccess.Read(_file, header, 0) < header.Length)
                throw new InvalidDataException("文件不完整 / the file is cut off");
            _cipher = PackageCipher.From(password, header);
            Scan();
        }
        catch
        {
            _file.Dispose();
            throw;
        }
    }

    public IReadOnlyList<string> List() => [.. _places.Keys];

    public Stream? Open(string path) => _places.TryGetValue(path, out var place) ? new DecryptedStream(_file, _cipher, place.Start, place.Bytes) : null;

    public void Dispose() => _file.Dispose();

    private void Scan()
    {
        var length = RandomAccess.GetLength(_file) - PackageCipher.HeaderBytes;
        using var archive = new DecryptedStream(_file, _cipher, 0, length);
        var block = new byte[TarLayout.Block];
        var records = new Dictionary<string, string>(StringComparer.Ordinal);
        string? folder = null;
        while (true)
        {
            var start = archive.Position;
            if (archive.ReadAtLeast(block, block.Length, throwOnEndOfStream: false) < block.Length)
                throw new InvalidDataException("加密数据包不完整，末尾缺失 / the archive is cut off");
            if (block.AsSpan().IndexOfAnyExcept((byte)0) < 0)
                break;
            if (Number(block.AsSpan(148, 8)) != TarLayout.Checksum(block) || !block.AsSpan(257, 5).SequenceEqual("ustar"u8))
            {
                throw new InvalidDataException(start == 0
                    ? "密码不对，或者不是加密数据包 / the password is not the one that it was encrypted with, or this is no encrypted package"
                    : $"加密数据包在第{start}字节处损坏 / the archive is damaged at byte {start}");
            }

            var bytes = records.TryGetValue("size", out var size) ? Decimal(size) : Number(block.AsSpan(124, 12));
            if (bytes < 0 || bytes > length - archive.Position)
                throw new InvalidDataException($"加密数据包在第{start}字节处损坏 / the archive is damaged at byte {start}");
            if (block[156] == 'x')
            {
                records = Records(archive, bytes);
            }
            else if (block[156] == '0')
            {
                var name = records.GetValueOrDefault("path") ?? Encoding.UTF8.GetString(block.AsSpan(0, 100)).TrimEnd('\0');
                var slash = name.IndexOf('/', StringComparison.Ordinal);
                folder ??= slash < 0 ? null : name[..slash];
                if (slash < 0 || name[..slash] != folder || !_places.TryAdd(name[(slash + 1)..], (archive.Position, bytes)))
                    throw new InvalidDataException($"加密数据包中有不应有的文件 / the archive holds a file that does not belong there: {name}");
                records = [];
            }
            else
            {
                throw new InvalidDataException("加密数据包中有不是文件的条目 / the archive holds something that is no file");
            }

            archive.Position += block[156] == 'x' ? 0 : (bytes + TarLayout.Block - 1) / TarLayout.Block * TarLayout.Block;
        }

        if (archive.Position + TarLayout.Block != length)
            throw new InvalidDataException("加密数据包末尾有多余内容或缺失 / something follows the archive's end, or is missing there");
    }

    private static Dictionary<string, string> Records(DecryptedStream archive, long bytes)
    {
        if (bytes > LongestRecords)
            throw new InvalidDataException("加密数据包中的记录过长 / the archive's records are longer than they can be");
        var content = new byte[(bytes + TarLayout.Block - 1) / TarLayout.Block * TarLayout.Block];
        archive.ReadExactly(content);
        return Encoding.UTF8.GetString(content, 0, (int)bytes).Split('\n', StringSplitOptions.RemoveEmptyEntries)
            .Select(line => line[(line.IndexOf(' ', StringComparison.Ordinal) + 1)..].Split('=', 2))
            .Where(record => record.Length == 2)
            // As tar has it, the last of two records with one name counts.
            .GroupBy(record => record[0], StringComparer.Ordinal).ToDictionary(same => same.Key, same => same.Last()[1], StringComparer.Ordinal);
    }

    /// <summary>-1 for what is no number: the records lie under no checksum, so a turned bit can make anything of them.</summary>
    private static long Decimal(string text) =>
        long.TryParse(text, System.Globalization.NumberStyles.None, System.Globalization.CultureInfo.InvariantCulture, out var value) ? value : -1;

    /// <summary>-1 for what is no octal number.</summary>
    private static long Number(ReadOnlySpan<byte> field)
    {
        long value = 0;
        foreach (var digit in field.Trim("\0 "u8))
        {
            if (digit is < (byte)'0' or > (byte)'7')
                return -1;
            value = (value << 3) | (uint)(digit - '0');
        }

        return value;
    }
}
