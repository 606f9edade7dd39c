using System.Text;
using EvidenceIngest.Web.Tests.Offices;
using Microsoft.Playwright;

namespace EvidenceIngest.Web.Tests.Administration;

public sealed class RulesTests(Office office)
{
    [Fact]
    public async Task Units_are_added_renamed_and_moved_but_not_below_themselves()
    {
        var id = "u" + Guid.NewGuid().ToString("N")[..8];
        await using var visit = await office.VisitAsync(Person.Security);
        await visit.GoAsync("/admin/units");
        await visit.Page.GetByRole(AriaRole.Button, new() { Name = "新增单位" }).ClickAsync();
        await visit.Page.FillAsync("#unit-name", "测试中队");
        await visit.Page.FillAsync("#unit-id", id);
        await visit.Page.GetByRole(AriaRole.Button, new() { Name = "保存" }).ClickAsync();
        var row = visit.Page.Locator($"tr[data-unit={id}]");
        await Assertions.Expect(row).ToContainTextAsync("测试中队");
        await row.GetByRole(AriaRole.Button).ClickAsync();
        Assert.Equal(0, await visit.Page.Locator($"#unit-parent option[value={id}]").CountAsync());
        await visit.Page.FillAsync("#unit-name", "测试二中队");
        await visit.InspectAsync("admin-units");
        await visit.Page.GetByRole(AriaRole.Button, new() { Name = "保存" }).ClickAsync();
        await Assertions.Expect(row).ToContainTextAsync("测试二中队");
        var unit = (await office.Owner().GetAsync("units")).AsArray().Single(u => (string?)u!["id"] == id)!;
        Assert.Equal(("测试二中队", "root", $"/root/{id}/"), ((string?)unit["name"], (string?)unit["parent"], (string?)unit["path"]));
    }

    [Fact]
    public async Task A_matter_and_a_longer_term_are_entered_and_no_shorter_one()
    {
        var id = "m" + Guid.NewGuid().ToString("N")[..8];
        await using var visit = await office.VisitAsync(Person.Custodian, english: true);
        await visit.GoAsync("/admin/retention");
        await visit.Page.GetByRole(AriaRole.Button, new() { Name = "Add a class" }).ClickAsync();
        foreach (var (field, text) in new[] { ("id", id), ("zh", "测试类别"), ("en", "test class"), ("months", "60"), ("article", "第二十九条"), ("why", "会议纪要") })
            await visit.Page.FillAsync("#class-" + field, text);
        await visit.Page.GetByRole(AriaRole.Button, new() { Name = "Save" }).ClickAsync();
        await Assertions.Expect(visit.Page.Locator($"tr[data-class={id}]")).ToContainTextAsync("5 years");
        await visit.Page.Locator($"tr[data-class={id}]").GetByRole(AriaRole.Button).ClickAsync();
        // The browser's own check is no protection: the API's is.
        await visit.Page.Locator("#class-months").EvaluateAsync("field => field.removeAttribute('min')");
        await visit.Page.FillAsync("#class-months", "59");
        await visit.Page.FillAsync("#class-why", "缩短");
        await visit.Page.GetByRole(AriaRole.Button, new() { Name = "Save" }).ClickAsync();
        await Assertions.Expect(visit.Page.Locator("dialog [role=alert]")).ToBeVisibleAsync();
        await visit.InspectAsync("admin-retention-en");
        Assert.Equal(60, (int)(await office.Owner().GetAsync("retention/classes")).AsArray().Single(c => (string?)c!["id"] == id)!["months"]!);

        await visit.GoAsync("/admin/matters");
        await visit.Page.GetByRole(AriaRole.Button, new() { Name = "Add a matter" }).ClickAsync();
        await visit.Page.FillAsync("#matter-id", id);
        await visit.Page.FillAsync("#matter-name", "占道经营");
        await visit.Page.FillAsync("#matter-law", "《城市市容和环境卫生管理条例》第十四条");
        await visit.Page.SelectOptionAsync("#matter-class", id);
        await visit.Page.GetByRole(AriaRole.Button, new() { Name = "Save" }).ClickAsync();
        await Assertions.Expect(visit.Page.Locator($"tr[data-matter={id}]")).ToContainTextAsync("test class");
        var matter = (await office.Owner().GetAsync("matters")).AsArray().Single(m => (string?)m!["id"] == id)!;
        Assert.Equal((true, id), ((bool)matter["wholeRecording"]!, (string?)matter["retentionClass"]));
    }

