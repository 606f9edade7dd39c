using System.Net;
using System.Net.Http.Json;
using EvidenceIngest.Domain;
using EvidenceIngest.Server.Access;
using EvidenceIngest.Server.Items;
using EvidenceIngest.Server.People;
using EvidenceIngest.Server.Supervision;
using EvidenceIngest.Server.Tests.Support;
using Npgsql;

namespace EvidenceIngest.Server.Tests.Supervision;

/// <summary>Figures against a count of our own, and against the register's own lists.</summary>
public sealed class SupervisionTests(PrivateCluster cluster)
{
    private const string Period = "from=2026-10-01&to=2026-11-30";

    [Fact]
    public async Task Figures_agree_with_what_was_put_in_and_with_the_lists_behind_them()
    {
        await using var server = await TestServer.StartAsync(cluster, withJobs: false);
        var made = await FillAsync(server, seed: 20261122);
        var counted = made.Where(m => m is { IsCompanion: false, InPeriod: true }).ToList();

        foreach (var (by, key) in new (string, Func<Made, string>)[] { ("unit", m => m.Unit), ("officer", m => m.Officer ?? ""), ("dock", m => m.Dock), ("month", m => m.Month) })
        {
            var report = (await server.Operator.GetFromJsonAsync<SupervisionReport>($"/api/v1/supervision?{Period}&by={by}", EvidenceJson.Options))!;
            var expected = counted.GroupBy(key).Select(g => new SupervisionRow(
                g.Key, g.Count(), g.Count(m => m.IsSealed), g.Count(m => m.OnTime == true), g.Count(m => m.OnTime == false || (!m.IsSealed && m.IsDue)),
                g.Count(m => m.IsIncomplete), g.Count(m => !m.IsLinked), g.Count(m => m.IsQuarantined)));
            Assert.Equal(expected.OrderBy(r => r.Key, StringComparer.Ordinal), report.Rows);
        }

        foreach (var row in (await server.Operator.GetFromJsonAsync<SupervisionReport>($"/api/v1/supervision?{Period}&by=unit", EvidenceJson.Options))!.Rows)
        {
            Assert.Equal(row.Late, await CountAsync(server, $"{Period}&unit={row.Key}&lack=time"));
            Assert.Equal(row.Incomplete, await CountAsync(server, $"{Period}&unit={row.Key}&lack=requirement"));
            Assert.Equal(row.Unlinked, await CountAsync(server, $"{Period}&unit={row.Key}&lack=case"));
        }
    }

    [Fact]
    public async Task A_supervisor_of_one_team_counts_that_team_alone()
    {
        await using var server = await TestServer.StartAsync(cluster, withJobs: false);
        var made = await FillAsync(server, seed: 1);
        using var supervisor = await server.PersonAsync("钱某", Role.Supervisor, "zd1");

        foreach (var by in new[] { "unit", "month", "dock", "officer" })
        {
            var report = (await supervisor.GetFromJsonAsync<SupervisionReport>($"/api/v1/supervision?{Period}&by={by}", EvidenceJson.Options))!;
            Assert.Equal(made.Count(m => m is { IsCompanion: false, InPeriod: true, Unit: "zd1" }), report.Rows.Sum(r => r.Items));
        }
    }

    [Theory]
    [InlineData("from=2026-10-01&to=2026-09-30&by=unit")]
    [InlineData("from=2026-10-01&to=2036-09-30&by=unit")]
    [InlineData("from=yesterday&to=2026-09-30&by=unit")]
    [InlineData("from=2026-10-01&to=2026-10-30&by=2")]
    [InlineData("to=2026-10-30&by=unit")]
    public async Task What_makes_no_sense_is_refused(string query)
    {
        await using var server = await TestServer.StartAsync(cluster, withJobs: false);
        using var answer = await server.Operator.GetAsync("/api/v1/supervision?" + query);
        await TestDock.RefusedAsync(answer, HttpStatusCode.BadRequest);
    }

    private static async Task<int> CountAsync(TestServer server, string query) =>
        (await server.Operator.GetFromJsonAsync<ItemPage>($"/api/v1/items?{query}&limit=200", EvidenceJson.Options))!.Items.Count;

