using EvidenceIngest.Domain;
using EvidenceIngest.Domain.Custody;
using EvidenceIngest.Server.Custody.Reading;
using Microsoft.EntityFrameworkCore;

namespace EvidenceIngest.Server.Tests.Support;

internal static class UnreadEvents
{
    /// <summary>What happened on the server that has no Chinese reading.</summary>
    public static async Task<IReadOnlyList<string>> UnreadAsync(this TestServer server)
    {
        var all = await server.Catalogue.ReadAsync(db => db.CustodyEvents.Select(e => e.Bytes).ToListAsync(), CancellationToken.None);
        return [.. all.Select(bytes => EvidenceJson.FromBytes<CustodyEvent>(bytes))
            .Where(e => CustodyReading.TryChinese(e.Kind, e.Detail, TimeZoneInfo.Utc) is null).Select(e => $"{e.Kind}: {e.Detail}").Distinct(StringComparer.Ordinal)];
    }
}
