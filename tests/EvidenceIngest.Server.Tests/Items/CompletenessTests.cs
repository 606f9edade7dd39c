using EvidenceIngest.Domain.Evidence;
using EvidenceIngest.Server.Items;
using EvidenceIngest.Server.Recorders;
using EvidenceIngest.Server.Tests.Support;
using Microsoft.EntityFrameworkCore;

namespace EvidenceIngest.Server.Tests.Items;

/// <summary>What article 27 demands is judged by <see cref="Completeness"/>, and by a column of the database for lists and figures.</summary>
public sealed class CompletenessTests(PrivateCluster cluster)
{
    // Spaces in and around values, as people and spreadsheets leave them: .NET and PostgreSQL have notions of their own.
    private static readonly string?[] Values = [null, "", " ", "\t\r\n", "\u00a0", "\u3000", "\u2003\u2028", "x", " 现场检查 "];

    [Fact]
    public async Task The_database_and_the_rule_agree_on_everything_that_can_be_missing()
    {
        await using var server = await TestServer.StartAsync(cluster, withJobs: false);
        var random = new Random(27);
        var now = server.Clock.GetUtcNow();
        var (expected, items) = (new Dictionary<string, bool>(), new List<EvidenceItem>());
        foreach (var kind in Enum.GetValues<MediaKind>())
        {
            foreach (var confirmed in new[] { false, true })
            {
                for (var n = 0; n < 40; n++)
                {
                    // Each value at each place, the rest there: and then any at all.
                    var fields = Enumerable.Range(0, 4).Select(i => n < Values.Length * 4 ? (i == n % 4 ? Values[n / 4] : "x") : Values[random.Next(Values.Length)])
                        .Select(v => v is null ? null : new MetadataValue(v, MetadataSource.Person)).ToArray();
                    var id = $"{kind}-{confirmed}-{n}";
                    expected[id] = Completeness.Missing(kind, new EvidenceMetadata(fields[0], fields[1], fields[2], fields[3]), confirmed).Count > 0;
                    items.Add(new EvidenceItem
                    {
                        Id = id, RecorderId = "r", Kind = kind, AnnouncedAt = now, TranscriptConfirmed = confirmed,
                        MethodOfProduction = fields[0], TimeOfProduction = fields[1], Producer = fields[2], ObjectOfProof = fields[3],
                    });
                }
            }
        }

        await server.Catalogue.WriteAsync(
            async db =>
            {
                db.Add(new Recorder { Id = "r", FirstSeenAt = now, LastSeenAt = now });
                await db.SaveChangesAsync();
                db.AddRange(items);
            },
            default);

        var judged = await server.Catalogue.ReadAsync(db => db.Items.Where(i => i.RecorderId == "r").Select(i => new { i.Id, i.Incomplete }).ToDictionaryAsync(i => i.Id, i => i.Incomplete), default);
        Assert.Equal(expected.OrderBy(e => e.Key), judged.OrderBy(e => e.Key));
        Assert.Equal([false, true], expected.Values.Distinct().Order());
    }
}
