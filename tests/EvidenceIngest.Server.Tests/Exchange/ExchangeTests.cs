using System.Globalization;
using System.Net;
using System.Net.Http.Json;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using EvidenceIngest.Domain;
using EvidenceIngest.Domain.Custody;
using EvidenceIngest.EndToEnd.Tests.Installations;
using EvidenceIngest.Server.Access;
using EvidenceIngest.Server.Custody;
using EvidenceIngest.Server.Exchange;
using EvidenceIngest.Server.Spreadsheets;
using EvidenceIngest.Server.Tests.Support;
using Microsoft.EntityFrameworkCore;
using static EvidenceIngest.Server.Tests.Reminders.DutyFixture;

namespace EvidenceIngest.Server.Tests.Exchange;

/// <summary>What would be sent is what is written, of whoever may be sent, and nothing of a state secret.</summary>
public sealed class ExchangeTests(PrivateCluster cluster)
{
    internal const string CaseNumbers = "title: 示例\nversion: '1'\nfiles:\n  - name: cases.csv\n    of: case\n    fields:\n      - {name: AJBH, from: number, required: true, max: 50}\n";

    private static readonly DateOnly From = new(2026, 1, 1);
    private static readonly DateOnly To = new(2026, 12, 31);

    /// <summary>Every field that can be sent at all.</summary>
    private static readonly string Everything = "title: t\nversion: '1'\nfiles:\n" + string.Concat(Enum.GetValues<ExchangeOf>().SelectMany(of => new[] { "csv", "json" }.Select(format =>
        $"  - name: {of}.{format}\n    of: {(of == ExchangeOf.Case ? "case" : "item")}\n    fields:\n"
        + string.Concat(ExchangeSource.Of(of).Select(f => $"      - {{name: {f.Key}, from: {f.Key}{(f.Value.Kind == SourceKind.Time ? ", date: yyyy-MM-dd" : "")}}}\n")))));

    [Fact]
    public async Task What_is_written_is_what_was_shown_and_what_the_profile_declares()
    {
        await using var server = await StartAsync();
        using var custodian = await server.PersonAsync("王芳", Role.Custodian);
        await CaseAsync(server, "案一", "item-1");
        await CaseAsync(server, "案二", "item-2", place: "=HYPERLINK(\"http://x\"),\"，𠮷");
        await CaseAsync(server, "案三", "item-3", objectOfProof: "");
        var text = await ExampleAsync();
        var profile = ProfileTests.Parse(text, out _)!;

        var draft = await DraftAsync(custodian, text);
        var export = await ExportAsync(custodian, text);

        Assert.Equal((2, 1, 0), (draft.Sent, draft.LeftOut, draft.Withheld));
        var missing = Assert.Single(draft.Cases.Single(c => c.Case == "案三").Problems);
        Assert.Equal((ExchangeProblemKind.Missing, "ZMDX", "item-3"), (missing.Kind, missing.Field, missing.Key));
        Assert.Equal("案三", Assert.Single(export.LeftOut).Case);
        Assert.Equal(["cases.json", "recordings.csv", "manifest.json"], export.Files.Select(f => f.Name));
        Assert.All(export.Files, f => Assert.Equal(f.Sha256, Convert.ToHexStringLower(SHA256.HashData(f.Content))));
        foreach (var file in profile.Files)
        {
            var rows = Read(file, export.Files.Single(f => f.Name == file.Name).Content);
            Assert.Equal(draft.Cases.Where(c => c.IsSent).SelectMany(c => c.Rows).Where(r => r.File == file.Name).Select(r => string.Join('|', file.Fields.Select(f => r.Values[f.Name] ?? ""))), rows.Select(r => string.Join('|', r)));
            foreach (var row in rows)
            {
                foreach (var (field, value) in file.Fields.Zip(row))
                {
                    Assert.False(field.IsRequired && value.Length == 0, field.Name);
                    Assert.True(value.EnumerateRunes().Count() <= (field.Most ?? int.MaxValue), field.Name);
                    Assert.True(field.Codes is null || value.Length == 0 || field.Codes.Values.Contains(value), field.Name);
                    Assert.True(field.Value is null || field.Value == value, field.Name);
                    Assert.True(field.Date is null || value.Length == 0 || DateTime.TryParseExact(value, field.Date, CultureInfo.InvariantCulture, DateTimeStyles.None, out _), field.Name);
                }
            }
        }

        // Formulas are harmless where a spreadsheet may read them, and left alone where none does.
        Assert.Contains("\"=HYPERLINK", Encoding.UTF8.GetString(export.Files[0].Content).Replace("\\u0022", "\"", StringComparison.Ordinal), StringComparison.Ordinal);
        var manifest = JsonDocument.Parse(export.Files[^1].Content).RootElement;
        Assert.Equal(export.Files.SkipLast(1).Select(f => f.Sha256), manifest.GetProperty("files").EnumerateArray().Select(f => f.GetProperty("sha256").GetString()));
        Assert.Equal(export.Files[^1].Sha256, export.ManifestSha256);
        var told = await ToldAsync(server, CustodyLog.ServiceChain, CustodyEventKind.CaseExchanged);
        Assert.Equal(["案一", "案二"], told.Select(t => t["case ".Length..].Split(':')[0]));
        Assert.All(told, t => Assert.Contains(export.ManifestSha256, t, StringComparison.Ordinal));
        Assert.Single(await ToldAsync(server, "item-1", CustodyEventKind.CaseExchanged));
        Assert.Empty(await ToldAsync(server, "item-3", CustodyEventKind.CaseExchanged));
    }

