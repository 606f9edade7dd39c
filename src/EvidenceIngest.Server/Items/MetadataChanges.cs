using System.Globalization;
using EvidenceIngest.Domain.Custody;
using EvidenceIngest.Domain.Evidence;
using EvidenceIngest.Server.Access;
using EvidenceIngest.Server.Catalogue;
using EvidenceIngest.Server.Custody;
using Microsoft.EntityFrameworkCore;

namespace EvidenceIngest.Server.Items;

/// <summary>Lets people fill in and correct what article 27 demands; the chain keeps the old value, the new one, who and why.</summary>
internal sealed class MetadataChanges(EvidenceCatalogue catalogue, TimeProvider time)
{
    private const int Longest = 1000;

    public async Task ChangeAsync(string itemId, MetadataPatch patch, string by, CancellationToken ct)
    {
        Texts.Demand(patch.Why, "why", Longest);
        foreach (var (text, field) in new[]
        {
            (patch.MethodOfProduction, "methodOfProduction"), (patch.TimeOfProduction, "timeOfProduction"),
            (patch.Producer, "producer"), (patch.ObjectOfProof, "objectOfProof"),
        })
        {
            if (text is not null)
                Texts.Demand(text, field, Longest);
        }

        if (patch.TimeOfProduction is { } at
            && !DateTimeOffset.TryParseExact(at, "yyyy-MM-dd'T'HH:mm:sszzz", CultureInfo.InvariantCulture, DateTimeStyles.None, out _))
        {
            throw RequestRefusedException.Invalid("timeOfProduction", "must look like 2026-11-21T09:30:00+08:00");
        }

        var found = await catalogue.WriteAsync(db => ChangeAsync(db, itemId, patch, by, ct), ct);
        if (!found)
            throw ItemRegister.NoItem(itemId);
    }

    /// <summary>As events show a value: with where it comes from.</summary>
    public static string Show(MetadataValue? value) => value is null ? "nothing" : $"'{value.Value}' ({value.Source})";

    private async Task<bool> ChangeAsync(CatalogueDb db, string itemId, MetadataPatch patch, string by, CancellationToken ct)
    {
        await db.LockItemAsync(itemId, ct);
        var item = await db.Items.SingleOrDefaultAsync(i => i.Id == itemId, ct);
        if (item is null)
            return false;
        var changes = new List<string>();
        item.MethodOfProduction = Apply("methodOfProduction", item.MethodOfProduction, patch.MethodOfProduction);
        item.TimeOfProduction = Apply("timeOfProduction", item.TimeOfProduction, patch.TimeOfProduction);
        item.Producer = Apply("producer", item.Producer, patch.Producer);
        item.ObjectOfProof = Apply("objectOfProof", item.ObjectOfProof, patch.ObjectOfProof);
        if (changes.Count > 0)
        {
            await db.AppendAsync(
                itemId, time.GetUtcNow(), Actors.Operator(by), CustodyEventKind.MetadataChanged,
                $"{string.Join("; ", changes)}; reason: {patch.Why}", ct);
        }

        return true;

        MetadataValue? Apply(string field, MetadataValue? old, string? text)
        {
            if (text is null)
                return old;
            var entered = new MetadataValue(text, MetadataSource.Person);
            if (entered == old)
                return old;
            changes.Add($"{field}: from {Show(old)} to {Show(entered)}");
            return entered;
        }
    }
}
