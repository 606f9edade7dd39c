using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;
using EvidenceIngest.EndToEnd.Tests.Installations;
using EvidenceIngest.Server.Transcription.Sound;
using EvidenceIngest.Server.Transcription.Vosk;

namespace EvidenceIngest.Benchmarks;

/// <summary>
/// A recording's draft in a running service, from the vault to the signed version, against the same engine called alone with the
/// same samples. What the rows mean stands in docs/benchmarks.md.
/// </summary>
internal sealed partial class TranscribeBench : IAsyncDisposable
{
    private const string Clips = "/usr/share/pocketsphinx/test/data/librivox";
    private const int PieceBytes = WavHeader.Rate * WavHeader.SampleBytes / 4;

    private static readonly TimeSpan Ready = TimeSpan.FromMinutes(20);

    private readonly Installation _installation;
    private readonly byte[] _pcm;

    private TranscribeBench(Installation installation, byte[] pcm) => (_installation, _pcm) = (installation, pcm);

    private int Length => _pcm.Length / WavHeader.SampleBytes / WavHeader.Rate;

    /// <param name="seconds">Of speech.</param>
    /// <param name="ct">Ends it.</param>
    public static async Task<TranscribeBench> StartAsync(int seconds, CancellationToken ct)
    {
        var installation = await Installation.CreateAsync("transcribe-bench");
        installation.Settings["EVIDENCE_Transcription__Language"] = "en";
        installation.Settings["EVIDENCE_Transcription__EngineFolder"] = Path.Combine(Installation.Checkout, "artifacts/speech/engine");
        var card = Path.Combine(installation.Home, "card", "DCIM");
        Directory.CreateDirectory(card);
        var pcm = Speech(seconds);
        await File.WriteAllBytesAsync(Path.Combine(card, "B123456_000123_20261120101500_0001.WAV"), [.. WavHeader.Write(pcm.Length), .. pcm], ct);
        return new TranscribeBench(installation, pcm);
    }

    public async Task RunAsync(TextWriter output, CancellationToken ct)
    {
        var (code, _, error) = await _installation.RunAsync(Ready, "models", "add", Path.Combine(Installation.Checkout, "artifacts/speech/model-en"), "--language", "en");
        if (code != 0)
            throw new InvalidOperationException(error);
        var before = Alone();
        double ours;
        await using (var service = _installation.Start("run", "--bay", "folder:" + Path.Combine(_installation.Home, "card")))
            ours = await DraftedAsync(service, ct);
        var alone = Math.Min(before, Alone());
        await output.WriteLineAsync(string.Create(
            CultureInfo.InvariantCulture,
            $"\n| {Length} s of speech | s | real-time factor | ratio |\n|---|--:|--:|--:|\n| the engine alone, model loaded, one recogniser | {alone:0.0} | {alone / Length:0.000} | 1.00 |\n| the service: model hashed and loaded, sound from the vault, draft in the catalogue | {ours:0.0} | {ours / Length:0.000} | {ours / alone:0.00} |"));
    }

    public ValueTask DisposeAsync() => _installation.DisposeAsync();

    private static byte[] Speech(int seconds)
    {
        var clips = Directory.GetFiles(Clips, "*.wav").Order(StringComparer.Ordinal).SelectMany(file =>
        {
            var wav = File.ReadAllBytes(file);
            var header = WavHeader.Read(wav.AsSpan(0, WavHeader.Most), wav.Length);
            return wav.AsSpan((int)header.Begins, (int)header.Samples * WavHeader.SampleBytes).ToArray();
        }).ToArray();
        var pcm = new byte[seconds * WavHeader.Rate * WavHeader.SampleBytes];
        for (var at = 0; at < pcm.Length; at += clips.Length)
            clips.AsSpan(0, Math.Min(clips.Length, pcm.Length - at)).CopyTo(pcm.AsSpan(at));
        return pcm;
    }

    private double Alone()
    {
        var library = VoskLibrary.Load(Path.Combine(Installation.Checkout, "artifacts/speech/engine"));
        using var model = library.OpenModel(Path.Combine(Installation.Checkout, "artifacts/speech/model-en")) ?? throw new InvalidOperationException("the model can't be loaded");
        var clock = Stopwatch.StartNew();
        using var recogniser = library.NewRecogniser(model, WavHeader.Rate);
        for (var at = 0; at < _pcm.Length; at += PieceBytes)
        {
            if (library.Accept(recogniser, _pcm.AsSpan(at, Math.Min(PieceBytes, _pcm.Length - at))))
                library.Result(recogniser);
        }

        library.FinalResult(recogniser);
        return clock.Elapsed.TotalSeconds;
    }

    /// <summary>How long the stage took, as the service's own log says.</summary>
    private async Task<double> DraftedAsync(ChildProcess service, CancellationToken ct)
    {
        for (var clock = Stopwatch.StartNew(); clock.Elapsed < Ready; await Task.Delay(1000, ct))
        {
            var logs = Path.Combine(_installation.Home, "logs");
            foreach (var file in Directory.Exists(logs) ? Directory.GetFiles(logs) : [])
            {
                using var reader = new StreamReader(new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete));
                if (Done().Match(await reader.ReadToEndAsync(ct)) is { Success: true } match)
                {
                    using var line = JsonDocument.Parse(match.Value);
                    return line.RootElement.GetProperty("Properties").GetProperty("Seconds").GetDouble();
                }
            }
        }

        throw new InvalidOperationException("no draft was made: " + service.Output + service.Error);
    }

    [GeneratedRegex(@"^.*""MessageTemplate"":""\{Stage\} of item \{ItemId\} is done.*""Stage"":""Transcribe"".*$", RegexOptions.Multiline)]
    private static partial Regex Done();
}
