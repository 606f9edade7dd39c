using System.Buffers.Binary;
using System.Reflection;
using System.Security.Cryptography;
using EvidenceIngest.Server.Pipeline;
using EvidenceIngest.Server.Tests.Support;
using EvidenceIngest.Server.Transcription;
using EvidenceIngest.Server.Transcription.Sound;
using EvidenceIngest.Server.Vault;

namespace EvidenceIngest.Server.Tests.Transcription;

public sealed class SoundWindowsTests
{
    private static readonly TimeSpan Ten = TimeSpan.FromSeconds(10);

    [Fact]
    public async Task Nothing_is_left_out_nothing_twice_and_cuts_lie_in_pauses()
    {
        var pcm = Speech.Reading();
        var windows = await CutAsync(pcm, 0, Ten);

        Assert.True(windows.Count > 2, $"{windows.Count} windows");
        Assert.Equal(pcm, windows.SelectMany(w => w.Pcm));
        Assert.All(windows.SkipLast(1), w => Assert.InRange(w.Pcm.Length, 5 * 32_000, 10 * 32_000));
        Assert.All(windows.Zip(windows.Skip(1)), pair => Assert.Equal(pair.First.Begins + (pair.First.Pcm.Length / 2), pair.Second.Begins));
        foreach (var window in windows.SkipLast(1))
            Assert.InRange(Loudest(window.Pcm.AsSpan()[^1600..]), 0, 200);
    }

    [Fact]
    public async Task Whoever_goes_on_from_a_window_gets_the_ones_that_follow()
    {
        var pcm = Speech.Reading();
        var all = await CutAsync(pcm, 0, Ten);
        for (var i = 1; i < all.Count; i++)
        {
            var rest = await CutAsync(pcm, all[i].Begins, Ten);
            Assert.Equal(all.Skip(i).Select(w => (w.Begins, Convert.ToHexString(SHA256.HashData(w.Pcm)))), rest.Select(w => (w.Begins, Convert.ToHexString(SHA256.HashData(w.Pcm)))));
        }
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(10 * 16_000)]
    [InlineData((10 * 16_000) + 1)]
    public async Task Sound_of_any_length_is_cut(int samples)
    {
        var pcm = new byte[2 * samples];
        Array.Fill(pcm, (byte)0x55);
        Assert.Equal(pcm, (await CutAsync(pcm, 0, Ten)).SelectMany(w => w.Pcm));
    }

    [Fact]
    public async Task A_sound_that_changed_or_was_cut_off_is_found_out()
    {
        var wav = Speech.Wav(Speech.Reading());
        var sha256 = Convert.ToHexStringLower(SHA256.HashData(wav));
        foreach (var (how, damage) in new (string, Func<byte[], byte[]>)[]
        {
            ("a bit", b => [.. b[..5000], (byte)(b[5000] ^ 1), .. b[5001..]]), ("the end", b => b[..^100]), ("all", _ => []),
        })
        {
            var vault = new MemoryVault(new Faults());
            var version = await vault.PutAsync(new VaultObject("b", "k"), new MemoryStream(wav), "audio/wav", default);
            vault.Damage(version, damage);
            var failure = await Record.ExceptionAsync(async () =>
            {
                using var sound = await SealedSound.OpenAsync(vault, version, wav.Length, default);
                await new SoundWindows(sound, 0, Ten).NextAsync(default);
                await sound.DemandDigestAsync(sha256, default);
            });
            Assert.True(failure is SealedCopyDiffersException, $"{how}: {failure}");
        }
    }

    public static TheoryData<string, byte[]> Strangers
    {
        get
        {
            var good = Speech.Wav(new byte[100]);
            byte[] With(int at, params byte[] bytes) => [.. good[..at], .. bytes, .. good[(at + bytes.Length)..]];
            return new TheoryData<string, byte[]>
            {
                { "empty", [] }, { "no RIFF", With(0, 0) }, { "no WAVE", With(8, 0) }, { "8 kHz", With(24, 0x40, 0x1F) }, { "stereo", With(22, 2) }, { "float", With(20, 3) }, { "8 bit", With(34, 8) },
                { "a format chunk beyond the end", With(16, 0xFF, 0xFF, 0xFF, 0x7F) }, { "a chunk of four gigabytes", With(16, 0xFE, 0xFF, 0xFF, 0xFF) }, { "cut in the header", good[..20] },
                { "samples before their format", [.. good[..12], .. "data"u8, 4, 0, 0, 0, 1, 2, 3, 4] },
            };
        }
    }

