using System.Security.Cryptography;
using EvidenceIngest.Server.Pipeline;
using EvidenceIngest.Server.Vault;

namespace EvidenceIngest.Server.Transcription.Sound;

/// <summary>
/// The samples of an <c>audio16k</c> rendition, straight from the vault, hashed on the way. Every piece is a request of its own:
/// an engine takes its time, and no store keeps an answer open for that long.
/// </summary>
internal sealed class SealedSound : IDisposable
{
    private const int SkipBytes = 1 << 20;

    private readonly IVault _vault;
    private readonly VaultVersion _version;
    private readonly long _bytes;
    private readonly IncrementalHash _hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    private long _read;
    private WavHeader _header;

    private SealedSound(IVault vault, VaultVersion version, long bytes) => (_vault, _version, _bytes) = (vault, version, bytes);

    /// <summary>Samples in all.</summary>
    public long Samples => _header.Samples;

    /// <exception cref="TranscriberFaultException">It is no sound as renditions are.</exception>
    public static async Task<SealedSound> OpenAsync(IVault vault, VaultVersion version, long bytes, CancellationToken ct)
    {
        var sound = new SealedSound(vault, version, bytes);
        try
        {
            var head = new byte[Math.Min(WavHeader.Most, bytes)];
            await using (var content = await vault.OpenAsync(version, 0, head.Length, ct))
                await sound.ReadAsync(content, head, ct);
            sound._header = WavHeader.Read(head, bytes);
            await sound.PassAsync(sound._header.Begins, ct);
            return sound;
        }
        catch
        {
            sound.Dispose();
            throw;
        }
    }

    /// <summary>Goes on to a sample that lies further on.</summary>
    public Task SkipToAsync(long sample, CancellationToken ct) => PassAsync(_header.Begins + (sample * WavHeader.SampleBytes), ct);

    /// <returns>How many bytes; fewer than asked for only at the end.</returns>
    public async Task<int> ReadAsync(Memory<byte> buffer, CancellationToken ct)
    {
        var wanted = (int)Math.Min(buffer.Length, _header.Begins + (_header.Samples * WavHeader.SampleBytes) - _read);
        await FillAsync(buffer[..wanted], ct);
        return wanted;
    }

    /// <summary>Reads what is left and compares the whole.</summary>
    /// <exception cref="SealedCopyDiffersException">The vault gave other bytes than were stored.</exception>
    public async Task DemandDigestAsync(string sha256, CancellationToken ct)
    {
        await PassAsync(_bytes, ct);
        var found = Convert.ToHexStringLower(_hash.GetHashAndReset());
        if (found != sha256)
            throw new SealedCopyDiffersException(_version.Key, sha256, found);
    }

    public void Dispose() => _hash.Dispose();

    private async Task PassAsync(long place, CancellationToken ct)
    {
        if (place <= _read)
            return;
        var buffer = new byte[Math.Min(SkipBytes, place - _read)];
        await using var content = await _vault.OpenAsync(_version, _read, place - _read, ct);
        while (_read < place)
        {
            var piece = buffer.AsMemory(0, (int)Math.Min(buffer.Length, place - _read));
            await ReadAsync(content, piece, ct);
            Pass(piece);
        }
    }

    private async Task FillAsync(Memory<byte> piece, CancellationToken ct)
    {
        if (piece.IsEmpty)
            return;
        await using var content = await _vault.OpenAsync(_version, _read, piece.Length, ct);
        await ReadAsync(content, piece, ct);
        Pass(piece);
    }

    private async Task ReadAsync(Stream content, Memory<byte> piece, CancellationToken ct)
    {
        if (await content.ReadAtLeastAsync(piece, piece.Length, throwOnEndOfStream: false, ct) < piece.Length)
            throw new SealedCopyDiffersException(_version.Key, $"of {_bytes} bytes", "shorter");
    }

    private void Pass(ReadOnlyMemory<byte> piece)
    {
        _hash.AppendData(piece.Span);
        _read += piece.Length;
    }
}