    [Fact]
    public async Task Every_field_of_a_retention_class_is_corrected_and_a_shorter_term_refused_in_plain_words()
    {
        var id = "k" + Guid.NewGuid().ToString("N")[..8];
        await office.Owner().SendAsync(HttpMethod.Put, "retention/classes/" + id, new { name = "a class", nameZh = "原类别", months = 60, article = "原依据", why = "试用" });
        await using var visit = await office.VisitAsync(Person.Custodian);
        await visit.GoAsync("/admin/retention");
        var row = visit.Page.Locator($"tr[data-class={id}]");
        await row.GetByRole(AriaRole.Button, new() { Name = "修改原类别" }).ClickAsync();
        await Assertions.Expect(visit.Page.Locator("#class-id")).Not.ToBeEditableAsync();
        await visit.Page.Locator("#class-months").EvaluateAsync("field => field.removeAttribute('min')");
        foreach (var (field, text) in new[] { ("zh", "新类别"), ("en", "another class"), ("article", "第二十九条第二款"), ("months", "59"), ("why", "核对依据") })
            await visit.Page.FillAsync("#class-" + field, text);
        await visit.Page.GetByRole(AriaRole.Button, new() { Name = "保存" }).ClickAsync();
        await Assertions.Expect(visit.Page.Locator("dialog [role=alert]")).ToContainTextAsync("只能延长，不能缩短：原类别现为5年，不能改为59个月");
        Assert.DoesNotContain("nobody", await visit.Page.Locator("dialog [role=alert]").InnerTextAsync(), StringComparison.Ordinal);
        await visit.InspectAsync("admin-retention-shorter");
        await visit.Page.FillAsync("#class-months", "");
        await visit.Page.GetByRole(AriaRole.Button, new() { Name = "保存" }).ClickAsync();
        await Assertions.Expect(row).ToContainTextAsync("永久");
        var known = (await office.Owner().GetAsync("retention/classes")).AsArray().Single(c => (string?)c!["id"] == id)!;
        Assert.Equal(("新类别", "another class", "第二十九条第二款", null), ((string?)known["nameZh"], (string?)known["name"], (string?)known["article"], (int?)known["months"]));

        // A new class under an id that is there would be a change of that one.
        await visit.Page.GetByRole(AriaRole.Button, new() { Name = "新增类别" }).ClickAsync();
        foreach (var (field, text) in new[] { ("id", id), ("zh", "顶替"), ("en", "instead"), ("article", "无"), ("months", ""), ("why", "误填") })
            await visit.Page.FillAsync("#class-" + field, text);
        await visit.Page.GetByRole(AriaRole.Button, new() { Name = "保存" }).ClickAsync();
        await Assertions.Expect(visit.Page.Locator("dialog [role=alert]")).ToContainTextAsync("该编号已存在");
        await visit.Page.Keyboard.PressAsync("Escape");
        await Assertions.Expect(row).ToContainTextAsync("新类别");
    }

    [Fact]
    public async Task Recorder_models_are_shown_with_what_is_seen_of_them_and_where_new_ones_go()
    {
        await using var visit = await office.VisitAsync(Person.System);
        await visit.GoAsync("/admin/recorder-profiles");
        await Assertions.Expect(visit.Page.Locator("tr[data-profile=dsj-msc]")).ToContainTextAsync("DSJ 文件名");
        await Assertions.Expect(visit.Page.Locator("tr[data-profile=folder] td.number")).Not.ToHaveTextAsync("0");
        await Assertions.Expect(visit.Page.Locator("tr[data-profile=managed-fleets]")).ToContainTextAsync("识别后拒绝采集");
        await Assertions.Expect(visit.Page.GetByText("profiles check")).ToBeVisibleAsync();
        await visit.InspectAsync("admin-recorder-profiles");
    }

    [Fact]
    public async Task A_yearly_notice_is_imported_and_a_broken_one_is_not()
    {
        const string Notice = "date,kind,occasion\n2020-01-01,holiday,元旦\n2020-01-24,holiday,春节\n2020-01-25,holiday,春节\n2020-01-26,holiday,春节\n2020-01-27,holiday,春节\n2020-01-28,holiday,春节\n";
        await using var visit = await office.VisitAsync(Person.System);
        await visit.GoAsync("/admin/calendar");
        await visit.Page.FillAsync("#year", "2020");
        await visit.Page.FillAsync("#notice-why", "测试用通知");
        foreach (var (csv, isTaken) in new[] { ("date,kind,occasion\n2020-02-30,holiday,没有的一天\n", false), (Notice, true) })
        {
            await visit.Page.SetInputFilesAsync("#notice-file", new FilePayload { Name = "notice.csv", MimeType = "text/csv", Buffer = Encoding.UTF8.GetBytes(csv) });
            await visit.Page.GetByRole(AriaRole.Button, new() { Name = "导入" }).ClickAsync();
            await Assertions.Expect(visit.Page.Locator(isTaken ? ".notice.good" : "[role=alert]")).ToBeVisibleAsync();
        }

        await visit.InspectAsync("admin-calendar");
        var imported = (await office.Owner().GetAsync("calendar"))["imported"]!.AsArray();
        Assert.Equal((2020, Notice), ((int)imported[0]!["year"]!, (string?)imported[0]!["csv"]));
    }

    [Fact]
    public async Task An_address_is_told_events_until_it_is_removed()
    {
        var name = "接收方" + Guid.NewGuid().ToString("N")[..6];
        await using var visit = await office.VisitAsync(Person.Security);
        await visit.GoAsync("/admin/webhooks");
        await visit.Page.GetByRole(AriaRole.Button, new() { Name = "新增接收地址" }).ClickAsync();
        await visit.Page.FillAsync("#hook-name", name);
        await visit.Page.FillAsync("#hook-url", "http://127.0.0.1:9/events");
        await visit.Page.FillAsync("#hook-types", "item.sealed recorder.*");
        await visit.Page.GetByRole(AriaRole.Button, new() { Name = "新增", Exact = true }).ClickAsync();
        Assert.True((await visit.Page.Locator(".secret code").InnerTextAsync()).Length > 20);
        await visit.Page.Keyboard.PressAsync("Escape");
        var card = visit.Page.Locator($"[data-webhook={name}]");
        await Assertions.Expect(card).ToContainTextAsync("item.sealed、recorder.*");
        await visit.InspectAsync("admin-webhooks");
        await card.GetByRole(AriaRole.Button, new() { Name = "删除" }).ClickAsync();
        await visit.Page.Locator("dialog[open]").GetByRole(AriaRole.Button, new() { Name = "删除" }).ClickAsync();
        await Assertions.Expect(card).ToHaveCountAsync(0);
        Assert.DoesNotContain((await office.Owner().GetAsync("webhooks")).AsArray(), w => (string?)w!["name"] == name);
    }
}
