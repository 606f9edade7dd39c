using System.Text.Json;
using EvidenceIngest.Commands;
using EvidenceIngest.Hosting;
using Spectre.Console;

namespace EvidenceIngest.Packages;

/// <summary>
/// Fetches a package into one encrypted file. Only ciphertext reaches the disk, also of what is not whole yet; an interrupted
/// one goes on at the byte where it ended, after the file that it ended in was read and hashed again.
/// </summary>
internal sealed class EncryptedExport : IDisposable
{
    private const string Unfinished = ".evidence-export";
    private const string Part = ".part";

    private readonly ServiceClient _service;
    private readonly string _package;
    private readonly IReadOnlyList<TarPlace> _places;
    private readonly Dictionary<string, string> _digests;
    private readonly FileStream _part;
    private readonly AesCtr _cipher;

    private EncryptedExport(ServiceClient service, JsonElement package, FileStream part, PackageCipher cipher)
    {
        (_service, _package, _part) = (service, package.Text("package"), part);
        _cipher = cipher.Stream();
        var files = package.GetProperty("files").EnumerateArray().ToList();
        _digests = files.ToDictionary(f => f.Text("path"), f => f.Text("sha256"), StringComparer.Ordinal);
        _places = TarLayout.Of(_package, package.GetProperty("madeAt").GetDateTimeOffset(), files.Select(f => (f.Text("path"), f.GetProperty("bytes").GetInt64())));
    }

    private long Written => _part.Length - PackageCipher.HeaderBytes;

    private long Total => _places[^1].End + TarLayout.EndBytes;

    /// <returns>What the service says of the package; null when the file had been finished before.</returns>
    /// <exception cref="InvalidDataException">What lies there is not the beginning of this; the message is for people.</exception>
    public static async Task<JsonElement?> RunAsync(ServiceClient service, ExportRequest request, FileInfo target, byte[] password, CancellationToken ct)
    {
        var note = target.FullName + Unfinished;
        if (target.Exists)
        {
            // Whole, and killed before it could clear away its note.
            if (!File.Exists(note))
                throw new InvalidDataException($"{target.FullName} 已存在 / is there already");
            File.Delete(note);
            return null;
        }

        target.Directory!.Create();
        var package = await request.FindOrMakeAsync(service, note, ct);
        await using (var part = new FileStream(target.FullName + Part, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.Read))
        {
            using var export = new EncryptedExport(service, package, part, Begin(part, password));
            export.CheckBeginning();
            ExportSpace.Demand(target.Directory.FullName, export.Total - export.Written);
            await AnsiConsole.Progress().StartAsync(async progress =>
            {
                var task = progress.AddTask(export._package, maxValue: export.Total);
                await export.FetchAllAsync(() => task.Value = export.Written, ct);
            });
            part.Flush(flushToDisk: true);
        }

        File.Move(target.FullName + Part, target.FullName);
        File.Delete(note);
        return package;
    }

    public void Dispose() => _cipher.Dispose();

    /// <summary>The salt of what is there, or a new one, on the disk before anything is encrypted with it.</summary>
    private static PackageCipher Begin(FileStream part, byte[] password)
    {
        if (part.Length < PackageCipher.HeaderBytes)
        {
            var cipher = PackageCipher.New(password);
            part.SetLength(0);
            part.Write(cipher.Header);
            part.Flush(flushToDisk: true);
            return cipher;
        }

        var header = new byte[PackageCipher.HeaderBytes];
        part.Seek(0, SeekOrigin.Begin);
        part.ReadExactly(header);
        return PackageCipher.From(password, header);
    }

    /// <summary>Another password would go on with other ciphertext, and nobody could ever read the file.</summary>
    private void CheckBeginning()
    {
        if (Written > Total)
            Cut(Total);
        var expected = _places[0].Header;
        var begun = new byte[Math.Min(Written, expected.Length)];
        Read(0, begun);
        if (!begun.AsSpan().SequenceEqual(expected.AsSpan(0, begun.Length)))
            throw new InvalidDataException("密码与上次中断的导出不同 / the password is not the one that the interrupted export was begun with");
    }

    private async Task FetchAllAsync(Action told, CancellationToken ct)
    {
        // The last one that seems whole too: it may have been written and not compared.
        foreach (var place in _places.Where(p => p.End >= Written).ToList())
        {
            if (Written < place.Content)
                Write(place.Header.AsSpan((int)(Written - place.Start)));
#pragma warning disable CA2000 // It is disposed by using; the rule loses sight of it at the await.
            using var entry = new EncryptedEntry(place, Write, Cut);
#pragma warning restore CA2000
            entry.Resume(Read, Written);
            if (entry.Length < place.Bytes)
                await _service.DownloadAsync($"packages/{Uri.EscapeDataString(_package)}/files/{place.Path}", entry, _ => told(), ct);
            var found = entry.Finish();
            if (found != _digests[place.Path])
            {
                // Kept, it would be taken for a beginning.
                Cut(place.Start);
                throw new ServiceException($"{place.Path} 下载后校验不一致，已弃置，请重新运行 / is not what was announced and was thrown away: run the command again ({found})");
            }

            if (Written < place.End)
                Write(new byte[place.End - Written]);
            told();
        }

        Write(new byte[Total - Written]);
    }

    private void Cut(long length) => _part.SetLength(PackageCipher.HeaderBytes + length);

    private void Read(long offset, Span<byte> target)
    {
        _part.Seek(PackageCipher.HeaderBytes + offset, SeekOrigin.Begin);
        _part.ReadExactly(target);
        _cipher.Apply(offset, target);
    }

    private void Write(ReadOnlySpan<byte> content)
    {
        var hidden = content.ToArray();
        _cipher.Apply(Written, hidden);
        _part.Seek(0, SeekOrigin.End);
        _part.Write(hidden);
        // Written counts what the file has, not what waits in a buffer.
        _part.Flush();
    }
}
