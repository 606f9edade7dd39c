using System.Globalization;
using System.Runtime.CompilerServices;
using Amazon.Runtime;
using Amazon.S3;
using Npgsql;

namespace EvidenceIngest.EndToEnd.Tests.Installations;

/// <summary>
/// One <c>$EVIDENCE_HOME</c> with its own real PostgreSQL and object store, made by the project's own scripts below
/// <c>artifacts/test-homes</c>, and the built executable to run against it.
/// </summary>
internal sealed class Installation : IAsyncDisposable
{
    private static readonly TimeSpan ScriptLimit = TimeSpan.FromMinutes(5);

    private readonly Dictionary<string, string> _settings = new(StringComparer.Ordinal);

    private Installation(string home)
    {
        Home = home;
        _settings["EVIDENCE_HOME"] = home;
        _settings["EVIDENCE_VAULT_GB"] = "24";
    }

    public static string Checkout { get; } = FindCheckout();

    /// <summary>The executable that <c>scripts/setup</c> built, which is what users run.</summary>
    public static string Executable { get; } = Path.Combine(Checkout, "src/EvidenceIngest/bin/Release/net10.0/evidence-ingest");

    public string Home { get; }

    /// <summary>Environment of every process of this installation; a test adds settings such as EVIDENCE_Dock__Clearing.</summary>
    public IDictionary<string, string> Settings => _settings;

    public int VaultPort => Port("vault");

    public Uri Api => new($"http://127.0.0.1:{Port("api")}");

    public Uri Vault => new($"http://127.0.0.1:{Port("vault")}");

    /// <param name="name">Distinct per test class: classes run side by side.</param>
    /// <param name="part">postgres or vault when a test needs only that one.</param>
    public static async Task<Installation> CreateAsync(string name, string? part = null)
    {
        var installation = new Installation(Path.Combine(Checkout, "artifacts/test-homes", name));
        await installation.RemoveAsync();
        await installation.ScriptAsync("start", part);
        return installation;
    }

    public Task StartServersAsync(string? part = null) => ScriptAsync("start", part);

    public Task StopServersAsync(string? part = null) => ScriptAsync("stop", part);

    /// <summary>Process ids of postgres, mon, osd, rgw, as far as they run.</summary>
    public async Task<IReadOnlyDictionary<string, int>> ServersAsync() =>
        (await ScriptAsync("status")).Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(l => l.Split(' '))
            .ToDictionary(f => f[0], f => int.Parse(f[1], CultureInfo.InvariantCulture), StringComparer.Ordinal);

    public ChildProcess Start(params string[] arguments) => Start(Executable, arguments);

    public ChildProcess Start(string file, IEnumerable<string> arguments) => ChildProcess.Start(file, arguments, _settings);

    public Task<(int ExitCode, string Output, string Error)> RunAsync(TimeSpan limit, params string[] arguments) =>
        ChildProcess.RunAsync(Executable, arguments, _settings, limit);

    /// <summary>The object store with the service's own keys, without the service.</summary>
    public AmazonS3Client ObjectStore() => new(
        new BasicAWSCredentials(Secret("vault.access-key"), Secret("vault.secret-key")),
        new AmazonS3Config
        {
            ServiceURL = Vault.AbsoluteUri,
            ForcePathStyle = true,
            AuthenticationRegion = "us-east-1",
            RequestChecksumCalculation = RequestChecksumCalculation.WHEN_REQUIRED,
            ResponseChecksumValidation = ResponseChecksumValidation.WHEN_REQUIRED,
        });

    /// <summary>The database with the service's own role, without the service.</summary>
    public NpgsqlDataSource Database() => NpgsqlDataSource.Create(
        $"Host=127.0.0.1;Port={Port("postgres")};Username=evidence;Database=evidence;Password={Secret("postgres.password")}");

    public string Secret(string name) => File.ReadAllText(Path.Combine(Home, "secrets", name)).Trim();

    public async ValueTask DisposeAsync()
    {
        // What a failed test leaves is worth reading: the folder stays, the servers don't.
        await ScriptAsync("stop");
    }

    private async Task RemoveAsync()
    {
        if (!Directory.Exists(Home))
            return;
        await ScriptAsync("stop");
        // .NET can't name what isn't UTF-8, and hostile cards hold such names.
        var (exitCode, _, error) = await ChildProcess.RunAsync("rm", ["-rf", Home], _settings, ScriptLimit);
        if (exitCode != 0)
            throw new IOException(error);
    }

    private async Task<string> ScriptAsync(string action, string? part = null)
    {
        string[] arguments = part is null ? [action] : [action, part];
        var (exitCode, output, error) =
            await ChildProcess.RunAsync(Path.Combine(Checkout, "scripts/services"), arguments, _settings, ScriptLimit);
        return exitCode == 0 ? output : throw new InvalidOperationException($"scripts/services {action} {part} failed:\n{error}");
    }

    private int Port(string name) =>
        int.Parse(
            File.ReadLines(Path.Combine(Home, "ports")).Select(l => l.Split('=')).Single(f => f[0] == name)[1],
            CultureInfo.InvariantCulture);

    private static string FindCheckout([CallerFilePath] string here = "")
    {
        var folder = Path.GetDirectoryName(here);
        while (folder is not null && !File.Exists(Path.Combine(folder, "EvidenceIngest.sln")))
            folder = Path.GetDirectoryName(folder);
        return folder ?? throw new InvalidOperationException("no EvidenceIngest.sln above " + here);
    }
}
