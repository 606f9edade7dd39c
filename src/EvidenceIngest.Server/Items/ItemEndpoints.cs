using EvidenceIngest.Domain.Receipts;
using EvidenceIngest.Server.Access;
using EvidenceIngest.Server.Api;
using EvidenceIngest.Server.Catalogue;
using EvidenceIngest.Server.Fixity;
using EvidenceIngest.Server.Vault;
using Microsoft.EntityFrameworkCore;

namespace EvidenceIngest.Server.Items;

internal static class ItemEndpoints
{
    private const int MaxBody = 64 << 10;
    private const string RegisterType = "text/csv; charset=utf-8; header=present";

    public static void Map(IEndpointRouteBuilder api, IEndpointRouteBuilder readers, IEndpointRouteBuilder writers)
    {
        readers.MapGet("/items", ListAsync).Concerns(Data.Checked).WithTags("Items").Produces<ItemPage>().ProducesProblem(StatusCodes.Status400BadRequest);
        readers.MapGet("/items/export", ExportAsync).Concerns(Data.Checked).WithTags("Items").Produces<string>(StatusCodes.Status200OK, RegisterType);
        api.MapGet("/me/items", ListOwnAsync).RequireToken(TokenKind.Operator, Scopes.Own).Concerns(Data.CallersOwn).WithTags("Items").Produces<ItemPage>();
        var items = readers.MapGroup("/items").Concerns(Data.Item).WithTags("Items");
        items.MapGet("/{id}", FindAsync).Produces<ItemDetail>().ProducesProblem(StatusCodes.Status404NotFound);
        items.MapGet("/{id}/custody", CustodyAsync).Produces<CustodyEventView[]>().ProducesProblem(StatusCodes.Status404NotFound);
        items.MapGet("/{id}/cases", async (string id, HttpContext http, ItemRegister register, CancellationToken ct) => TypedResults.Ok(await register.CasesAsync(Id(id), http.Caller().Reach, ct)));
        items.MapGet("/{id}/receipt", ReceiptAsync).Produces<SignedEnvelope>().ProducesProblem(StatusCodes.Status404NotFound);
        api.MapGet("/items/{id}/poster", PosterAsync).RequireToken(TokenKind.Operator, Scopes.Link).Concerns(Data.Item).WithTags("Items")
            .Produces<Stream>(StatusCodes.Status200OK, "image/jpeg").ProducesProblem(StatusCodes.Status404NotFound);
        api.MapPost("/items/{id}/links", LinkAsync).RequireToken(TokenKind.Operator, Scopes.Link).Concerns(Data.Item).WithTags("Items")
            .Accepts<LinkRequest>("application/json").Produces<LinkAnswer>(StatusCodes.Status201Created).AnswersSecret();
        writers.MapPost("/items/bulk", ChangeAllAsync).Concerns(Data.Checked).WithTags("Items").Accepts<BulkRequest>("application/json").Produces<BulkAnswer>();
        writers.MapPut("/items/{id}/scene", ReviewSceneAsync).Concerns(Data.Item).WithTags("Items").Accepts<SceneRequest>("application/json").Produces<ItemDetail>();
        writers.MapPut("/items/{id}/lateness", ExplainLatenessAsync).Concerns(Data.Item).WithTags("Items")
            .Accepts<LatenessRequest>("application/json").Produces<ItemDetail>().ProducesProblem(StatusCodes.Status409Conflict);
        writers.MapPost("/items/{id}/verify", async (string id, HttpContext http, ItemVerification verification, CancellationToken ct) =>
            TypedResults.Ok(await verification.RunAsync(Id(id), http.Caller().Name, ct))).Concerns(Data.Item).WithTags("Items").ProducesProblem(StatusCodes.Status409Conflict);
        writers.MapPatch("/items/{id}/metadata", ChangeAsync).Concerns(Data.Item).WithTags("Items").Accepts<MetadataPatch>("application/json").Produces<ItemDetail>();
    }

    private static async Task<IResult> ListAsync(
        HttpContext http, ItemRegister register, ServerOptions options, TimeProvider time, [AsParameters] ItemQuery query, CancellationToken ct, string? cursor = null, int limit = 50) =>
        TypedResults.Ok(await register.ListAsync(query.Filter(http.Caller().Reach, options, time.GetUtcNow()), cursor, limit, ct));

