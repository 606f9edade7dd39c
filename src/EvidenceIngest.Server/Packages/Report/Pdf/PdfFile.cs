using System.Globalization;
using System.IO.Compression;
using System.Text;

namespace EvidenceIngest.Server.Packages.Report.Pdf;

/// <summary>
/// Objects of a PDF 1.7 file (ISO 32000-1), as few kinds of them as a document of text and lines needs. Written here because the
/// package source has no library for it under a licence that would fit.
/// </summary>
internal sealed class PdfFile
{
    private readonly List<byte[]?> _objects = [];

    /// <summary>A number for an object that others refer to before it is known.</summary>
    public int Reserve()
    {
        _objects.Add(null);
        return _objects.Count;
    }

    public int Add(string content)
    {
        var number = Reserve();
        Set(number, content);
        return number;
    }

    public void Set(int number, string content) => _objects[number - 1] = Encoding.ASCII.GetBytes(content);

    /// <param name="content">Compressed here.</param>
    /// <param name="entries">Of its dictionary, besides lengths and filter.</param>
    public int AddStream(byte[] content, string entries = "")
    {
        using var packed = new MemoryStream();
        using (var zip = new ZLibStream(packed, CompressionLevel.Optimal, leaveOpen: true))
            zip.Write(content);
        var header = string.Create(CultureInfo.InvariantCulture, $"<< /Length {packed.Length} /Filter /FlateDecode {entries} >>\nstream\n");
        _objects.Add([.. Encoding.ASCII.GetBytes(header), .. packed.ToArray(), .. "\nendstream"u8]);
        return _objects.Count;
    }

    /// <summary>Any text, as UTF-16 with its mark.</summary>
    public static string Text(string text) => $"<FEFF{Convert.ToHexString(Encoding.BigEndianUnicode.GetBytes(text))}>";

    public byte[] Finish(int catalogue, int facts)
    {
        using var file = new MemoryStream();
        // Four bytes beyond ASCII tell programs that carry the file that it is no text.
        file.Write("%PDF-1.7\n%\u00e2\u00e3\u00cf\u00d3\n"u8);
        var places = new List<long>();
        for (var i = 0; i < _objects.Count; i++)
        {
            places.Add(file.Length);
            file.Write(Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{i + 1} 0 obj\n")));
            file.Write(_objects[i] ?? throw new InvalidOperationException($"object {i + 1} was reserved and never written"));
            file.Write("\nendobj\n"u8);
        }

        var table = file.Length;
        var end = new StringBuilder();
        end.Append(CultureInfo.InvariantCulture, $"xref\n0 {_objects.Count + 1}\n0000000000 65535 f \n");
        foreach (var place in places)
            end.Append(CultureInfo.InvariantCulture, $"{place:0000000000} 00000 n \n");
        end.Append(CultureInfo.InvariantCulture, $"trailer\n<< /Size {_objects.Count + 1} /Root {catalogue} 0 R /Info {facts} 0 R >>\nstartxref\n{table}\n%%EOF\n");
        file.Write(Encoding.ASCII.GetBytes(end.ToString()));
        return file.ToArray();
    }
}
