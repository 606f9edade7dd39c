using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;
using System.Text.Json.Nodes;
using EvidenceIngest.EndToEnd.Tests.Installations;
using EvidenceIngest.Web.Tests.Offices;
using Microsoft.Playwright;

// One browser and one service on two cores: side by side, tests would only wait for each other.
[assembly: CollectionBehavior(DisableTestParallelization = true)]
[assembly: AssemblyFixture(typeof(Office))]

namespace EvidenceIngest.Web.Tests.Offices;

/// <summary>
/// An office as a newcomer sets it up: the service with its own database and store, a docked recorder whose footage is stored,
/// rendered and heard, one person in each role, and a browser. Made once for all tests, which change only what they made or found for themselves.
/// </summary>
public sealed class Office : IAsyncLifetime
{
    public const string Password = "Enough-for-2026";

    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(5);

    private readonly Dictionary<Person, Cookie> _sessions = [];
    private Installation _installation = null!;
    private ChildProcess _service = null!;
    private IPlaywright _playwright = null!;
    private IBrowser _browser = null!;
    private HttpClient _operator = null!;

    public Uri Address => _installation.Api;

    /// <summary>Every item of the docked recorder.</summary>
    public IReadOnlyList<JsonNode> Items { get; private set; } = [];

    /// <summary>Where pictures of pages go.</summary>
    public static string Pictures { get; } = Directory.CreateDirectory(
        Environment.GetEnvironmentVariable("EVIDENCE_SCREENSHOTS") ?? Path.Combine(Installation.Checkout, "artifacts/screenshots")).FullName;

    /// <summary>The recorder's card, as a folder.</summary>
    public string Card => Path.Combine(_installation.Home, "demo-card");

    /// <summary>Another recorder's card; not there until a test makes it.</summary>
    public string SecondCard => Path.Combine(_installation.Home, "second-card");

    public static string AxeScript { get; } = Path.Combine(Installation.Checkout, "tests/EvidenceIngest.Web.Tests/node_modules/axe-core/axe.min.js");

    public async ValueTask InitializeAsync()
    {
        var making = Installation.CreateAsync("web");
        _playwright = await Playwright.CreateAsync();
        _browser = await _playwright.Chromium.LaunchAsync(new BrowserTypeLaunchOptions
        {
            ExecutablePath = "/usr/bin/chromium", Args = ["--no-sandbox", "--disable-background-networking", "--autoplay-policy=no-user-gesture-required"],
        });
        _installation = await making;
        await HaveSpeechAsync();
        await MakeCardAsync(Card);
        await StartServiceAsync();
        _operator = Client(_installation.Secret("operator.token"));
        await UntilAsync("the owner of the machine is known", async () =>
        {
            using var answer = await _operator.GetAsync("/api/v1/units");
            return answer.IsSuccessStatusCode;
        });
        await MakePeopleAsync();
        await UntilAsync("all items are stored and rendered", async () =>
        {
            Items = await ItemsAsync();
            return Items.Count == 7 && Items.All(i => (bool)i["done"]!);
        });
    }

    public async ValueTask DisposeAsync()
    {
        if (_browser is not null)
            await _browser.DisposeAsync();
        _playwright?.Dispose();
        _operator?.Dispose();
        if (_service is not null)
            await _service.DisposeAsync();
        await _installation.DisposeAsync();
    }

