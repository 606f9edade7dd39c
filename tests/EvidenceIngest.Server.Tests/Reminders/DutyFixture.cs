using System.Globalization;
using System.Net.Http.Json;
using EvidenceIngest.Domain;
using EvidenceIngest.Domain.Custody;
using EvidenceIngest.Domain.Deadlines;
using EvidenceIngest.Server.Custody;
using EvidenceIngest.Server.People;
using EvidenceIngest.Server.Reminders;
using EvidenceIngest.Server.Tests.Access;
using EvidenceIngest.Server.Tests.Support;
using Microsoft.EntityFrameworkCore;
using Npgsql;

namespace EvidenceIngest.Server.Tests.Reminders;

/// <summary>Items as the catalogue would have them, at times that a test chooses, and what was told of them.</summary>
internal static class DutyFixture
{
    public static readonly TimeZoneInfo Shanghai = TimeZoneInfo.FindSystemTimeZoneById("Asia/Shanghai");

    public const string Value = """{"value":"x","source":"Person"}""";

    public static DateTimeOffset Local(string text) => new(DateTime.Parse(text, CultureInfo.InvariantCulture), TimeSpan.FromHours(8));

    public static void SetNow(this TestServer server, string local) => server.Clock.Shift = Local(local) - TimeProvider.System.GetUtcNow();

    public static Task<bool> RoundAsync(this TestServer server) => server.Get<ReminderKeeper>().RunOnceAsync(default);

    public static async Task RoundAsync(this TestServer server, string local)
    {
        server.SetNow(local);
        await server.RoundAsync();
    }

    public static async Task UnitsAsync(TestServer server, params (string Unit, string Parent)[] units)
    {
        foreach (var (unit, parent) in units)
            await ReachTests.PutAsync(server, "units/" + unit, new UnitRequest(unit, UnitKind.Team, parent));
    }

    /// <summary>An announced item; a sealed one lacks its object of proof.</summary>
    public static Task ItemAsync(TestServer server, string id, string recorded, string unit = "root", string? officer = "013302", string? sealedAt = null, string secrecy = "None", string? objectOfProof = null)
    {
        var at = Local(recorded);
        return ExecuteAsync(
            server,
            """
            insert into recorders (id, first_seen_at, last_seen_at) values ('dev-d', now(), now()) on conflict do nothing;
            insert into items (id, recorder_id, unit_id, producer_number, state, kind, attachment, key_marked, findings, announced_at, recorded_at, sealed_at, on_time, deadline_at, secrecy,
                method_of_production, time_of_production, producer, object_of_proof)
            values (@id, 'dev-d', @unit, @officer::text, @state, 'Video', 'Usb', false, '[]', @at, @at, @sealed::timestamptz, @ontime::bool, @deadline, @secrecy, @value::jsonb, @value::jsonb, @value::jsonb, @object::jsonb)
            """,
            ("id", id), ("unit", unit), ("officer", officer), ("state", sealedAt is null ? "Receiving" : "Sealed"), ("at", at.UtcDateTime), ("sealed", sealedAt is null ? null : Local(sealedAt).UtcDateTime),
            ("ontime", sealedAt is null ? null : true), ("deadline", StorageDeadline.For(at, WorkingDayCalendar.Shipped, Shanghai).At.UtcDateTime), ("secrecy", secrecy), ("value", Value), ("object", objectOfProof));
    }

    public static Task SealAsync(TestServer server, string id) =>
        ExecuteAsync(server, "update items set state = 'Sealed', sealed_at = now(), on_time = true, object_of_proof = @value::jsonb where id = @id", ("id", id), ("value", Value));

    public static async Task ExecuteAsync(TestServer server, string sql, params (string Name, object? Value)[] parameters)
    {
        await using var source = NpgsqlDataSource.Create(server.Database);
        await using var command = source.CreateCommand(sql);
        foreach (var (name, value) in parameters)
            command.Parameters.AddWithValue(name, value ?? DBNull.Value);
        await command.ExecuteNonQueryAsync();
    }

    public static async Task<IReadOnlyList<ReminderView>> RemindersAsync(HttpClient client) =>
        (await client.GetFromJsonAsync<ReminderPage>("/api/v1/me/reminders?limit=200", EvidenceJson.Options))!.Reminders;

    /// <summary>What each item's chain says somebody was told.</summary>
    public static async Task<List<string>> ToldAsync(TestServer server, string chain, CustodyEventKind kind = CustodyEventKind.ReminderTold) =>
        [.. (await server.Catalogue.ReadAsync(db => db.ReadChainAsync(chain, default), default))
            .Select(e => EvidenceJson.FromBytes<CustodyEvent>(e.Bytes)).Where(e => e.Kind == kind).Select(e => e.Detail)];

    /// <summary>Rows, custody events and events for others agree, and no role was told twice of one deadline.</summary>
    public static async Task AssertWholeAsync(TestServer server)
    {
        var reminders = await server.Catalogue.ReadAsync(
            db => db.Reminders.Join(db.Duties, r => r.DutyId, d => d.Id, (r, d) => new { d.Subject, d.About, d.Kind, r.Role, r.DueAt, r.OutdatedAt }).ToListAsync(), default);
        var outbox = await server.Catalogue.ReadAsync(db => db.Outbox.Where(o => o.Told != null).ToListAsync(), default);
        Assert.Equal(
            reminders.Select(r => $"{r.About} {r.Kind} {r.Role}").Order(StringComparer.Ordinal),
            outbox.Where(o => o.Told!.Name.EndsWith(".reminder", StringComparison.Ordinal)).Select(o => $"{o.Subject} {o.Told!.Data["duty"]} {o.Told.Data["role"]}").Order(StringComparer.Ordinal));
        var told = new List<string>();
        foreach (var chain in reminders.Select(r => r.Kind is DutyKind.Storage or DutyKind.Requirements ? r.Subject : CustodyLog.ServiceChain).Distinct())
            told.AddRange(await ToldAsync(server, chain));
        Assert.Equal(reminders.Count, told.Count);
        Assert.All(reminders.Where(r => r.OutdatedAt is null).GroupBy(r => (r.Kind, r.Subject, r.Role, r.DueAt)), g => Assert.Single(g));
    }
}
