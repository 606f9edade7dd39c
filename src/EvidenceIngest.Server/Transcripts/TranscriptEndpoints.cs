using System.Text;
using EvidenceIngest.Domain.Transcripts;
using EvidenceIngest.Server.Access;

namespace EvidenceIngest.Server.Transcripts;

internal static class TranscriptEndpoints
{
    private const int MaxBody = 32 << 20;
    private const int MaxConfirmation = 4 << 10;

    public static void Map(IEndpointRouteBuilder readers, IEndpointRouteBuilder writers)
    {
        var reading = readers.MapGroup("/items/{id}/transcript").WithTags("Transcripts");
        reading.MapGet("", ReadAsync).Produces<Transcript>().ProducesProblem(StatusCodes.Status404NotFound);
        reading.MapGet("/versions", async (string id, TranscriptRegister transcripts, CancellationToken ct) =>
            TypedResults.Ok(await transcripts.VersionsAsync(Id(id), ct)));
        var writing = writers.MapGroup("/items/{id}/transcript").WithTags("Transcripts");
        writing.MapPut("", WriteAsync).Accepts<TranscriptRequest>("application/json").Produces<Transcript>().ProducesProblem(StatusCodes.Status409Conflict);
        writing.MapPost("/confirm", ConfirmAsync).Accepts<TranscriptConfirmation>("application/json").Produces<Transcript>().ProducesProblem(StatusCodes.Status409Conflict);
    }

    private static async Task<IResult> ReadAsync(string id, TranscriptRegister transcripts, CancellationToken ct, string? format = null)
    {
        var last = await transcripts.LastAsync(Id(id), ct);
        return format switch
        {
            null or "json" => TypedResults.Ok(last),
            "text" => TypedResults.Text(TranscriptText.Plain(last), "text/plain", Encoding.UTF8),
            "vtt" => TranscriptText.WebVtt(last) is { } vtt
                ? TypedResults.Text(vtt, "text/vtt", Encoding.UTF8)
                : throw RequestRefusedException.Conflict("the transcript has segments without times, which WebVTT needs"),
            _ => throw RequestRefusedException.Invalid("format", "must be json, text or vtt"),
        };
    }

    private static async Task<IResult> WriteAsync(string id, HttpContext http, TranscriptRegister transcripts, CancellationToken ct) =>
        TypedResults.Ok(await transcripts.WriteAsync(Id(id), await http.ReadJsonAsync<TranscriptRequest>(MaxBody), http.Caller().Name, ct));

    private static async Task<IResult> ConfirmAsync(string id, HttpContext http, TranscriptRegister transcripts, CancellationToken ct) =>
        TypedResults.Ok(await transcripts.ConfirmAsync(Id(id), await http.ReadJsonAsync<TranscriptConfirmation>(MaxConfirmation), http.Caller().Name, ct));

    private static string Id(string id)
    {
        Texts.Demand(id, "item", 100);
        return id;
    }
}
