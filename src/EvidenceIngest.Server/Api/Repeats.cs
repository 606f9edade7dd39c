using System.Buffers.Binary;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using EvidenceIngest.Server.Access;
using EvidenceIngest.Server.Catalogue;
using Microsoft.EntityFrameworkCore;

namespace EvidenceIngest.Server.Api;

/// <summary>
/// <c>Idempotency-Key</c> (draft-ietf-httpapi-idempotency-key-header): the same request with the same key is carried out once and
/// answered alike for a day. The key is written down before the request is carried out, its answer afterwards. A server that dies
/// between leaves a key without an answer; the repetition is then carried out again under the ids of the first run, and finds what
/// that made. While it runs, a lock of the database holds others off, which ends with the process that took it.
/// </summary>
internal sealed class Repeats(EvidenceCatalogue catalogue, SessionLocks locks, TimeProvider time) : IDisposable
{
    public const string Header = "Idempotency-Key";
    public const string ReplayedHeader = "Idempotency-Replayed";

    private const int LongestKey = 200;

    // The largest body that a POST takes (imports), and a little: larger ones are refused by their own limit.
    private const int MostBytes = 9 << 20;

    // Each holds a connection to the database while it runs, and needs another one for its work.
    private const int MostAtOnce = 8;

    private static readonly TimeSpan Kept = TimeSpan.FromHours(24);
    private static readonly object MadeIdKey = new();

    private readonly SemaphoreSlim _room = new(MostAtOnce);

    /// <summary>Whether an endpoint takes keys: whoever posts as a person or a program. What docks send has ids of its own.</summary>
    public static bool Takes(Endpoint endpoint) =>
        endpoint.Metadata.GetMetadata<TokenDemand>() is { Kind: TokenKind.Operator }
        && endpoint.Metadata.GetMetadata<HttpMethodMetadata>()?.HttpMethods.Contains(HttpMethods.Post) == true;

    /// <summary>For the id of what a request makes.</summary>
    public static Guid MadeId(HttpContext http, TimeProvider time) =>
        http.Items[MadeIdKey] as Guid? ?? Guid.CreateVersion7(time.GetUtcNow());

    public void Dispose() => _room.Dispose();

    /// <summary>Comes last before the handler: who calls and whether they may is known by then, also for answers that are only repeated.</summary>
    public async ValueTask<object?> RunAsync(EndpointFilterInvocationContext context, EndpointFilterDelegate next)
    {
        var http = context.HttpContext;
        if (http.Items.ContainsKey(MadeIdKey) || http.GetEndpoint() is not { } endpoint || !Takes(endpoint) || http.Request.Headers[Header] is not { Count: > 0 } given)
            return await next(context);
        var key = Key(given);
        var ct = http.RequestAborted;
        var asked = new KeptAnswer
        {
            Id = Digest(Caller(http.Caller()), $"{http.Request.Method} {http.Request.Path}{http.Request.QueryString}", key), Request = await BodyAsync(http),
            Rights = Rights(http.Caller()), MadeId = Guid.CreateVersion7(time.GetUtcNow()), At = time.GetUtcNow(),
        };
        await _room.WaitAsync(ct);
        try
        {
            return await AloneAsync(asked, () => RunAsync(context, next, asked, endpoint.Metadata.GetMetadata<AnswersSecret>() is not null), ct);
        }
        finally
        {
            _room.Release();
        }
    }

    private async Task<object?> RunAsync(EndpointFilterInvocationContext context, EndpointFilterDelegate next, KeptAnswer asked, bool isSecret)
    {
        var (http, ct) = (context.HttpContext, context.HttpContext.RequestAborted);
        var kept = await catalogue.WriteAsync(db => BeginAsync(db, asked, ct), ct);
        if (!kept.Request.AsSpan().SequenceEqual(asked.Request))
            throw new RequestRefusedException(StatusCodes.Status422UnprocessableEntity, $"{Header}: was used for another body before; a new request needs a new key");
        if (!kept.Rights.AsSpan().SequenceEqual(asked.Rights))
            throw RequestRefusedException.Conflict($"{Header}: your role or units have changed since this key was used first; look at what was made and ask with a new key");
        var isFirst = kept.MadeId == asked.MadeId;
        if (isSecret && !isFirst)
            throw RequestRefusedException.Conflict(Secret(kept));
        if (kept.Status is not null)
            return await ReplayAsync(http, kept, ct);
        http.Items[MadeIdKey] = kept.MadeId;
        object? result;
        try
        {
            result = await next(context);
        }
        catch (RequestRefusedException e) when (e.Status < StatusCodes.Status500InternalServerError)
        {
            // Nothing was made: the same key may try again with what is right.
            await ForgetAsync(asked.Id);
            throw;
        }

        return await AnswerAsync(http, result, kept, isSecret);
    }