    [Fact]
    public async Task A_formula_in_a_table_gets_its_apostrophe_before_its_length_is_checked()
    {
        await using var server = await StartAsync();
        using var custodian = await server.PersonAsync("王芳", Role.Custodian);
        await CaseAsync(server, "=1+1", "item-1");
        await CaseAsync(server, "𠮷𠮷𠮷𠮷", "item-2");
        await CaseAsync(server, "𠮷𠮷𠮷𠮷𠮷", "item-3");
        var text = CaseNumbers.Replace("max: 50", "max: 4", StringComparison.Ordinal);

        var draft = await DraftAsync(custodian, text);

        Assert.Equal([("=1+1", "'=1+1", false), ("𠮷𠮷𠮷𠮷", "𠮷𠮷𠮷𠮷", true), ("𠮷𠮷𠮷𠮷𠮷", "𠮷𠮷𠮷𠮷𠮷", false)], draft.Cases.Select(c => (c.Case, c.Rows[0].Values["AJBH"], c.IsSent)));
        Assert.Contains("5个字符，对方最多接收4个字符", draft.Cases[0].Problems[0].Text, StringComparison.Ordinal);
        Assert.Equal(2, (await DraftAsync(custodian, text.Replace("    fields", "    count: utf16\n    fields", StringComparison.Ordinal))).Cases.Count(c => c.Problems.Any(p => p.Text.Contains("UTF-16", StringComparison.Ordinal) && p.Key != "=1+1")));
    }

    [Fact]
    public async Task A_word_without_a_code_is_told_and_its_case_stays_here()
    {
        await using var server = await StartAsync();
        using var custodian = await server.PersonAsync("王芳", Role.Custodian);
        await CaseAsync(server, "案一", "item-1");
        var text = "title: t\nversion: '1'\ncodes:\n  s: {Closed: '2'}\nfiles:\n  - name: a.json\n    of: case\n    fields:\n      - {name: ZT, from: state, codes: s}\n";

        var problem = Assert.Single(Assert.Single((await DraftAsync(custodian, text)).Cases).Problems);
        Assert.Equal(ExchangeProblemKind.NotMapped, problem.Kind);
        Assert.Contains("Open", problem.Text, StringComparison.Ordinal);
        using var refused = await custodian.PostAsJsonAsync("/api/v1/exchange/exports", new ExchangeExportRequest(text, From, To, "报送"), EvidenceJson.Options);
        Assert.Contains("都不能报送", await TestDock.RefusedAsync(refused, HttpStatusCode.Conflict), StringComparison.Ordinal);
        Assert.Empty(await ToldAsync(server, CustodyLog.ServiceChain, CustodyEventKind.CaseExchanged));
    }

