using System.Text.Json;
using EvidenceIngest.Domain.Transcripts;

namespace EvidenceIngest.Server.Transcription.Remote;

/// <summary>Reads <c>verbose_json</c>. Servers differ in what they leave out, so a member is missing or right; a wrong one is refused.</summary>
internal static class VerboseAnswer
{
    /// <param name="utf8">The whole answer.</param>
    /// <param name="seconds">Of the window.</param>
    /// <exception cref="TranscriberFaultException">It is none.</exception>
    public static IReadOnlyList<TranscriptSegment> Read(byte[] utf8, double seconds)
    {
        try
        {
            using var answer = JsonDocument.Parse(utf8);
            var root = answer.RootElement;
            var words = Words(root) ?? [];
            var segments = List(root, "segments").Select(s => new TranscriptSegment(Number(s, "start"), Number(s, "end"), Text(s, "speaker"), Text(s, "text") ?? "") { Words = Words(s) }).OrderBy(s => s.Start).ToList();
            if (segments.Count == 0)
                return Text(root, "text") is { } text && !string.IsNullOrWhiteSpace(text) ? [new TranscriptSegment(0, seconds, null, text) { Words = words.Count > 0 ? words : null }] : [];
            return words.Count == 0 ? segments : [.. segments.Select((s, i) => s.Words is not null ? s : s with { Words = Within(words, segments, i) })];
        }
        // Text that is no UTF-8 shows when it is read.
        catch (Exception e) when (e is JsonException or InvalidOperationException or FormatException)
        {
            throw new TranscriberFaultException("the recogniser's answer is no verbose_json: " + e.Message, e);
        }
    }

    // Most servers list words beside the segments. A word belongs to the last segment that begins before it ends.
    private static IReadOnlyList<TranscriptWord> Within(IReadOnlyList<TranscriptWord> words, List<TranscriptSegment> segments, int index)
    {
        var from = index == 0 ? double.NegativeInfinity : segments[index].Start;
        var to = index + 1 < segments.Count ? segments[index + 1].Start : double.PositiveInfinity;
        return [.. words.Where(w => w.Start >= from && w.Start < to)];
    }

    private static List<TranscriptWord>? Words(JsonElement owner)
    {
        var words = List(owner, "words").Select(w => new TranscriptWord(Text(w, "word") ?? "", Demanded(w, "start"), Demanded(w, "end"), Number(w, "probability") ?? Number(w, "confidence"))).ToList();
        return words.Count > 0 ? words : null;
    }

    private static JsonElement.ArrayEnumerator List(JsonElement owner, string member) =>
        owner.TryGetProperty(member, out var list) && list.ValueKind != JsonValueKind.Null ? list.EnumerateArray() : default;

    private static double? Number(JsonElement owner, string member) =>
        owner.TryGetProperty(member, out var value) && value.ValueKind != JsonValueKind.Null ? value.GetDouble() : null;

    private static double Demanded(JsonElement owner, string member) => Number(owner, member) ?? throw new FormatException($"a word has no {member}");

    private static string? Text(JsonElement owner, string member) =>
        owner.TryGetProperty(member, out var value) && value.ValueKind != JsonValueKind.Null ? value.GetString() : null;
}
