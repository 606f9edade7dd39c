using System.Text.Json;
using Microsoft.Playwright;

namespace EvidenceIngest.Web.Tests.Offices;

/// <summary>
/// A browser in front of the pages. At its end nothing may have been asked of another host, and nothing may have been said to the
/// console; tests that break something on purpose take back what they expect.
/// </summary>
public sealed class Visit : IAsyncDisposable
{
    private readonly IBrowserContext _context;
    private readonly List<string> _complaints = [];

    private Visit(IBrowserContext context, IPage page) => (_context, Page) = (context, page);

    public IPage Page { get; }

    public static async Task<Visit> OpenAsync(IBrowserContext context, Uri address)
    {
        var visit = new Visit(context, await context.NewPageAsync());
        visit.Page.SetDefaultTimeout(20_000);
        context.Request += (_, request) =>
        {
            if (Uri.TryCreate(request.Url, UriKind.Absolute, out var url) && url.Scheme is not ("data" or "blob") && url.Authority != address.Authority)
                visit._complaints.Add("asked of another host: " + request.Url);
        };
        visit.Page.Console += (_, said) =>
        {
            if (said.Type is "error" or "warning")
                visit._complaints.Add($"console: {said.Text}");
        };
        visit.Page.PageError += (_, error) => visit._complaints.Add("script: " + error);
        return visit;
    }

    public async Task LogInAsync(Person person)
    {
        await Page.GotoAsync("/login");
        await Page.FillAsync("#user", person.Account);
        await Page.FillAsync("#password", Office.Password);
        await LogInTurns.TakeAsync();
        await Page.ClickAsync("button[type=submit]");
        await Page.WaitForSelectorAsync("nav .menu");
    }

    /// <summary>Opens a page and waits until it shows its heading and reads nothing more.</summary>
    public async Task GoAsync(string path)
    {
        await Page.GotoAsync(path);
        await SettleAsync();
    }

    public async Task SettleAsync()
    {
        await Page.WaitForSelectorAsync("h1");
        await Assertions.Expect(Page.Locator(".working")).ToHaveCountAsync(0);
    }

    /// <summary>Goes on with Tab, as who has no mouse does, until the button of that name has the focus.</summary>
    public async Task TabToAsync(string name)
    {
        for (var i = 0; i < 200; i++)
        {
            await Page.Keyboard.PressAsync("Tab");
            if (await Page.EvaluateAsync<string>("document.activeElement?.textContent?.trim() ?? ''") == name)
                return;
        }

        Assert.Fail($"'{name}' can't be reached by Tab");
    }

    /// <summary>Keeps a picture of the page, and fails on what axe calls serious or critical.</summary>
    public async Task InspectAsync(string name)
    {
        await Page.ScreenshotAsync(new PageScreenshotOptions { Path = Path.Combine(Office.Pictures, name + ".png"), FullPage = true });
        await Page.EvaluateAsync(await File.ReadAllTextAsync(Office.AxeScript));
        var found = await Page.EvaluateAsync<JsonElement>("axe.run(document, { resultTypes: ['violations'] })");
        var serious = found.GetProperty("violations").EnumerateArray().Where(v => v.GetProperty("impact").GetString() is "serious" or "critical")
            .Select(v => $"{v.GetProperty("id")}: {v.GetProperty("help")} ({v.GetProperty("nodes")[0].GetProperty("html")})").ToList();
        Assert.True(serious.Count == 0, name + ":\n" + string.Join('\n', serious));
        // Nothing sticks out at the side of a small screen.
        Assert.True(await Page.EvaluateAsync<bool>("document.documentElement.scrollWidth <= document.documentElement.clientWidth"), name + " is wider than the screen");
    }

    /// <summary>Takes back what the test meant to happen.</summary>
    public void Forgive(string part) => _complaints.RemoveAll(c => c.Contains(part, StringComparison.OrdinalIgnoreCase));

    public async ValueTask DisposeAsync()
    {
        await _context.CloseAsync();
        await _context.DisposeAsync();
        Assert.True(_complaints.Count == 0, string.Join('\n', _complaints));
    }
}
