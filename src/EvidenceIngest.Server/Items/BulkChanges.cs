using EvidenceIngest.Server.Access;
using EvidenceIngest.Server.Api;
using EvidenceIngest.Server.Cases;
using EvidenceIngest.Server.Catalogue;
using EvidenceIngest.Server.Custody;

namespace EvidenceIngest.Server.Items;

/// <summary>
/// One change of many items that belong together: all of them or none, so that nobody has to find out which were left. Every item's
/// chain tells it as if it had been changed alone.
/// </summary>
internal sealed class BulkChanges(EvidenceCatalogue catalogue, MetadataChanges metadata, TimeProvider time)
{
    private const int MostItems = 500;

    public async Task<BulkAnswer> ChangeAsync(BulkRequest request, Caller by, CancellationToken ct)
    {
        var patch = new MetadataPatch(request.MethodOfProduction, null, request.Producer, request.ObjectOfProof, request.Why);
        MetadataChanges.Check(patch);
        Texts.Allow(request.Case, "case", 200);
        // In the order of ids, as everything else that locks several.
        var items = request.Items.Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal).ToList();
        if (items.Count is 0 or > MostItems)
            throw RequestRefusedException.Invalid("items", $"应为 1 至 {MostItems} 件资料 / must name 1 to {MostItems} items");
        foreach (var item in items)
            Texts.Demand(item, "items", 100);
        if (request is { MethodOfProduction: null, Producer: null, ObjectOfProof: null, Case: null })
            throw RequestRefusedException.Invalid("objectOfProof", "没有要修改的内容，请填写证明对象或案号 / nothing is to be changed: name a field or a case");
        await catalogue.DemandItemsAsync(by.Reach, items, ct);
        if (request.Case is { } wanted)
            await catalogue.DemandCaseAsync(by.Reach, wanted, ct);
        var changed = await catalogue.WriteAsync(
            async db =>
            {
                if (request.Case is { } number)
                    await CaseRegister.LinkAsync(db, number, items, request.Why, Actors.Operator(by.Name), time.GetUtcNow(), ct);
                var count = 0;
                foreach (var item in items)
                    count += await metadata.ChangeAsync(db, item, patch, Precondition.None, by.Name, ct) ? 1 : 0;
                return count;
            },
            ct);
        return new BulkAnswer(items, changed, request.Case);
    }
}

/// <param name="Items">Ids, at most 500.</param>
/// <param name="MethodOfProduction">制作方法; null: as it is.</param>
/// <param name="Producer">制作人; null: as it is.</param>
/// <param name="ObjectOfProof">证明对象; null: as it is.</param>
/// <param name="Case">Number of the case that all are linked to; null: to none.</param>
/// <param name="Why">Enters every item's chain.</param>
public sealed record BulkRequest(
    IReadOnlyList<string> Items, string Why, string? MethodOfProduction = null, string? Producer = null, string? ObjectOfProof = null, string? Case = null);

/// <param name="Items">Those that were named.</param>
/// <param name="Changed">Of how many a mandatory field changed; the others had it so already.</param>
/// <param name="Case">The case that all belong to now; null when none was named.</param>
public sealed record BulkAnswer(IReadOnlyList<string> Items, int Changed, string? Case);
