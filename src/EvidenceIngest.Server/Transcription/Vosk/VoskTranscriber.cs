using System.Text.Json;
using EvidenceIngest.Domain.Transcripts;
using EvidenceIngest.Server.Transcription.Sound;

namespace EvidenceIngest.Server.Transcription.Vosk;

/// <summary>Vosk in this process. All sound of a window goes in: cutting it where nobody seems to speak loses words.</summary>
internal sealed class VoskTranscriber : ITranscriber
{
    // A quarter of a second: how soon a cancelled window ends.
    private const int PieceBytes = WavHeader.Rate * WavHeader.SampleBytes / 4;

    private readonly VoskLibrary _library;
    private readonly SharedModel.Lease _model;

    private VoskTranscriber(VoskLibrary library, SharedModel.Lease model, string source) => (_library, _model, Source) = (library, model, source);

    public string Source { get; }

#pragma warning disable CA2000 // The transcriber gives the lease back.
    public static async Task<VoskTranscriber> OpenAsync(VoskLibrary library, SharedModel model, string source, CancellationToken ct) =>
        new(library, await model.AcquireAsync(ct), source);
#pragma warning restore CA2000

    public Task<IReadOnlyList<TranscriptSegment>> TranscribeAsync(ReadOnlyMemory<byte> window, CancellationToken ct) =>
        // Minutes of arithmetic: no thread of the pool's should be missing meanwhile.
        Task.Factory.StartNew<IReadOnlyList<TranscriptSegment>>(() => Recognise(window, ct), ct, TaskCreationOptions.LongRunning, TaskScheduler.Default);

    public void Dispose() => _model.Dispose();

    private List<TranscriptSegment> Recognise(ReadOnlyMemory<byte> window, CancellationToken ct)
    {
        using var recogniser = _library.NewRecogniser(_model.Model, WavHeader.Rate);
        var heard = new List<TranscriptSegment>();
        for (var at = 0; at < window.Length; at += PieceBytes)
        {
            ct.ThrowIfCancellationRequested();
            if (_library.Accept(recogniser, window.Span.Slice(at, Math.Min(PieceBytes, window.Length - at))))
                Add(heard, _library.Result(recogniser));
        }

        Add(heard, _library.FinalResult(recogniser));
        return heard;
    }

    private static void Add(List<TranscriptSegment> heard, string json)
    {
        try
        {
            using var result = JsonDocument.Parse(json);
            // Silence has no words.
            if (!result.RootElement.TryGetProperty("result", out var list) || list.GetArrayLength() == 0)
                return;
            var words = list.EnumerateArray().Select(w => new TranscriptWord(
                w.GetProperty("word").GetString()!, w.GetProperty("start").GetDouble(), w.GetProperty("end").GetDouble(), w.GetProperty("conf").GetDouble())).ToList();
            heard.Add(new TranscriptSegment(words[0].Start, words[^1].End, null, SpokenText.Join(words.Select(w => w.Text))) { Words = words });
        }
        catch (Exception e) when (e is JsonException or KeyNotFoundException or InvalidOperationException or FormatException)
        {
            throw new TranscriberFaultException("the speech engine's result can't be read: " + e.Message, e);
        }
    }
}
