using EvidenceIngest.Server.Tests.Renditions;
using EvidenceIngest.Server.Transcription.Sound;
using EvidenceIngest.Server.Vault;

namespace EvidenceIngest.Server.Tests.Transcription;

/// <summary>Looks at the memory of the whole process, so nothing else may run meanwhile.</summary>
[Collection(MeasuredCollection.Name)]
public sealed class LongSoundTests
{
    [Fact]
    public async Task Twelve_hours_pass_in_the_memory_of_one_window()
    {
        const long Samples = 12L * 3600 * WavHeader.Rate;
        var vault = LongSound.Vault((Samples * 2) + 44);
        using var sound = await SealedSound.OpenAsync(vault, new VaultVersion("b", "k", "v"), (Samples * 2) + 44, default);
        var windows = new SoundWindows(sound, 0, TimeSpan.FromMinutes(5));
        var (heard, most, count) = (0L, 0L, 0);
        var before = GC.GetTotalMemory(forceFullCollection: true);
        while (await windows.NextAsync(default) is { } window)
        {
            heard += window.Pcm.Length / 2;
            // What is kept, not what waits to be collected.
            if (++count % 12 == 0)
                most = Math.Max(most, GC.GetTotalMemory(forceFullCollection: true) - before);
        }

        Assert.Equal(Samples, heard);
        Assert.InRange(most >> 20, long.MinValue, 100);
    }
}