    /// <summary>A browser of its own, with whoever has logged in.</summary>
    /// <param name="person">Null for nobody.</param>
    /// <param name="english">In which language.</param>
    /// <param name="anew">With a session of its own; otherwise with the one that this person has had before, since an address has 20 log-ins a minute.</param>
    public async Task<Visit> VisitAsync(Person? person, bool english = false, bool anew = false)
    {
        var context = await _browser.NewContextAsync(new BrowserNewContextOptions
        {
            BaseURL = Address.AbsoluteUri, ViewportSize = new ViewportSize { Width = 1366, Height = 768 }, Locale = "zh-CN", AcceptDownloads = true,
        });
        if (english)
            await context.AddCookiesAsync([new Cookie { Name = "evidence-language", Value = "en", Url = Address.AbsoluteUri }]);
        var visit = await Visit.OpenAsync(context, Address);
        if (person is null)
            return visit;
        if (!anew && _sessions.TryGetValue(person, out var session))
        {
            await context.AddCookiesAsync([session]);
            await visit.GoAsync("/");
            return visit;
        }

        await visit.LogInAsync(person);
        var cookie = (await context.CookiesAsync()).Single(c => c.Name == "evidence-session");
        if (!anew)
            _sessions[person] = new Cookie { Name = cookie.Name, Value = cookie.Value, Url = Address.AbsoluteUri, HttpOnly = true };
        return visit;
    }

    /// <summary>The API as that person, for seeing what a page really did.</summary>
    public async Task<Api> ApiAsync(Person person)
    {
        await LogInTurns.TakeAsync();
        using var answer = await _operator.PostAsJsonAsync("/api/v1/sessions", new { userName = person.Account, password = Password, code = (string?)null });
        answer.EnsureSuccessStatusCode();
        var session = (await answer.Content.ReadFromJsonAsync<JsonNode>())!;
        return new Api(Client((string)session["token"]!));
    }

    /// <summary>The API as whoever owns the machine.</summary>
    public Api Owner() => new(Client(_installation.Secret("operator.token")));

    /// <summary>A stored recording of that kind.</summary>
    /// <param name="kind">video, audio or photo.</param>
    /// <param name="files">With so many chapters; null: any.</param>
    public string ItemOf(string kind, int? files = null) => (string)Items.First(
        i => (string?)i["kind"] == kind && (string?)i["state"] == "sealed" && (files is null || i["files"]!.AsArray().Count == files))["item"]!;

    public async Task StartServiceAsync() => _service = await StartAsync();

    /// <summary>Of the service's process.</summary>
    public int ServiceId => _service.Id;

    /// <summary>kill -9, as a power cut would.</summary>
    public Task KillServiceAsync() => _service.KillAsync();

    public Task<(int ExitCode, string Output, string Error)> RunAsync(params string[] arguments) => _installation.RunAsync(Patience, arguments);

    /// <summary>Fills a folder with a recorder's media.</summary>
    public async Task MakeCardAsync(string folder)
    {
        var (exitCode, _, error) = await ChildProcess.RunAsync(
            Path.Combine(Installation.Checkout, "scripts/demo-card"), [folder], new Dictionary<string, string>(_installation.Settings, StringComparer.Ordinal), Patience);
        Assert.True(exitCode == 0, error);
    }

    public static async Task UntilAsync(string what, Func<Task<bool>> holds)
    {
        using var limit = new CancellationTokenSource(Patience);
        while (!await holds())
        {
            Assert.False(limit.IsCancellationRequested, "never: " + what);
            await Task.Delay(200);
        }
    }

    private async Task<ChildProcess> StartAsync()
    {
        var service = _installation.Start("run", "--bay", "folder:" + Card, "--bay", "folder:" + SecondCard);
        using var http = new HttpClient();
        await UntilAsync("the service answers", async () =>
        {
            Assert.False(service.HasExited, service.Error);
            try
            {
                using var answer = await http.GetAsync(new Uri(Address, "/health"));
                return answer.IsSuccessStatusCode;
            }
            catch (HttpRequestException)
            {
                return false;
            }
        });
        return service;
    }

    private async Task<IReadOnlyList<JsonNode>> ItemsAsync() =>
        [.. (await _operator.GetFromJsonAsync<JsonNode>("/api/v1/items?limit=100"))!["items"]!.AsArray().Select(i => i!)];

