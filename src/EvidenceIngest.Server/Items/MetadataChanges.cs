using System.Globalization;
using EvidenceIngest.Domain.Custody;
using EvidenceIngest.Domain.Evidence;
using EvidenceIngest.Server.Access;
using EvidenceIngest.Server.Api;
using EvidenceIngest.Server.Catalogue;
using EvidenceIngest.Server.Custody;
using Microsoft.EntityFrameworkCore;

namespace EvidenceIngest.Server.Items;

/// <summary>Lets people fill in and correct what article 27 demands; the chain keeps the old value, the new one, who and why.</summary>
internal sealed class MetadataChanges(EvidenceCatalogue catalogue, ItemRegister register, TimeProvider time)
{
    private const int Longest = 1000;

    /// <exception cref="RequestRefusedException">400 naming the field; 404; 412 when it was changed since the caller read it.</exception>
    public async Task<ItemDetail> ChangeAsync(string itemId, MetadataPatch patch, string by, CancellationToken ct, Precondition? precondition = null)
    {
        Check(patch);
        await catalogue.WriteAsync(db => ChangeAsync(db, itemId, patch, precondition ?? Precondition.None, by, ct), ct);
        return await register.FindAsync(itemId, ct);
    }

    /// <exception cref="RequestRefusedException">400 naming the field.</exception>
    public static void Check(MetadataPatch patch)
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
            throw RequestRefusedException.Invalid("timeOfProduction", "制作时间应如 2026-11-21T09:30:00+08:00 / must look like 2026-11-21T09:30:00+08:00");
        }
    }

    /// <summary>As events show a value: with where it comes from.</summary>
    public static string Show(MetadataValue? value) => value is null ? "nothing" : $"'{value.Value}' ({value.Source})";

    /// <summary>Part of the caller's transaction.</summary>
    /// <returns>Whether anything changed.</returns>
    public async Task<bool> ChangeAsync(CatalogueDb db, string itemId, MetadataPatch patch, Precondition precondition, string by, CancellationToken ct)
    {
        await db.LockItemAsync(itemId, ct);
        if (precondition.IsGiven)
            precondition.Demand(await register.FindAsync(db, itemId, ct));
        var item = await db.Items.SingleOrDefaultAsync(i => i.Id == itemId, ct) ?? throw ItemRegister.NoItem(itemId);
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

        return changes.Count > 0;

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