    /// <returns>What was kept of this key; <paramref name="asked"/> itself when it is new.</returns>
    private static async Task<KeptAnswer> BeginAsync(CatalogueDb db, KeptAnswer asked, CancellationToken ct)
    {
        var over = asked.At - Kept;
        await db.KeptAnswers.Where(a => a.At < over).ExecuteDeleteAsync(ct);
        if (await db.KeptAnswers.AsNoTracking().SingleOrDefaultAsync(a => a.Id == asked.Id, ct) is { } known)
            return known;
        db.Add(asked);
        return asked;
    }

    private async Task<object?> AnswerAsync(HttpContext http, object? result, KeptAnswer kept, bool isSecret)
    {
        var (wire, buffer) = (http.Response.Body, new MemoryStream());
        http.Response.Body = buffer;
        try
        {
            if (result is IResult answer)
                await answer.ExecuteAsync(http);
        }
        finally
        {
            http.Response.Body = wire;
        }

        var (status, body) = (http.Response.StatusCode, buffer.ToArray());
        // Whoever asked may have gone; what was done is done, and is kept for the repetition.
        await catalogue.WriteAsync(
            async db =>
            {
                var row = await db.KeptAnswers.SingleOrDefaultAsync(a => a.Id == kept.Id);
                if (row is null)
                    return;
                (row.Status, row.ContentType, row.Location, row.Body) =
                    isSecret ? (status, null, null, null) : (status, http.Response.ContentType, http.Response.Headers.Location.FirstOrDefault(), body);
            },
            CancellationToken.None);
        await wire.WriteAsync(body, http.RequestAborted);
        return Results.Empty;
    }

    private static async Task<object?> ReplayAsync(HttpContext http, KeptAnswer kept, CancellationToken ct)
    {
        (http.Response.StatusCode, http.Response.ContentType) = (kept.Status!.Value, kept.ContentType);
        if (kept.Location is { } location)
            http.Response.Headers.Location = location;
        http.Response.Headers[ReplayedHeader] = "true";
        if (kept.Body is { Length: > 0 } body)
            await http.Response.Body.WriteAsync(body, ct);
        return Results.Empty;
    }

    private static string Secret(KeptAnswer kept) => kept.Status is null
        ? string.Create(CultureInfo.InvariantCulture, $"{Header}: the first request of this key came at {kept.At:O} and was cut off; whether it was carried out is not known. Look at the list, take back what nobody has the secret of, and ask with a new key")
        : string.Create(CultureInfo.InvariantCulture, $"{Header}: the request of this key was carried out at {kept.At:O}. Its answer held a secret, which is shown once and not kept: take back what it made, and ask with a new key");

    private Task<int> ForgetAsync(byte[] id) => catalogue.WriteAsync(db => db.KeptAnswers.Where(a => a.Id == id && a.Status == null).ExecuteDeleteAsync(), CancellationToken.None);

    private async Task<object?> AloneAsync(KeptAnswer asked, Func<Task<object?>> work, CancellationToken ct)
    {
        await using var alone = await locks.TryTakeAsync(BinaryPrimitives.ReadInt64BigEndian(asked.Id), ct);
        if (alone is null)
        {
            throw new RequestRefusedException(StatusCodes.Status409Conflict, $"{Header}: the first request of this key is still being worked on; ask again for its answer")
            {
                RetryAfter = TimeSpan.FromSeconds(1),
            };
        }

        return await work();
    }

    private static string Key(Microsoft.Extensions.Primitives.StringValues given)
    {
        var text = given.Count == 1 ? given[0]!.Trim() : "";
        // The draft has it in quotes, as a structured field; many clients send it bare.
        if (text is ['"', .. var inner, '"'])
            text = inner;
        return text.Length is > 0 and <= LongestKey && text.All(c => c is > ' ' and < '\u007f' and not '"' and not '\\')
            ? text
            : throw RequestRefusedException.Invalid(Header, $"must be one key of 1 to {LongestKey} visible ASCII characters, best a random UUID");
    }

    private static string Caller(Caller caller) => caller.Account?.Id.ToString() ?? caller.TokenId?.ToString() ?? caller.Name;

    private static byte[] Rights(Caller caller) => Digest((caller.Reach.Units ?? ["*"]).Order(StringComparer.Ordinal).Prepend(caller.Role?.ToString() ?? ""));

    private static byte[] Digest(params IEnumerable<string> parts) => SHA256.HashData(Encoding.UTF8.GetBytes(string.Join('\n', parts)));

    /// <summary>Reads the whole body and puts it back.</summary>
    private static async Task<byte[]> BodyAsync(HttpContext http)
    {
        var body = new MemoryStream();
        var buffer = new byte[32 * 1024];
        int read;
        while ((read = await http.Request.Body.ReadAsync(buffer, http.RequestAborted)) > 0)
        {
            if (body.Length + read > MostBytes)
                throw new RequestRefusedException(StatusCodes.Status413PayloadTooLarge, $"the body is larger than {MostBytes} bytes");
            body.Write(buffer, 0, read);
        }

        body.Position = 0;
        http.Request.Body = body;
        http.Response.RegisterForDispose(body);
        return SHA256.HashData(body.GetBuffer().AsSpan(0, (int)body.Length));
    }
}