    private async Task HaveSpeechAsync()
    {
        var speech = Path.Combine(Installation.Checkout, "artifacts/speech");
        Assert.True(Directory.Exists(speech), speech + " is missing: run scripts/setup --tests");
        _installation.Settings["EVIDENCE_Transcription__EngineFolder"] = Path.Combine(speech, "engine");
        _installation.Settings["EVIDENCE_Transcription__Language"] = "en";
        var (exitCode, output, error) = await RunAsync("models", "add", Path.Combine(speech, "model-en"), "--language", "en");
        Assert.True(exitCode == 0, output + error);
    }

    private async Task MakePeopleAsync()
    {
        await AddAsync(Person.Security, null);
        var security = await ApiAsync(Person.Security);
        foreach (var person in Person.All.Where(p => p != Person.Security))
            await AddAsync(person, security);
    }

    private async Task AddAsync(Person person, Api? second)
    {
        var owner = Owner();
        var added = await owner.SendAsync(HttpMethod.Post, "accounts", new { userName = person.Account, name = person.Name, unit = "root", officerNumber = person.OfficerNumber });
        var oneTime = (string)added!["password"]!;
        await LogInTurns.TakeAsync();
        using var answer = await _operator.PostAsJsonAsync("/api/v1/sessions", new { userName = person.Account, password = oneTime, code = (string?)null });
        var token = (string)(await answer.Content.ReadFromJsonAsync<JsonNode>())!["token"]!;
        await new Api(Client(token)).SendAsync(HttpMethod.Put, "me/password", new Dictionary<string, string> { ["old"] = oneTime, ["new"] = Password });
        var grant = await owner.SendAsync(HttpMethod.Post, $"accounts/{person.Account}/roles", new { role = person.Role, unit = "root", why = "岗位职责" });
        if (second is not null && !(bool)grant!["inForce"]!)
            await second.SendAsync(HttpMethod.Post, $"grants/{grant["grant"]}/confirm", null);
    }

    private HttpClient Client(string token)
    {
        var client = new HttpClient { BaseAddress = Address };
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token);
        return client;
    }
}

/// <summary>Somebody who works in the office.</summary>
public sealed record Person(string Account, string Name, string Role, string? OfficerNumber = null)
{
    public static readonly Person Custodian = new("guanli", "王管理", "Custodian");
    public static readonly Person Head = new("lingdao", "李负责", "Head");
    public static readonly Person Supervisor = new("jiandu", "赵监督", "Supervisor");
    public static readonly Person Auditor = new("shenji", "钱审计", "Auditor");
    public static readonly Person Security = new("anquan", "吴安全", "SecurityAdministrator");
    public static readonly Person System = new("xitong", "孙系统", "SystemAdministrator");
    public static readonly Person Officer = new("zhifa", "周执法", "Officer", "000123");

    /// <summary>Second ones of those who may not do both halves.</summary>
    public static readonly Person SecondCustodian = new("fuhe", "郑复核", "Custodian");

    /// <summary>Whose sessions are ended by tests.</summary>
    public static readonly Person Passing = new("linshi", "冯临时", "Custodian");

    public static IReadOnlyList<Person> All { get; } = [Security, Custodian, SecondCustodian, Passing, Head, Supervisor, Auditor, System, Officer];

    public override string ToString() => Account;
}

/// <summary>JSON in, JSON out; a refusal fails the test with its words.</summary>
public sealed class Api(HttpClient http)
{
    public async Task<JsonNode?> SendAsync(HttpMethod method, string path, object? body)
    {
        using var request = new HttpRequestMessage(method, "/api/v1/" + path) { Content = body is null ? null : JsonContent.Create(body) };
        using var answer = await http.SendAsync(request);
        var text = await answer.Content.ReadAsStringAsync();
        Assert.True(answer.IsSuccessStatusCode, $"{method} {path}: {(int)answer.StatusCode} {text}");
        return text.Length == 0 ? null : JsonSerializer.Deserialize<JsonNode>(text);
    }

    public async Task<JsonNode> GetAsync(string path) => (await SendAsync(HttpMethod.Get, path, null))!;
}