    [Theory]
    [MemberData(nameof(Strangers))]
    public void What_is_no_such_sound_is_refused(string what, byte[] file) =>
        Assert.False(string.IsNullOrEmpty(Assert.Throws<TranscriberFaultException>(() => WavHeader.Read(file, file.Length)).Message), what);

    [Fact]
    public void Headers_with_other_chunks_longer_than_four_gigabytes_or_from_a_pipe_are_read()
    {
        var good = Speech.Wav(new byte[100]);
        byte[] withList = [.. good[..36], .. "LIST"u8, 3, 0, 0, 0, 1, 2, 3, 0, .. good[36..]];
        Assert.Equal(new WavHeader(56, 50), WavHeader.Read(withList, withList.Length));
        byte[] endless = [.. "RF64"u8, .. good[4..40], 0xFF, 0xFF, 0xFF, 0xFF, .. good[44..]];
        Assert.Equal(new WavHeader(44, 3_000_000_000), WavHeader.Read(endless, 6_000_000_044));
        // A header that claims more than there is.
        BinaryPrimitives.WriteUInt32LittleEndian(good.AsSpan(40), 1_000_000);
        Assert.Equal(new WavHeader(44, 50), WavHeader.Read(good, good.Length));
    }

    private static short Loudest(ReadOnlySpan<byte> pcm)
    {
        var most = (short)0;
        foreach (var sample in System.Runtime.InteropServices.MemoryMarshal.Cast<byte, short>(pcm))
            most = Math.Max(most, sample == short.MinValue ? short.MaxValue : Math.Abs(sample));
        return most;
    }

    private static async Task<List<(long Begins, byte[] Pcm)>> CutAsync(byte[] pcm, long begins, TimeSpan longest)
    {
        var vault = new MemoryVault(new Faults());
        var wav = Speech.Wav(pcm);
        var version = await vault.PutAsync(new VaultObject("b", "k"), new MemoryStream(wav), "audio/wav", default);
        using var sound = await SealedSound.OpenAsync(vault, version, wav.Length, default);
        await sound.SkipToAsync(begins, default);
        var windows = new SoundWindows(sound, begins, longest);
        var cut = new List<(long, byte[])>();
        while (await windows.NextAsync(default) is { } window)
            cut.Add((window.Begins, window.Pcm.ToArray()));
        await sound.DemandDigestAsync(Convert.ToHexStringLower(SHA256.HashData(wav)), default);
        return cut;
    }
}

/// <summary>A vault with one sound that is nowhere but counted: a header, then a soft hum.</summary>
public class LongSound : DispatchProxy
{
    private long _bytes;

    public static IVault Vault(long bytes)
    {
        var vault = Create<IVault, LongSound>();
        ((LongSound)(object)vault)._bytes = bytes;
        return vault;
    }

    protected override object? Invoke(MethodInfo? targetMethod, object?[]? args)
    {
        Assert.Equal(nameof(IVault.OpenAsync), targetMethod!.Name);
        return Task.FromResult<Stream>(new Hum((long)args![1]!, (long)args[2]!, _bytes));
    }

    private sealed class Hum(long from, long length, long bytes) : Stream
    {
        private long _at;

        public override bool CanRead => true;

        public override bool CanSeek => false;

        public override bool CanWrite => false;

        public override long Length => throw new NotSupportedException();

        public override long Position { get => _at; set => throw new NotSupportedException(); }

        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            var count = (int)Math.Min(buffer.Length, Math.Min(length, bytes - from) - _at);
            buffer.Span[..count].Fill(0x01);
            var header = WavHeader.Write(-1);
            for (var i = from + _at; i < header.Length && i < from + _at + count; i++)
                buffer.Span[(int)(i - from - _at)] = header[i];
            _at += count;
            return ValueTask.FromResult(count);
        }

        public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        public override void Flush()
        {
        }
    }
}
