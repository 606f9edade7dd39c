using EvidenceIngest.Domain.Custody;
using EvidenceIngest.Server.Access;
using EvidenceIngest.Server.Catalogue;
using EvidenceIngest.Server.Custody;
using EvidenceIngest.Server.Items;
using EvidenceIngest.Server.Pipeline;
using EvidenceIngest.Server.Transcripts;
using Microsoft.EntityFrameworkCore;

namespace EvidenceIngest.Server.Transcription;

/// <summary>
/// In which language an item is spoken. People say it: an engine for another language writes fluent nonsense and is sure of it, so
/// no engine's confidence can tell.
/// </summary>
internal sealed class LanguageChoice(EvidenceCatalogue catalogue, PipelineSchedule schedule, TranscriptionOptions options, TimeProvider time)
{
    /// <summary>Another language makes a new draft; the same one again only tries again what failed. Idempotent.</summary>
    /// <exception cref="RequestRefusedException">400 for what is no language; 409 for what has no sound or a person's transcript.</exception>
    public async Task ChooseAsync(string itemId, LanguageRequest request, string by, CancellationToken ct)
    {
        Texts.Demand(request.Why, "why", 500);
        Texts.Demand(request.Language, "language", 35);
        if (!TranscriptionOptions.IsLanguage(request.Language))
            throw RequestRefusedException.Invalid("language", "应为语言代码，如 zh 或 en-US / must be a language tag such as zh or en-US");
        if (await catalogue.WriteAsync(db => ChooseAsync(db, itemId, request, by, ct), ct))
            await schedule.TryScheduleAsync(itemId, Stage.Transcribe, ct);
    }

    /// <returns>True when the engine has to begin anew.</returns>
    private async Task<bool> ChooseAsync(CatalogueDb db, string itemId, LanguageRequest request, string by, CancellationToken ct)
    {
        await db.LockItemAsync(itemId, ct);
        var item = await db.Items.Include(i => i.Files).Include(i => i.Facts).Include(i => i.Stages).SingleOrDefaultAsync(i => i.Id == itemId, ct) ?? throw ItemRegister.NoItem(itemId);
        TranscriptRules.CheckItem(item);
        var stage = item.Stages.Single(s => s.Stage == Stage.Transcribe);
        var isNew = (item.Language ?? options.Language) != request.Language;
        if (item.Language == request.Language && stage.State != StageState.Failed)
            return false;
        if (isNew && await db.PersonWroteAsync(itemId, ct))
            throw RequestRefusedException.Conflict($"资料 {itemId} 的文字记录由人员整理，予以保留；更正时可另行指明语言 / a person wrote the transcript of {itemId}, which stays: whoever corrects it names its language there");
        var now = time.GetUtcNow();
        await db.AppendAsync(
            itemId, now, Actors.Operator(by), CustodyEventKind.LanguageChosen, $"language: from {item.Language ?? options.Language + " (the service's setting)"} to {request.Language}; reason: {request.Why}", ct);
        item.Language = request.Language;
        var isDue = stage.State is StageState.Failed or StageState.Awaiting || (isNew && stage.State is StageState.Done or StageState.Due);
        if (isDue)
        {
            stage.Become(StageState.Due, now);
            await db.HeardWindows.Where(w => w.ItemId == itemId).ExecuteDeleteAsync(ct);
        }

        return isDue;
    }
}

/// <param name="Language">BCP 47, such as zh.</param>
/// <param name="Why">Enters the item's chain.</param>
public sealed record LanguageRequest(string Language, string Why);

internal static class LanguageEndpoints
{
    private const int MaxBody = 16 << 10;

    public static void Map(IEndpointRouteBuilder writers) =>
        writers.MapPut("/items/{id}/language", async (string id, HttpContext http, LanguageChoice languages, ItemRegister register, CancellationToken ct) =>
            {
                await languages.ChooseAsync(id, await http.ReadJsonAsync<LanguageRequest>(MaxBody), http.Caller().Name, ct);
                return TypedResults.Ok(await register.FindAsync(id, ct));
            })
            .Concerns(Data.Item).WithTags("Transcripts").Accepts<LanguageRequest>("application/json").ProducesProblem(StatusCodes.Status409Conflict);
}