    /// <summary>Items of every kind, written as the service would have.</summary>
    private static async Task<List<Made>> FillAsync(TestServer server, int seed)
    {
        foreach (var unit in new[] { "zd1", "zd2" })
        {
            using var set = await server.Operator.PutAsJsonAsync("/api/v1/units/" + unit, new UnitRequest(unit, UnitKind.Team, "root"), EvidenceJson.Options);
            set.EnsureSuccessStatusCode();
        }

        string[] docks = [(await server.EnrolDockAsync("站一")).Id, (await server.EnrolDockAsync("站二")).Id];
        var random = new Random(seed);
        var made = new List<Made>();
        await using var source = NpgsqlDataSource.Create(server.Database);
        await using (var setUp = source.CreateCommand("insert into recorders (id, first_seen_at, last_seen_at) values ('dev-1', now(), now()); insert into cases (number, state, changed_at, changed_by) values ('案1', 'Open', now(), 'x')"))
            await setUp.ExecuteNonQueryAsync();
        // Around the turn of days and months in Shanghai, eight hours before UTC's.
        var first = new DateTimeOffset(2026, 9, 30, 12, 30, 0, TimeSpan.Zero);
        for (var i = 0; i < 150; i++)
        {
            var at = first.AddHours(random.Next(0, 63 * 24));
            var local = at.ToOffset(TimeSpan.FromHours(8));
            var isSealed = random.Next(4) > 0;
            bool? onTime = isSealed ? random.Next(3) > 0 : null;
            var item = new Made(
                $"it-{i}", random.Next(2) == 0 ? "zd1" : "zd2", random.Next(3) switch { 0 => null, 1 => "013302", _ => "013303" }, docks[random.Next(2)],
                local.ToString("yyyy-MM", System.Globalization.CultureInfo.InvariantCulture), isSealed, onTime, random.Next(2) == 0, random.Next(3) == 0, random.Next(3) == 0,
                isSealed && random.Next(4) == 0, random.Next(8) == 0, DateOnly.FromDateTime(local.DateTime) is var day && day >= new DateOnly(2026, 10, 1) && day <= new DateOnly(2026, 11, 30));
            made.Add(item);
            await using var insert = source.CreateCommand(
                """
                insert into items (id, recorder_id, unit_id, producer_number, state, kind, attachment, key_marked, findings, announced_at, recorded_at, sealed_at, on_time, deadline_at,
                    method_of_production, time_of_production, producer, object_of_proof, transcript_confirmed, sidecar_role)
                values (@id, 'dev-1', @unit, @officer, @state, 'Audio', 'Usb', false, '[]', @announced, @recorded, @sealed, @ontime, @deadline,
                    '{"value":"x","source":"Person"}', '{"value":"x","source":"Person"}', '{"value":"x","source":"Person"}', @object::jsonb, @transcript, @sidecar)
                """);
            // Without a time of recording the time of announcement counts.
            var isUndated = random.Next(5) == 0;
            var (lacksObject, lacksTranscript) = (item.IsIncomplete && random.Next(2) == 0, item.IsIncomplete);
            insert.Parameters.AddWithValue("id", item.Id);
            insert.Parameters.AddWithValue("unit", item.Unit);
            insert.Parameters.AddWithValue("officer", (object?)item.Officer ?? DBNull.Value);
            insert.Parameters.AddWithValue("state", item.IsQuarantined ? "Quarantined" : item.IsSealed ? "Sealed" : "Receiving");
            insert.Parameters.AddWithValue("announced", (isUndated ? at : at.AddDays(90)).UtcDateTime);
            insert.Parameters.AddWithValue("recorded", isUndated ? DBNull.Value : at.UtcDateTime);
            insert.Parameters.AddWithValue("sealed", item.IsSealed ? at.UtcDateTime : DBNull.Value);
            insert.Parameters.AddWithValue("ontime", (object?)item.OnTime ?? DBNull.Value);
            insert.Parameters.AddWithValue("deadline", item.IsDue ? DateTime.UtcNow.AddDays(-1) : DateTime.UtcNow.AddDays(1));
            insert.Parameters.AddWithValue("object", lacksObject ? DBNull.Value : """{"value":"x","source":"Person"}""");
            insert.Parameters.AddWithValue("transcript", !lacksTranscript);
            insert.Parameters.AddWithValue("sidecar", item.IsCompanion ? "Gps" : DBNull.Value);
            await insert.ExecuteNonQueryAsync();
            await using var around = source.CreateCommand(
                "insert into deliveries (id, item_id, dock_id, state, part_bytes, manifest, announced_at, changed_at) values (@d, @id, @dock, 'Sealed', 1, '', now(), now())"
                + (item.IsLinked ? "; insert into case_items (case_number, item_id, linked_at, linked_by) values ('案1', @id, now(), 'x')" : ""));
            around.Parameters.AddWithValue("d", "dl-" + i);
            around.Parameters.AddWithValue("id", item.Id);
            around.Parameters.AddWithValue("dock", item.Dock);
            await around.ExecuteNonQueryAsync();
        }

        return made;
    }

    private sealed record Made(
        string Id, string Unit, string? Officer, string Dock, string Month, bool IsSealed, bool? OnTime, bool IsDue, bool IsIncomplete, bool IsLinked, bool IsQuarantined,
        bool IsCompanion, bool InPeriod);
}
