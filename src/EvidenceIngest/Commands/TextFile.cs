using System.Text;
using EvidenceIngest.Hosting;

namespace EvidenceIngest.Commands;

/// <summary>Texts that people hand over as files.</summary>
internal static class TextFile
{
    private const long Largest = 8 << 20;

    // Strict: another encoding, such as GB18030, would silently become question marks.
    private static readonly UTF8Encoding Utf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <exception cref="ServiceException">It can't be read, is too large, or is not UTF-8.</exception>
    public static Task<string> ReadAsync(FileInfo file, CancellationToken ct) => ReadAsync(file, f => File.ReadAllTextAsync(f.FullName, Utf8, ct));

    /// <exception cref="ServiceException">It can't be read, is too large, or is not UTF-8.</exception>
    public static Task<string[]> ReadLinesAsync(FileInfo file, CancellationToken ct) => ReadAsync(file, f => File.ReadAllLinesAsync(f.FullName, Utf8, ct));

    private static async Task<T> ReadAsync<T>(FileInfo file, Func<FileInfo, Task<T>> read)
    {
        try
        {
            return file.Length <= Largest ? await read(file) : throw new ServiceException($"文件超过 {Largest >> 20} MiB / the file is larger than {Largest >> 20} MiB");
        }
        catch (DecoderFallbackException)
        {
            throw new ServiceException("文件不是 UTF-8 编码，请在编辑器中另存为 UTF-8；电子表格请选“CSV UTF-8” / the file is not UTF-8: save it as UTF-8, in a spreadsheet as CSV UTF-8");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new ServiceException($"无法读取 {file.FullName} / can't be read: {e.Message}");
        }
    }
}
