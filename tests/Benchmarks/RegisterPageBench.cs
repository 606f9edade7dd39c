using System.Diagnostics;
using System.Globalization;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Microsoft.Playwright;

namespace EvidenceIngest.Benchmarks;

/// <summary>The register's page as a supervisor sees it in a browser, beside the service that draws it.</summary>
internal sealed class RegisterPageBench(HttpClient service)
{
    private const int Rounds = 100;
    private const int WarmUp = 5;
    private const string Account = "bench";
    private const string Password = "Enough-for-2026";
    private const string Row = "tbody a[href^='/items/']";

    public async Task RunAsync(TextWriter output, CancellationToken ct)
    {
        await MakePersonAsync(ct);
        using var playwright = await Playwright.CreateAsync();
        await using var browser = await playwright.Chromium.LaunchAsync(new BrowserTypeLaunchOptions { ExecutablePath = "/usr/bin/chromium", Args = ["--no-sandbox", "--disable-background-networking"] });
        await using var context = await browser.NewContextAsync(new BrowserNewContextOptions { BaseURL = service.BaseAddress!.AbsoluteUri, ViewportSize = new ViewportSize { Width = 1366, Height = 768 } });
        var page = await context.NewPageAsync();
        await page.GotoAsync("/login");
        await page.FillAsync("#user", Account);
        await page.FillAsync("#password", Password);
        await page.ClickAsync("button[type=submit]");
        await page.WaitForSelectorAsync("nav .menu");

        await output.WriteLineAsync(string.Create(CultureInfo.InvariantCulture, $"\n| the register's page in Chromium, {Rounds} times, until its rows are drawn | median ms | p95 ms |\n|---|--:|--:|"));
        await TellAsync(output, "from the menu", FromMenuAsync);
        await TellAsync(output, "another month asked for", AnotherMonthAsync);
        await TellAsync(output, "from the address: page, scripts and connection anew", FromAddressAsync);

        async Task<Stopwatch> FromMenuAsync(int round)
        {
            await page.ClickAsync("nav a[href='/']");
            await page.WaitForSelectorAsync("nav a.active[href='/']");
            var clock = Stopwatch.StartNew();
            await page.ClickAsync("nav a[href='/items']");
            await page.WaitForSelectorAsync(Row);
            return clock;
        }

        async Task<Stopwatch> AnotherMonthAsync(int round)
        {
            var shown = await page.GetAttributeAsync(Row, "href");
            await page.FillAsync("#to", $"2026-{round % 12 + 1:00}-20");
            var clock = Stopwatch.StartNew();
            await page.PressAsync("#to", "Enter");
            await page.WaitForFunctionAsync($"shown => document.querySelector(\"{Row}\")?.getAttribute('href') !== shown", shown);
            return clock;
        }

        async Task<Stopwatch> FromAddressAsync(int round)
        {
            await page.GotoAsync("about:blank");
            var clock = Stopwatch.StartNew();
            await page.GotoAsync("/items");
            await page.WaitForSelectorAsync(Row);
            return clock;
        }
    }

    /// <summary>A supervisor: the one role that sees all of it and takes no second person.</summary>
    private async Task MakePersonAsync(CancellationToken ct)
    {
        var added = await SendAsync(HttpMethod.Post, "accounts", new { userName = Account, name = "赵监督", unit = "root", officerNumber = (string?)null }, null, ct);
        var once = (string)added!["password"]!;
        var session = await SendAsync(HttpMethod.Post, "sessions", new { userName = Account, password = once, code = (string?)null }, null, ct);
        await SendAsync(HttpMethod.Put, "me/password", new Dictionary<string, string> { ["old"] = once, ["new"] = Password }, (string)session!["token"]!, ct);
        await SendAsync(HttpMethod.Post, $"accounts/{Account}/roles", new { role = "Supervisor", unit = "root", why = "bench" }, null, ct);
    }

    private async Task<JsonNode?> SendAsync(HttpMethod method, string path, object body, string? token, CancellationToken ct)
    {
        using var request = new HttpRequestMessage(method, "/api/v1/" + path) { Content = JsonContent.Create(body, body.GetType()) };
        if (token is not null)
            request.Headers.Authorization = new("Bearer", token);
        using var answer = await service.SendAsync(request, ct);
        var text = await answer.Content.ReadAsStringAsync(ct);
        if (!answer.IsSuccessStatusCode)
            throw new InvalidOperationException($"{path}: {text}");
        return text.Length == 0 ? null : JsonNode.Parse(text);
    }

    private static async Task TellAsync(TextWriter output, string what, Func<int, Task<Stopwatch>> act)
    {
        var times = new List<double>();
        for (var i = -WarmUp; i < Rounds; i++)
        {
            var clock = await act(i + WarmUp);
            if (i >= 0)
                times.Add(clock.Elapsed.TotalMilliseconds);
        }

        times.Sort();
        await output.WriteLineAsync(string.Create(CultureInfo.InvariantCulture, $"| {what} | {times[Rounds / 2]:0} | {times[Rounds * 95 / 100]:0} |"));
    }
}
