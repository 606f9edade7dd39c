using System.Net;
using System.Net.Sockets;
using System.Text.Json;
using EvidenceIngest.EndToEnd.Tests.Installations;
using EvidenceIngest.Server.Events;
using EvidenceIngest.Server.Tests.Support;

namespace EvidenceIngest.Server.Tests.Events;

/// <summary>A real Mosquitto with TLS and passwords on a free port; tests kill it.</summary>
internal sealed class Broker : IAsyncDisposable
{
    private const string Password = "publisher's password";

    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);

    private readonly string _folder = Directory.CreateTempSubdirectory("evidence-mqtt-").FullName;

    // scripts/test ends whatever carries a test home in its environment.
    private readonly Dictionary<string, string> _environment = new() { ["EVIDENCE_HOME"] = Path.Combine(Installation.Checkout, "artifacts/test-homes/mqtt") };

    private readonly int _port = FreePort();

    // Mosquitto's own client ends for good when a TLS connection is cut: it reads without.
    private readonly int _readersPort = FreePort();
    private ChildProcess? _process;

    public MqttOptions Options => new()
    {
        Host = "localhost", Port = _port, CaFile = Path.Combine(_folder, "ca.pem"), User = "publisher", Password = Password, LongestPause = TimeSpan.FromSeconds(1),
        ConnectLimit = TimeSpan.FromSeconds(5), ProgressInterval = TimeSpan.FromMilliseconds(500),
    };

    /// <summary>An authority that the broker's certificate is not of.</summary>
    public string StrangeCa => Path.Combine(_folder, "strange.pem");

    public static async Task<Broker> StartAsync()
    {
        var broker = new Broker();
        await broker.PrepareAsync();
        await broker.RestartAsync();
        return broker;
    }

    public async Task RestartAsync()
    {
        _process = ChildProcess.Start("/usr/sbin/mosquitto", ["-c", Path.Combine(_folder, "broker.conf")], _environment);
        await Eventually.HoldsAsync(
            async () =>
            {
                using var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
                try
                {
                    await socket.ConnectAsync(IPAddress.Loopback, _readersPort);
                    return true;
                }
                catch (SocketException)
                {
                    return _process.HasExited ? throw new InvalidOperationException("mosquitto ended:\n" + _process.Error) : false;
                }
            },
            "mosquitto listens");
    }

    public Task KillAsync() => _process!.KillAsync();

    /// <summary>As after a new installation: no session, nothing retained.</summary>
    public async Task ForgetAsync()
    {
        await KillAsync();
        File.Delete(Path.Combine(_folder, "mosquitto.db"));
        await RestartAsync();
    }

    /// <summary>Mosquitto's own client, with a session that survives the broker's restarts. Lines are <c>RETAINED TOPIC PAYLOAD</c>.</summary>
    public async Task<Subscriber> SubscribeAsync(string name, string topics)
    {
        var process = ChildProcess.Start(
            "stdbuf",
            [
                // Into a pipe it would write in blocks.
                "-oL", "mosquitto_sub",
                "-V", "5", "-h", "localhost", "-p", $"{_readersPort}", "-u", "reader", "-P", Password, "-i", name, "-c", "-x", "3600",
                "-q", "1", "-t", topics, "-F", "%r %t %p", "-d",
            ],
            _environment);
        var subscriber = new Subscriber(process);
        await subscriber.IsSubscribedAsync(1);
        return subscriber;
    }

    public async ValueTask DisposeAsync()
    {
        if (_process is not null)
            await _process.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }

    private static int FreePort()
    {
        using var probe = new TcpListener(IPAddress.Loopback, 0);
        probe.Start();
        return ((IPEndPoint)probe.LocalEndpoint).Port;
    }

    private async Task PrepareAsync()
    {
        await RunAsync(
            """
            openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout ca.key -out ca.pem -days 2 -subj /CN=ca
            openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout strange.key -out strange.pem -days 2 -subj /CN=stranger
            openssl req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout broker.key -out broker.csr -subj /CN=localhost
            printf 'subjectAltName=DNS:localhost,IP:127.0.0.1' > ext
            openssl x509 -req -in broker.csr -CA ca.pem -CAkey ca.key -CAcreateserial -out broker.pem -days 2 -extfile ext
            : > passwords
            mosquitto_passwd -b passwords publisher "$PASSWORD"
            mosquitto_passwd -b passwords reader "$PASSWORD"
            chmod 600 passwords
            """);
        await File.WriteAllTextAsync(Path.Combine(_folder, "acl"), "user publisher\ntopic write evidence/#\nuser reader\ntopic read evidence/#\n");
        await File.WriteAllTextAsync(
            Path.Combine(_folder, "broker.conf"),
            $"""
            listener {_port} 127.0.0.1
            cafile {_folder}/ca.pem
            certfile {_folder}/broker.pem
            keyfile {_folder}/broker.key
            listener {_readersPort} 127.0.0.1
            allow_anonymous false
            password_file {_folder}/passwords
            acl_file {_folder}/acl
            user {Environment.UserName}
            # The reader's session must outlive a kill: that is the broker's part of the promise.
            persistence true
            persistence_location {_folder}/
            autosave_on_changes true
            autosave_interval 1
            max_inflight_messages 0
            max_queued_messages 0

            """);
    }

    private async Task RunAsync(string script)
    {
        var (exitCode, output, error) = await ChildProcess.RunAsync(
            "bash", ["-ec", $"cd '{_folder}'\n{script}"], new Dictionary<string, string>(_environment) { ["PASSWORD"] = Password }, Limit);
        if (exitCode != 0)
            throw new InvalidOperationException($"{output}\n{error}");
    }
}

internal sealed class Subscriber(ChildProcess process) : IAsyncDisposable
{
    private const string Confirmed = "Subscribed (mid";

    public IReadOnlyList<Message> Messages =>
    [
        .. process.Output.Split('\n').Where(line => line.StartsWith("0 ", StringComparison.Ordinal) || line.StartsWith("1 ", StringComparison.Ordinal))
            .Select(line => (line[0] == '1', line.IndexOf(" {", StringComparison.Ordinal), line))
            .Where(m => m.Item2 > 0 && m.line.TrimEnd().EndsWith('}')).Select(m => new Message(m.Item1, m.line[2..m.Item2], JsonDocument.Parse(m.line[m.Item2..]).RootElement)),
    ];

    public IEnumerable<JsonElement> Events => Messages.Where(m => m.Body.TryGetProperty("specversion", out _)).Select(m => m.Body);

    /// <summary>It connects and subscribes again by itself.</summary>
    public Task IsSubscribedAsync(int times) =>
        Eventually.HoldsAsync(() => Task.FromResult((process.Output + process.Error).Split(Confirmed).Length - 1 >= times), "the reader is subscribed");

    public ValueTask DisposeAsync() => process.DisposeAsync();
}

internal sealed record Message(bool IsRetained, string Topic, JsonElement Body);
