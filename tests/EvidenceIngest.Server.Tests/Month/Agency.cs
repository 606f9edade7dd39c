using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using EvidenceIngest.Domain;
using EvidenceIngest.Domain.Custody;
using EvidenceIngest.Domain.Deliveries;
using EvidenceIngest.Server.Access;
using EvidenceIngest.Server.Docks;
using EvidenceIngest.Server.People;
using EvidenceIngest.Server.Pipeline;
using EvidenceIngest.Server.Tests.Support;
using GrantRequest = EvidenceIngest.Server.People.GrantRequest;

namespace EvidenceIngest.Server.Tests.Month;

/// <summary>
/// An agency of two teams with its people, docks and case system. Everything goes through the public API with log-ins and tokens
/// as they are; only the clock is moved from outside.
/// </summary>
internal sealed class Agency : IAsyncDisposable
{
    public const string Security = "anquan";
    public const string Supervisor = "jiandu";
    public const string Head = "fuze";

    private const string Password = "long-enough-2027";

    private readonly Dictionary<string, (HttpClient Client, DateTimeOffset Until)> _sessions = [];
    private readonly Dictionary<string, IPAddress> _addresses = [];
    private readonly Dictionary<string, TestDock> _docks = [];

    private Agency(TestServer server) => Server = server;

    public TestServer Server { get; }

    public HttpClient CaseSystem { get; private set; } = null!;

    public static string CustodianOf(string team) => "guanli-" + team;

    public string DockOf(string team) => _docks[team].Id;

    public static async Task<Agency> FoundAsync(PrivateCluster cluster, DateTimeOffset now)
    {
        var server = await TestServer.StartAsync(cluster, withJobs: false);
        await server.VaultIsProbedAsync();
        var agency = new Agency(server);
        agency.MoveTo(now);
        foreach (var (unit, kind, parent) in new[] { ("cg", UnitKind.Agency, "root"), ("zd1", UnitKind.Team, "cg"), ("zd2", UnitKind.Team, "cg") })
            await PutAsync(server.Operator, "units/" + unit, new UnitRequest(unit, kind, parent));
        await agency.EmployAsync(server.Operator, Security, "安某", null, Role.SecurityAdministrator, "root");
        await agency.EmployAsync(await agency.AsAsync(Security), Supervisor, "吴某", null, Role.Supervisor, "cg");
        await agency.EmployAsync(await agency.AsAsync(Security), Head, "周某", null, Role.Head, "cg");
        foreach (var team in new[] { "zd1", "zd2" })
        {
            await agency.EmployAsync(await agency.AsAsync(Security), CustodianOf(team), "管" + team, null, Role.Custodian, team);
            await agency.PutUpDockAsync(team);
        }

        using var issued = await (await agency.AsAsync(Security)).PostAsJsonAsync("/api/v1/tokens", new TokenRequest("办案系统", Role.CaseSystem, 90, "cg"), EvidenceJson.Options);
        agency.CaseSystem = server.Client((await TestDock.ReadAsync<IssuedToken>(issued)).Secret);
        return agency;
    }

    public void MoveTo(DateTimeOffset at) => Server.Clock.Shift = at - TimeProvider.System.GetUtcNow();

    /// <summary>Makes an account with a role, and lets the person choose a password.</summary>
    public async Task EmployAsync(HttpClient security, string userName, string name, string? officerNumber, Role role, string unit)
    {
        var once = await AskAsync<OneTimePassword>(security, "accounts", new AccountRequest(userName, name, unit, officerNumber));
        var grant = await AskAsync<GrantView>(security, $"accounts/{userName}/roles", new GrantRequest(role, unit, "任职"));
        // The machine's owner is the second person.
        if (!grant.InForce)
            await AskAsync<GrantView>(Server.Operator, $"grants/{grant.Grant}/confirm", new { });
        using var first = await LogInAsync(userName, once.Password!);
        await PutAsync(first, "me/password", new PasswordChange(once.Password!, Password));
    }

    /// <summary>Whose session is over logs in again.</summary>
    public async Task<HttpClient> AsAsync(string userName)
    {
        var now = Server.Clock.GetUtcNow();
        if (_sessions.TryGetValue(userName, out var session) && now < session.Until)
            return session.Client;
        session.Client?.Dispose();
        var client = await LogInAsync(userName, Password);
        _sessions[userName] = (client, now.AddMinutes(20));
        return client;
    }

    public Task<HttpClient> CustodianAsync(string team) => AsAsync(CustodianOf(team));

    /// <summary>A recorder stands in its team's dock; when this returns, the stages have run as their jobs run them. (The scheduler can't follow a clock that is moved.)</summary>
    public async Task<string> DockAsync(PlannedRecording planned)
    {
        var now = Server.Clock.GetUtcNow();
        var made = TestDock.Record(planned.Officer.Recorder, AttachmentKind.Usb);
        var manifest = made.Manifest with
        {
            Clock = new ClockReading(TimeSpan.Zero, now, "SCSI inquiry"),
            Recording = made.Manifest.Recording with { Kind = planned.Kind, RecorderTime = planned.At.DateTime, OfficerNumber = null },
            Files = [.. made.Manifest.Files.Select(f => f with { ModifiedAt = planned.At.AddMinutes(PlannedRecording.Minutes) })],
            Events = [new DockEvent(now, CustodyEventKind.Docked, "bay 1-2"), new DockEvent(now, CustodyEventKind.Offloaded, TestDock.Copied)],
        };
        var item = (await _docks[planned.Officer.Team].DeliverAsync(made with { Manifest = manifest })).ItemId;
        foreach (var stage in new[] { Stage.Seal, Stage.Inspect, Stage.Render })
            Assert.True(await Server.RunAsync(item, stage));
        return item;
    }

    public static async Task<T> AskAsync<T>(HttpClient client, string path, object body)
    {
        using var answer = await client.PostAsJsonAsync("/api/v1/" + path, body, EvidenceJson.Options);
        return await TestDock.ReadAsync<T>(answer);
    }

    public static async Task PutAsync<T>(HttpClient client, string path, T body)
    {
        using var answer = await client.PutAsJsonAsync("/api/v1/" + path, body, EvidenceJson.Options);
        Assert.True(answer.IsSuccessStatusCode, $"{path}: {await answer.Content.ReadAsStringAsync()}");
    }

    public static async Task<T> GetAsync<T>(HttpClient client, string path) => (await client.GetFromJsonAsync<T>("/api/v1/" + path, EvidenceJson.Options))!;

    public async ValueTask DisposeAsync()
    {
        foreach (var (client, _) in _sessions.Values)
            client.Dispose();
        CaseSystem.Dispose();
        await Server.DisposeAsync();
    }

    /// <summary>Everybody has a machine of their own: the service counts log-ins by address.</summary>
    private async Task<HttpClient> LogInAsync(string userName, string password)
    {
        if (!_addresses.TryGetValue(userName, out var address))
            _addresses[userName] = address = new IPAddress([127, 0, 1, (byte)(_addresses.Count + 1)]);
        var client = Server.ClientAt(address);
        var answer = await AskAsync<LogInAnswer>(client, "sessions", new LogInRequest(userName, password, null));
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", answer.Token);
        return client;
    }

    private async Task PutUpDockAsync(string team)
    {
        var invited = await AskAsync<DockInvitation>(Server.Operator, "docks/invitations", new { });
        var dock = await TestDock.EnrolAsync(Server, invited.Code, team + "采集站");
        await PutAsync(Server.Operator, $"docks/{dock.Id}/unit", new DockPlace(team));
        _docks.Add(team, dock);
    }
}
