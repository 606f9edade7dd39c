using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using EvidenceIngest.EndToEnd.Tests.Installations;
using EvidenceIngest.Server.People.Ldap;
using EvidenceIngest.Server.Tests.Support;

namespace EvidenceIngest.Server.Tests.People.Ldap;

/// <summary>A real OpenLDAP server of this test's own, with an authority and certificates of its own; tests stop, hang and move it.</summary>
internal sealed class Slapd : IAsyncDisposable
{
    public const string People = "ou=people,dc=agency";
    public const string Password = "directory's own 7";

    private const string Root = "cn=root,dc=agency";
    private const string RootPassword = "root's";
    private const string Searcher = "cn=searcher,dc=agency";

    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);

    private readonly string _folder = Directory.CreateTempSubdirectory("evidence-slapd-").FullName;

    // scripts/test ends whatever carries a test home in its environment.
    private readonly Dictionary<string, string> _environment = new() { ["EVIDENCE_HOME"] = Path.Combine(Installation.Checkout, "artifacts/test-homes/slapd") };

    private readonly int _ldap = FreePort();
    private readonly int _ldaps = FreePort();
    private ChildProcess? _process;

    /// <summary>How many passwords of this person it looked at since its start.</summary>
    public int BindsOf(string userName) => _process!.Error.Split('\n').Count(line => line.Contains($"BIND dn=\"uid={userName},", StringComparison.Ordinal) && line.Contains("method=128", StringComparison.Ordinal));

    public string Log => _process!.Error;

    public string CaFile => Path.Combine(_folder, "ca.pem");

    public string StrangeCaFile => Path.Combine(_folder, "stranger.pem");

    /// <param name="users">Who are in it; each has <see cref="Password"/>.</param>
    public static async Task<Slapd> StartAsync(params string[] users)
    {
        var slapd = new Slapd();
        slapd.MakeCertificates();
        await slapd.FillAsync(users);
        await slapd.RestartAsync();
        return slapd;
    }

    /// <summary>It searches for people.</summary>
    public DirectoryOptions Options(
        DirectoryTransport transport = DirectoryTransport.Tls, string? caFile = null, string host = "localhost", string? searchPassword = null, double seconds = 5) => new()
    {
        Host = host, Port = transport == DirectoryTransport.Tls ? _ldaps : _ldap, Transport = transport, CaFile = caFile ?? CaFile,
        Search = new DirectorySearch("dc=agency", "uid", Searcher, searchPassword ?? "searcher's"), Limit = TimeSpan.FromSeconds(seconds),
    };

    /// <summary>It knows where people are.</summary>
    public DirectoryOptions ByTemplate() => new()
    {
        Host = "localhost", Port = _ldaps, Transport = DirectoryTransport.Tls, CaFile = CaFile, NameTemplate = $"uid={{name}},{People}",
    };

    /// <param name="certificate">good, elsewhere (of another host), expired, or none.</param>
    public async Task RestartAsync(string certificate = "good")
    {
        await StopAsync();
        await WriteConfigurationAsync(certificate);
        var addresses = $"ldap://127.0.0.1:{_ldap}" + (certificate == "none" ? "" : $" ldaps://127.0.0.1:{_ldaps}");
        _process = ChildProcess.Start("/usr/sbin/slapd", ["-h", addresses, "-f", Path.Combine(_folder, "slapd.conf"), "-d", "stats"], _environment);
        await Eventually.HoldsAsync(
            async () =>
            {
                using var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
                try
                {
                    await socket.ConnectAsync(IPAddress.Loopback, _ldap);
                    return true;
                }
                catch (SocketException)
                {
                    return _process.HasExited ? throw new InvalidOperationException("slapd ended:\n" + _process.Error) : false;
                }
            },
            "slapd listens");
    }

    public async Task StopAsync()
    {
        if (_process is null)
            return;
        await SignalAsync("CONT");
        await SignalAsync("TERM");
        await _process.WaitAsync(Limit);
        await _process.DisposeAsync();
        _process = null;
    }

    /// <summary>It takes connections and says nothing.</summary>
    public Task HangAsync() => SignalAsync("STOP");

    public Task WakeAsync() => SignalAsync("CONT");

    public Task MoveAsync(string userName, string to) => ToolAsync("ldapmodrdn", "-s", to, $"uid={userName},{People}", $"uid={userName}");

    public Task ChangePasswordAsync(string userName, string password) => ToolAsync("ldappasswd", "-s", password, $"uid={userName},{People}");

    public async ValueTask DisposeAsync()
    {
        if (_process is not null)
            await _process.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }

    private Task ToolAsync(string tool, params string[] arguments) =>
        RunAsync(tool, ["-x", "-H", $"ldap://127.0.0.1:{_ldap}", "-D", Root, "-w", RootPassword, .. arguments]);

    private Task SignalAsync(string signal) => RunAsync("kill", ["-" + signal, _process!.Id.ToString(CultureInfo.InvariantCulture)]);

    private static int FreePort()
    {
        using var probe = new TcpListener(IPAddress.Loopback, 0);
        probe.Start();
        return ((IPEndPoint)probe.LocalEndpoint).Port;
    }

    private Task WriteConfigurationAsync(string certificate) => File.WriteAllTextAsync(
        Path.Combine(_folder, "slapd.conf"),
        $"""
        include /etc/ldap/schema/core.schema
        include /etc/ldap/schema/cosine.schema
        include /etc/ldap/schema/inetorgperson.schema
        pidfile {_folder}/pid
        modulepath /usr/lib/ldap
        moduleload back_mdb
        {(certificate == "none" ? "" : $"TLSCertificateFile {_folder}/{certificate}.pem\nTLSCertificateKeyFile {_folder}/{certificate}.key")}
        database mdb
        suffix "dc=agency"
        rootdn "{Root}"
        rootpw {RootPassword}
        directory {_folder}
        maxsize 10485760
        access to attrs=userPassword by anonymous auth by * none
        access to * by dn.exact="{Searcher}" read by * none

        """);

    private async Task FillAsync(IEnumerable<string> users)
    {
        string[] containers = ["dn: dc=agency\nobjectClass: organization\nobjectClass: dcObject\no: agency\ndc: agency", Container("people"), Container("elsewhere")];
        string[] entries =
        [
            .. containers,
            $"dn: {Searcher}\nobjectClass: organizationalRole\nobjectClass: simpleSecurityObject\ncn: searcher\nuserPassword: searcher's",
            .. users.Select(user => Person(user, "people")), Person("twin", "people"), Person("twin", "elsewhere"),
        ];
        var file = Path.Combine(_folder, "people.ldif");
        await File.WriteAllTextAsync(file, string.Join("\n\n", entries) + "\n");
        await WriteConfigurationAsync("none");
        await RunAsync("/usr/sbin/slapadd", ["-f", Path.Combine(_folder, "slapd.conf"), "-l", file]);
    }

    private static string Container(string name) => $"dn: ou={name},dc=agency\nobjectClass: organizationalUnit\nou: {name}";

    private static string Person(string user, string where)
    {
        static string Base64(string text) => Convert.ToBase64String(System.Text.Encoding.UTF8.GetBytes(text));
        return $"dn:: {Base64($"uid={DirectoryName.Escape(user)},ou={where},dc=agency")}\nobjectClass: inetOrgPerson\nuid:: {Base64(user)}\ncn: somebody\nsn: somebody\nuserPassword: {Password}";
    }

    private void MakeCertificates()
    {
        var now = DateTimeOffset.UtcNow;
        using var authority = Authority("ca", CaFile);
        using var stranger = Authority("stranger", StrangeCaFile);
        Issue("good", "localhost", now.AddDays(2));
        Issue("elsewhere", "dc2.agency.example", now.AddDays(2));
        Issue("expired", "localhost", now.AddDays(-1));

        X509Certificate2 Authority(string name, string file)
        {
            using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
            var request = new CertificateRequest("CN=" + name, key, HashAlgorithmName.SHA256);
            request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
            request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.KeyCertSign, true));
            var made = request.CreateSelfSigned(now.AddDays(-10), now.AddDays(10));
            File.WriteAllText(file, made.ExportCertificatePem());
            return made;
        }

        void Issue(string name, string host, DateTimeOffset until)
        {
            using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
            var request = new CertificateRequest("CN=" + host, key, HashAlgorithmName.SHA256);
            var names = new SubjectAlternativeNameBuilder();
            names.AddDnsName(host);
            request.CertificateExtensions.Add(names.Build());
            using var made = request.Create(authority, now.AddDays(-5), until, RandomNumberGenerator.GetBytes(8));
            File.WriteAllText(Path.Combine(_folder, name + ".pem"), made.ExportCertificatePem());
            File.WriteAllText(Path.Combine(_folder, name + ".key"), key.ExportPkcs8PrivateKeyPem());
        }
    }

    private async Task RunAsync(string file, string[] arguments)
    {
        var (exitCode, output, error) = await ChildProcess.RunAsync(file, arguments, _environment, Limit);
        if (exitCode != 0)
            throw new InvalidOperationException($"{file} {string.Join(' ', arguments)}:\n{output}\n{error}");
    }
}