    [Fact]
    public async Task State_secrets_leave_in_no_field_of_no_file_for_nobody()
    {
        await using var server = await StartAsync();
        // The one who sees them, where they are.
        using var own = await server.PersonAsync("王芳", Role.Custodian);
        await CaseAsync(server, "案一", "item-1");
        await CaseAsync(server, "机密案", "item-机密", place: "机密地点", objectOfProof: "机密事实", agency: "机密单位");
        await ExecuteAsync(
            server,
            """
            update items set secrecy = 'StateSecret', producer_number = '机密号', producer = '{"value":"机密人","source":"Person"}', method_of_production = '{"value":"机密法","source":"Person"}' where id = 'item-机密';
            update cases set officers = '["机密号"]' where number = '机密案'
            """);

        var draft = await DraftAsync(own, Everything);
        var export = await ExportAsync(own, Everything);

        Assert.Equal((1, 0, 1), (draft.Sent, draft.LeftOut, draft.Withheld));
        Assert.DoesNotContain("机密", JsonSerializer.Serialize(draft, EvidenceJson.Options), StringComparison.Ordinal);
        Assert.All(draft.Cases.SelectMany(c => c.Rows).SelectMany(r => r.Values.Values), v => Assert.DoesNotContain("机密", v ?? "", StringComparison.Ordinal));
        Assert.All(export.Files, f => Assert.DoesNotContain("机密", Encoding.UTF8.GetString(f.Content), StringComparison.Ordinal));
        Assert.DoesNotContain("\\u673a", Encoding.UTF8.GetString(export.Files[1].Content), StringComparison.OrdinalIgnoreCase);
        Assert.Equal(4, export.Files.Count(f => f.Name != "manifest.json" && f.Records == 1));
        Assert.Empty(await ToldAsync(server, "item-机密", CustodyEventKind.CaseExchanged));
        // Each of our fields was there to be sent: an empty file would prove nothing.
        Assert.Contains("item-1", Encoding.UTF8.GetString(export.Files.Single(f => f.Name == "Item.csv").Content), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Other_units_cases_are_neither_shown_nor_written()
    {
        await using var server = await StartAsync();
        await UnitsAsync(server, ("zd1", "root"), ("zd2", "root"));
        using var custodian = await server.PersonAsync("王芳", Role.Custodian, "zd1");
        await CaseAsync(server, "案一", "item-1", unit: "zd1");
        await CaseAsync(server, "案二", "item-2", unit: "zd2");
        // Linked across: the case is ours, the recording is not.
        await ExecuteAsync(server, "insert into case_items (case_number, item_id, linked_at, linked_by) values ('案一', 'item-2', now(), 'x')");

        var export = await ExportAsync(custodian, Everything);

        Assert.All(export.Files, f => Assert.DoesNotContain("案二", Encoding.UTF8.GetString(f.Content), StringComparison.Ordinal));
        Assert.All(export.Files, f => Assert.DoesNotContain("item-2", Encoding.UTF8.GetString(f.Content), StringComparison.Ordinal));
        using var refused = await custodian.PostAsJsonAsync("/api/v1/exchange/dry-run", new ExchangeDraftRequest(Everything, From, To, "zd2"), EvidenceJson.Options);
        await TestDock.RefusedAsync(refused, HttpStatusCode.BadRequest);
        using var tooLong = await custodian.PostAsJsonAsync("/api/v1/exchange/dry-run", new ExchangeDraftRequest(Everything, From, To.AddYears(2)), EvidenceJson.Options);
        await TestDock.RefusedAsync(tooLong, HttpStatusCode.BadRequest);
        using var broken = await custodian.PostAsJsonAsync("/api/v1/exchange/dry-run", new ExchangeDraftRequest("title: [", From, To), EvidenceJson.Options);
        Assert.Contains("行：不是可用的 YAML", await TestDock.RefusedAsync(broken, HttpStatusCode.BadRequest), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_kill_at_any_moment_leaves_one_record_of_one_export()
    {
        await using var server = await StartAsync();
        await CaseAsync(server, "案一", "item-1");
        await CaseAsync(server, "案二", "item-2");
        var (id, by) = (Guid.NewGuid(), new Caller(TokenKind.Operator, "custodian", Role.Local, null, Reach.AllUnits));
        var request = new ExchangeExportRequest(await ExampleAsync(), From, To, "报送");
        ExchangeExport? export = null;
        for (var step = 0; export is null; step++)
        {
            server.Faults.KillAt(step);
            try
            {
                export = await server.Get<Exchanges>().ExportAsync(id, request, by, default);
            }
            catch (KilledException)
            {
            }
        }

        server.Faults.Never();
        Assert.Equal(2, (await ToldAsync(server, CustodyLog.ServiceChain, CustodyEventKind.CaseExchanged)).Count);
        Assert.Equal(export.ManifestSha256, (await server.Catalogue.ReadAsync(db => db.Exchanges.SingleAsync(), default)).ManifestSha256);
        await ExecuteAsync(server, "update cases set place = '别处' where number = '案一'");
        var refused = await Assert.ThrowsAsync<RequestRefusedException>(() => server.Get<Exchanges>().ExportAsync(id, request, by, default));
        Assert.Contains("有变化", refused.Message, StringComparison.Ordinal);
    }

    private static IEnumerable<string[]> Read(ExchangeFile file, byte[] content)
    {
        if (file.IsCsv)
            return CsvTable.Parse(Encoding.UTF8.GetString(content)).Lines.Select(l => l.Cells);
        return [.. JsonDocument.Parse(content).RootElement.EnumerateArray().Select(r => r.EnumerateObject().Select(m => m.Value.GetString() ?? "").ToArray())];
    }

    private static async Task<string> ExampleAsync() => await File.ReadAllTextAsync(Path.Combine(Installation.Checkout, "docs/exchange-example.yaml"));

    private static async Task<ExchangeDraft> DraftAsync(HttpClient client, string profile)
    {
        using var answer = await client.PostAsJsonAsync("/api/v1/exchange/dry-run", new ExchangeDraftRequest(profile, From, To), EvidenceJson.Options);
        return await TestDock.ReadAsync<ExchangeDraft>(answer);
    }

    private static async Task<ExchangeExport> ExportAsync(HttpClient client, string profile)
    {
        using var answer = await client.PostAsJsonAsync("/api/v1/exchange/exports", new ExchangeExportRequest(profile, From, To, "按月报送"), EvidenceJson.Options);
        return await TestDock.ReadAsync<ExchangeExport>(answer);
    }

    private static async Task CaseAsync(
        TestServer server, string number, string item, string? place = null, string objectOfProof = "证明检查经过", string unit = "root", string? agency = null)
    {
        var proof = objectOfProof.Length == 0 ? null : JsonSerializer.Serialize(new { value = objectOfProof, source = "Person" });
        await ItemAsync(server, item, "2026-11-10 10:00", unit, sealedAt: "2026-11-11 10:00", objectOfProof: proof);
        await ExecuteAsync(
            server,
            """
            insert into matters (id, name, law, whole_recording, changed_at, changed_by) values ('m-01', '占道经营', '第十四条', true, now(), 'x') on conflict do nothing;
            insert into cases (number, unit_id, state, matter_id, place, agency, acted_from, acted_to, changed_at, changed_by)
            values (@number, @unit, 'Open', 'm-01', @place::text, @agency::text, '2026-11-10T02:00:00Z', '2026-11-10T03:00:00Z', '2026-11-15T00:00:00Z', 'x');
            insert into case_items (case_number, item_id, linked_at, linked_by) values (@number, @item, now(), 'x')
            """,
            ("number", number), ("unit", unit), ("place", place), ("agency", agency), ("item", item));
    }

    private async Task<TestServer> StartAsync() => await TestServer.StartAsync(cluster, withJobs: false);
}
