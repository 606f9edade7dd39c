namespace EvidenceIngest.Server.Tests.Transcription;

/// <summary>How much of real English a draft gets wrong. Another engine, another model or another way of feeding it may not make it worse unseen.</summary>
public sealed class WordErrorRateTests(ITestOutputHelper output)
{
    private const double Allowed = 0.02;

    // Measured with vosk 0.3.39 and the small English model of scripts/setup, of 71 words.
    private const double ReadingAloud = 19 / 71.0;
    private const double Noisy = 43 / 71.0;

    [Fact]
    public async Task Of_a_book_read_aloud_it_stays_where_it_was() => await DemandAsync("a book read aloud", ReadingAloud, null);

    [Fact]
    public async Task At_ten_decibels_over_noise_it_stays_where_it_was() => await DemandAsync("the same, 10 dB over white noise", Noisy, new Random(20261120));

    private async Task DemandAsync(string what, double baseline, Random? noise)
    {
        using var transcriber = await Speech.OpenAsync();
        var (errors, words) = (0, 0);
        foreach (var clip in Speech.Librivox())
        {
            var heard = await transcriber.TranscribeAsync(noise is null ? clip.Pcm : WithNoise(clip.Pcm, noise), default);
            errors += WordErrors.Count(clip.Words, [.. heard.SelectMany(s => s.Text.Split(' '))]);
            words += clip.Words.Length;
            output.WriteLine($"{clip.Name}: {string.Join(" / ", heard.Select(s => s.Text))}");
        }

        var rate = (double)errors / words;
        output.WriteLine($"word error rate, {what}: {rate:P1} of {words} words; baseline {baseline:P1}");
        TestContext.Current.SendDiagnosticMessage($"word error rate, {what}: {rate:P1} of {words} words; baseline {baseline:P1}");
        Assert.True(rate <= baseline + Allowed, $"word error rate of {what} is {rate:P1}, more than two points above {baseline:P1}");
    }

    private static byte[] WithNoise(byte[] pcm, Random random)
    {
        var samples = System.Runtime.InteropServices.MemoryMarshal.Cast<byte, short>(pcm).ToArray();
        var level = Math.Sqrt(samples.Average(s => (double)s * s)) / Math.Sqrt(10);
        // Of uniform noise the root of the mean square is its bound over the root of three.
        var noisy = samples.Select(s => (short)Math.Clamp(s + (((2 * random.NextDouble()) - 1) * level * Math.Sqrt(3)), short.MinValue, short.MaxValue)).ToArray();
        return System.Runtime.InteropServices.MemoryMarshal.AsBytes<short>(noisy).ToArray();
    }
}
