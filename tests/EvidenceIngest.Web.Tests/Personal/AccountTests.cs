using System.Text.RegularExpressions;
using EvidenceIngest.Web.Tests.Offices;
using Microsoft.Playwright;

namespace EvidenceIngest.Web.Tests.Personal;

public sealed class AccountTests(Office office)
{
    private const string JsQr = "tests/EvidenceIngest.Web.Tests/node_modules/jsqr/dist/jsQR.js";

    [Fact]
    public async Task A_newcomer_changes_the_one_time_password_before_anything_else()
    {
        var (account, oneTime) = await AddAsync("Supervisor");
        await using var visit = await office.VisitAsync(person: null);
        await LogInAsync(visit, account, oneTime);
        await visit.Page.WaitForURLAsync("**/account?must=password");
        await visit.InspectAsync("account-first");

        // No way around it.
        await visit.Page.GotoAsync("/supervision");
        await visit.Page.WaitForURLAsync("**/account?must=password");
        await ChangeAsync(visit, oneTime, "short");
        await Assertions.Expect(visit.Page.Locator("#new:invalid")).ToHaveCountAsync(1);
        await ChangeAsync(visit, oneTime, "onlylettershere");
        await Assertions.Expect(visit.Page.Locator("[role=alert]")).ToContainTextAsync("密码须含数字");
        await ChangeAsync(visit, oneTime, Office.Password);
        await visit.Page.WaitForURLAsync(new Regex("/$"));

        Assert.Equal(401, await TryToLogInAsync(account, oneTime));
        Assert.Equal(201, await TryToLogInAsync(account, Office.Password));
    }

    [Fact]
    public async Task A_second_factor_is_set_up_from_the_picture_and_asked_for_from_then_on()
    {
        var person = await NewcomerAsync("Supervisor");
        await using var visit = await office.VisitAsync(person, english: true);
        await visit.GoAsync("/account");
        await visit.Page.FillAsync("#factor-password", Office.Password);
        await visit.Page.GetByRole(AriaRole.Button, new() { Name = "Begin" }).ClickAsync();
        var shown = (await visit.Page.Locator("#factor-key").InnerTextAsync()).Replace(" ", "", StringComparison.Ordinal);
        await visit.InspectAsync("account-second-factor-en");
        var read = await ReadPictureAsync(visit);
        Assert.Equal($"otpauth://totp/EvidenceIngest:{person.Account}?secret={shown}&issuer=EvidenceIngest&digits=6", read);

        await visit.Page.FillAsync("#factor-code", "000000");
        await visit.Page.GetByRole(AriaRole.Button, new() { Name = "Put into force" }).ClickAsync();
        await Assertions.Expect(visit.Page.Locator("[role=alert]")).ToBeVisibleAsync();
        Assert.False((bool)(await office.Owner().GetAsync("accounts/" + person.Account))["secondFactor"]!);
        await visit.Page.FillAsync("#factor-code", TimeCode.Of(shown, DateTimeOffset.UtcNow));
        await visit.Page.GetByRole(AriaRole.Button, new() { Name = "Put into force" }).ClickAsync();
        await Assertions.Expect(visit.Page.Locator(".notice.good")).ToContainTextAsync("in force");

        Assert.True((bool)(await office.Owner().GetAsync("accounts/" + person.Account))["secondFactor"]!);
        Assert.Equal(401, await TryToLogInAsync(person.Account, Office.Password));
    }

    [Fact]
    public async Task Another_session_is_seen_and_ended()
    {
        var person = await NewcomerAsync("Auditor");
        var api = await office.ApiAsync(person);
        await using var visit = await office.VisitAsync(person);
        await visit.GoAsync("/account");
        await visit.InspectAsync("account");
        // This session cannot be ended here, the other ones can.
        while (await visit.Page.GetByRole(AriaRole.Button, new() { Name = "结束" }).CountAsync() is > 0 and var open)
        {
            await visit.Page.GetByRole(AriaRole.Button, new() { Name = "结束" }).First.ClickAsync();
            await Assertions.Expect(visit.Page.GetByRole(AriaRole.Button, new() { Name = "结束" })).ToHaveCountAsync(open - 1);
        }

        var refused = await Assert.ThrowsAnyAsync<Exception>(() => api.GetAsync("me"));
        Assert.Contains("401", refused.Message, StringComparison.Ordinal);
    }

    private static async Task LogInAsync(Visit visit, string account, string password)
    {
        await visit.Page.GotoAsync("/login");
        await visit.Page.FillAsync("#user", account);
        await visit.Page.FillAsync("#password", password);
        await LogInTurns.TakeAsync();
        await visit.Page.ClickAsync("button[type=submit]");
    }

    private static async Task ChangeAsync(Visit visit, string old, string wanted)
    {
        await visit.Page.FillAsync("#old", old);
        await visit.Page.FillAsync("#new", wanted);
        await visit.Page.FillAsync("#repeat", wanted);
        await visit.Page.GetByRole(AriaRole.Button, new() { Name = "修改密码" }).ClickAsync();
    }

    /// <summary>By a reader that knows nothing of the writer, from the picture on the screen.</summary>
    private static async Task<string?> ReadPictureAsync(Visit visit)
    {
        var picture = Convert.ToBase64String(await visit.Page.Locator("svg.qr").ScreenshotAsync());
        await visit.Page.EvaluateAsync(await File.ReadAllTextAsync(Path.Combine(EndToEnd.Tests.Installations.Installation.Checkout, JsQr)));
        return await visit.Page.EvaluateAsync<string?>("""
            async (png) => {
              const image = new Image();
              image.src = "data:image/png;base64," + png;
              await image.decode();
              const canvas = document.createElement("canvas");
              [canvas.width, canvas.height] = [image.width, image.height];
              const context = canvas.getContext("2d");
              context.drawImage(image, 0, 0);
              const pixels = context.getImageData(0, 0, image.width, image.height);
              return window.jsQR(pixels.data, pixels.width, pixels.height)?.data ?? null;
            }
            """, picture);
    }

    private async Task<(string Account, string OneTime)> AddAsync(string role)
    {
        var account = "n" + Guid.NewGuid().ToString("N")[..10];
        var added = await office.Owner().SendAsync(HttpMethod.Post, "accounts", new { userName = account, name = "新人", unit = "root", officerNumber = (string?)null });
        await office.Owner().SendAsync(HttpMethod.Post, $"accounts/{account}/roles", new { role, unit = "root", why = "岗位职责" });
        return (account, (string)added!["password"]!);
    }

    private async Task<Person> NewcomerAsync(string role)
    {
        var (account, oneTime) = await AddAsync(role);
        await using var visit = await office.VisitAsync(person: null);
        await LogInAsync(visit, account, oneTime);
        await visit.Page.WaitForURLAsync("**/account?must=password");
        await ChangeAsync(visit, oneTime, Office.Password);
        await visit.Page.WaitForURLAsync(new Regex("/$"));
        return new Person(account, "新人", role);
    }

    private async Task<int> TryToLogInAsync(string account, string password)
    {
        using var http = new HttpClient { BaseAddress = office.Address };
        using var body = new StringContent($$"""{"userName":"{{account}}","password":"{{password}}","code":null}""", null, "application/json");
        await LogInTurns.TakeAsync();
        using var answer = await http.PostAsync("/api/v1/sessions", body);
        return (int)answer.StatusCode;
    }
}