    private static async Task<IResult> ExportAsync(
        HttpContext http, RegisterExport export, ServerOptions options, TimeProvider time, [AsParameters] ItemQuery query, CancellationToken ct)
    {
        var filter = query.Filter(http.Caller().Reach, options, time.GetUtcNow());
        await export.RecordAsync(filter, http.Caller(), ct);
        return TypedResults.Stream(target => export.WriteAsync(filter, target, http.RequestAborted), RegisterType, "register.csv");
    }

    /// <summary>That they exist and where they stand; their contents are for custodians.</summary>
    private static async Task<IResult> ListOwnAsync(HttpContext http, ItemRegister register, CancellationToken ct, string? cursor = null, int limit = 50) =>
        http.Caller().Self.OfficerNumber is { } number
            ? TypedResults.Ok(await register.ListAsync(new ItemFilter(Reach.Everything) { ProducerNumber = number }, cursor, limit, ct))
            : throw RequestRefusedException.Conflict("本账号没有登记警号，请联系安全管理员 / the account has no officer number: ask the security administrator");

    private static async Task<IResult> FindAsync(string id, HttpContext http, ItemRegister register, CancellationToken ct) =>
        http.Tagged(await register.FindAsync(Id(id), ct));

    private static async Task<IResult> CustodyAsync(string id, ItemRegister register, CancellationToken ct) =>
        TypedResults.Ok(await register.CustodyAsync(Id(id), ct));

    /// <summary>For lists. What a list or a search showed to whom is recorded as a whole; a look at the recording takes a link.</summary>
    private static async Task<IResult> PosterAsync(string id, HttpContext http, EvidenceCatalogue catalogue, IVault vault, CancellationToken ct)
    {
        Id(id);
        var poster = await catalogue.ReadAsync(
            db => db.Renditions.AsNoTracking().SingleOrDefaultAsync(r => r.ItemId == id && r.Name == "poster" && db.Items.Any(i => i.Id == id && i.State != ItemState.Disposed), ct), ct)
            ?? throw RequestRefusedException.NotFound($"资料 {id} 没有缩略图 / item {id} has no poster");
        MediaEndpoint.Protect(http.Response.Headers);
        // Scrolling up and down a list needs each picture once.
        http.Response.Headers.CacheControl = "private, max-age=600";
#pragma warning disable CA2000 // The result disposes it when it is written.
        return TypedResults.Stream(new RenditionStream(vault, new VaultVersion(poster.Bucket, poster.Key, poster.VersionId), poster.Bytes, poster.Bytes), poster.ContentType);
#pragma warning restore CA2000
    }

    private static async Task<IResult> ReceiptAsync(string id, ItemRegister register, CancellationToken ct) =>
        TypedResults.Bytes(await register.ReceiptAsync(Id(id), ct), "application/json");

    private static async Task<IResult> LinkAsync(string id, HttpContext http, MediaLinks links, CancellationToken ct)
    {
        var request = await http.ReadJsonAsync<LinkRequest>(MaxBody);
        var link = await links.MakeAsync(Id(id), request, http.Caller().Name, ct);
        var absolute = link with { Url = $"{http.Request.Scheme}://{http.Request.Host}{link.Url}" };
        return TypedResults.Created(absolute.Url, absolute);
    }

    private static async Task<IResult> ChangeAsync(
        string id, HttpContext http, MetadataChanges changes, CancellationToken ct)
    {
        var patch = await http.ReadJsonAsync<MetadataPatch>(MaxBody);
        return http.Tagged(await changes.ChangeAsync(Id(id), patch, http.Caller().Name, ct, Precondition.Of(http)));
    }

    private static async Task<IResult> ChangeAllAsync(HttpContext http, BulkChanges changes, CancellationToken ct) =>
        TypedResults.Ok(await changes.ChangeAsync(await http.ReadJsonAsync<BulkRequest>(MaxBody), http.Caller(), ct));

    private static async Task<IResult> ReviewSceneAsync(string id, HttpContext http, ItemReviews reviews, ItemRegister register, CancellationToken ct)
    {
        await reviews.ReviewSceneAsync(Id(id), await http.ReadJsonAsync<SceneRequest>(MaxBody), http.Caller().Name, ct);
        return TypedResults.Ok(await register.FindAsync(id, ct));
    }

    private static async Task<IResult> ExplainLatenessAsync(string id, HttpContext http, ItemReviews reviews, ItemRegister register, CancellationToken ct)
    {
        await reviews.ExplainLatenessAsync(Id(id), await http.ReadJsonAsync<LatenessRequest>(MaxBody), http.Caller().Name, ct);
        return TypedResults.Ok(await register.FindAsync(id, ct));
    }

    private static string Id(string id)
    {
        Texts.Demand(id, "item", 100);
        return id;
    }
}
