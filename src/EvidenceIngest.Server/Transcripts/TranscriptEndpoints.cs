using System.Text;
using EvidenceIngest.Domain.Transcripts;
using EvidenceIngest.Server.Access;
using EvidenceIngest.Server.Api;

namespace EvidenceIngest.Server.Transcripts;

internal static class TranscriptEndpoints
{
    /// <summary>A day of talk without a pause, at 300 characters a minute, is a fifth of it.</summary>
    private const int MaxBody = 8 << 20;
    private const int MaxConfirmation = 8 << 10;

    public static void Map(IEndpointRouteBuilder api, IEndpointRouteBuilder readers, IEndpointRouteBuilder writers)
    {
        readers.MapGet("/items/{id}/transcript/versions", VersionsAsync).Concerns(Data.Item).WithTags("Transcripts")
            .Produces<IReadOnlyList<TranscriptVersion>>().ProducesProblem(StatusCodes.Status404NotFound);
        // Words are what the recording says: reading them takes the right that a link to the recording takes.
        api.MapGet("/items/{id}/transcript", ReadAsync).RequireToken(TokenKind.Operator, Scopes.Link).Concerns(Data.Item).WithTags("Transcripts")
            .Produces<Transcript>().ProducesProblem(StatusCodes.Status404NotFound).ProducesProblem(StatusCodes.Status410Gone);
        var words = writers.MapGroup("/items/{id}/transcript").Concerns(Data.Item).WithTags("Transcripts");
        words.MapPut("", WriteAsync).Accepts<TranscriptRequest>("application/json").Produces<Transcript>()
            .ProducesProblem(StatusCodes.Status400BadRequest).ProducesProblem(StatusCodes.Status409Conflict);
        words.MapPost("/confirm", ConfirmAsync).Accepts<TranscriptConfirmation>("application/json").Produces<Transcript>()
            .ProducesProblem(StatusCodes.Status404NotFound).ProducesProblem(StatusCodes.Status409Conflict);
    }

    private static async Task<IResult> VersionsAsync(string id, TranscriptRegister transcripts, CancellationToken ct) =>
        TypedResults.Ok(await transcripts.VersionsAsync(Id(id), ct));

    private static async Task<IResult> ReadAsync(
        string id, HttpContext http, TranscriptRegister transcripts, CancellationToken ct, string? version = null, string? format = null)
    {
        if (format is not (null or "json" or "text" or "vtt" or "srt"))
            throw RequestRefusedException.Invalid("format", "格式应为 json、text、vtt 或 srt / must be json, text, vtt or srt");
        var found = await transcripts.ReadAsync(Id(id), Version(version), http.Caller().Name, ct);
        http.Response.Headers.CacheControl = "private, no-store";
        http.Response.Headers.XContentTypeOptions = "nosniff";
        return format switch
        {
            "text" => TypedResults.Text(TranscriptText.Plain(found), "text/plain", Encoding.UTF8),
            "vtt" => TypedResults.Text(Cues(TranscriptText.WebVtt(found)), "text/vtt", Encoding.UTF8),
            "srt" => TypedResults.Text(Cues(TranscriptText.SubRip(found)), "application/x-subrip", Encoding.UTF8),
            _ => http.Tagged(found),
        };
    }

    private static string Cues(string? cues) =>
        cues ?? throw RequestRefusedException.Conflict("文字记录有的段没有时间，无法生成字幕，请改用纯文本 / the transcript has segments without times, which subtitles need: ask for text");

    private static async Task<IResult> WriteAsync(string id, HttpContext http, TranscriptRegister transcripts, CancellationToken ct) =>
        http.Tagged(await transcripts.WriteAsync(Id(id), await http.ReadJsonAsync<TranscriptRequest>(MaxBody), http.Caller().Name, ct, Precondition.Of(http)));

    private static async Task<IResult> ConfirmAsync(string id, HttpContext http, TranscriptRegister transcripts, CancellationToken ct) =>
        TypedResults.Ok(await transcripts.ConfirmAsync(Id(id), await http.ReadJsonAsync<TranscriptConfirmation>(MaxConfirmation), http.Caller().Name, ct));

    private static int? Version(string? text)
    {
        if (text is null)
            return null;
        return int.TryParse(text, System.Globalization.NumberStyles.None, System.Globalization.CultureInfo.InvariantCulture, out var version) && version > 0
            ? version
            : throw RequestRefusedException.Invalid("version", "版本应为从 1 开始的数字 / must be a number from 1");
    }

    private static string Id(string id)
    {
        Texts.Demand(id, "item", 100);
        return id;
    }
}
