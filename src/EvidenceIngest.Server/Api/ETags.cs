using System.Security.Cryptography;
using EvidenceIngest.Domain;
using EvidenceIngest.Server.Access;
using Microsoft.Net.Http.Headers;

namespace EvidenceIngest.Server.Api;

/// <summary>
/// Tags of what resources look like now. Whoever read one and sends its tag back with <c>If-Match</c> changes it only if it still
/// looks like that; with <c>If-None-Match</c> it is not sent again.
/// </summary>
internal static class ETags
{
    private const int Characters = 32;

    /// <summary>Strong: the same tag is the same bytes.</summary>
    public static string Of<T>(T view) => $"\"{Convert.ToHexStringLower(SHA256.HashData(EvidenceJson.ToBytes(view)))[..Characters]}\"";

    /// <summary>200 with its tag; 304 for whoever has it already.</summary>
    public static IResult Tagged<T>(this HttpContext http, T view)
    {
        var tag = Of(view);
        http.Response.Headers.ETag = tag;
        // What somebody may read today they may not read tomorrow: it is asked for each time.
        if (http.Response.Headers.CacheControl.Count == 0)
            http.Response.Headers.CacheControl = "private, no-cache";
        var known = http.Request.Headers.IfNoneMatch;
        return HttpMethods.IsGet(http.Request.Method) && EntityTagHeaderValue.TryParseList(known, out var tags) && tags.Any(t => t.Tag == "*" || t.Tag == tag)
            ? TypedResults.StatusCode(StatusCodes.Status304NotModified)
            : TypedResults.Ok(view);
    }
}

/// <summary>What a writer has read before; checked in the transaction that changes it, with the thing locked.</summary>
/// <param name="Tags">Null: whatever it looks like now.</param>
/// <param name="IsNew">Only if there is none yet: <c>If-None-Match: *</c>.</param>
internal sealed record Precondition(IReadOnlyList<string>? Tags, bool IsNew = false)
{
    public static readonly Precondition None = new((IReadOnlyList<string>?)null);

    /// <summary>Whether it is worth finding out what the thing looks like now.</summary>
    public bool IsGiven => Tags is not null || IsNew;

    /// <exception cref="RequestRefusedException">400: the header can't be read. Taking it for none would overwrite what it was meant to protect.</exception>
    public static Precondition Of(HttpContext http)
    {
        var (given, unless) = (http.Request.Headers.IfMatch, http.Request.Headers.IfNoneMatch);
        if (unless.Count > 0 && (unless.Count > 1 || unless[0] != "*" || given.Count > 0))
            throw RequestRefusedException.Invalid(HeaderNames.IfNoneMatch, "修改时只能单独使用 *，表示尚无此编号时才新建 / on a change it can only be *, alone: it is made if there is none yet");
        if (given.Count == 0)
            return unless.Count > 0 ? new Precondition(null, IsNew: true) : None;
        return EntityTagHeaderValue.TryParseStrictList(given, out var tags)
            ? new Precondition([.. tags.Where(t => !t.IsWeak).Select(t => t.Tag.ToString())])
            : throw RequestRefusedException.Invalid(HeaderNames.IfMatch, "应为读取时得到的版本标记（ETag），保留引号 / must be the ETag of what you have read, in its quotes");
    }

    /// <param name="view">As it would be shown now; null when there is none.</param>
    /// <exception cref="RequestRefusedException">412.</exception>
    public void Demand<T>(T? view)
        where T : class
    {
        if (IsNew && view is not null)
            throw new RequestRefusedException(StatusCodes.Status412PreconditionFailed, "该编号已存在，未作任何改动；请打开后修改 / it is there already: open it and change that. Nothing was changed");
        if (Tags is not null && (view is null || !(Tags.Contains("*") || Tags.Contains(ETags.Of(view)))))
            throw new RequestRefusedException(StatusCodes.Status412PreconditionFailed, "您读取之后已有他人修改，没有保存任何内容。请重新读取、核对差异后再提交 / somebody has changed it since you read it: read it again, look at what is different, and send your change once more. Nothing was changed");
    }
}
