using System.Collections.Concurrent;
using System.Net.Sockets;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace EvidenceIngest.Server.Events.Mqtt;

/// <summary>
/// One connection to a broker, from its beginning to its end; it never connects again by itself, so that its owner knows what
/// was acknowledged. The native client lives on a thread of its own, which alone makes an end of it.
/// </summary>
internal sealed class MqttConnection : IAsyncDisposable
{
    private const int KeepAliveSeconds = 20;
    private const int LoopMilliseconds = 250;
    private const int LastLoops = 8;
    private const int FirstRefusal = 0x80;

    private static readonly TimeSpan EndLimit = TimeSpan.FromSeconds(5);

    private readonly MqttOptions _options;
    private readonly Lock _lock = new();
    private readonly TaskCompletionSource _connected = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource<string> _closed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);

    // The acknowledgement may come before publishing has returned the message's number: whoever is first makes the entry.
    private readonly ConcurrentDictionary<int, TaskCompletionSource<int>> _acknowledgements = new();

    private nint _client;
    private GCHandle _self;
    private string? _said;
    private volatile bool _stopping;

    private MqttConnection(MqttOptions options) => _options = options;

    /// <summary>Ends with the reason when the connection does.</summary>
    public Task<string> Closed => _closed.Task;

    /// <exception cref="MqttUnavailableException">No broker, an untrusted one, or one that refuses; the message says which.</exception>
    public static async Task<MqttConnection> OpenAsync(MqttOptions options, string willTopic, byte[] will, CancellationToken ct)
    {
        await ReachAsync(options, ct);
        var connection = new MqttConnection(options);
        try
        {
            connection.Prepare(willTopic, will);
        }
        catch (DllNotFoundException e)
        {
            throw new MqttUnavailableException("libmosquitto is not installed on this machine (Debian: libmosquitto1)", e);
        }

        try
        {
            await Task.WhenAny(connection._connected.Task, connection.Closed).WaitAsync(options.ConnectLimit, ct);
        }
        catch (TimeoutException)
        {
            await connection.DisposeAsync();
            throw new MqttUnavailableException(connection.Explained($"{options.Host}:{options.Port} did not greet within {options.ConnectLimit.TotalSeconds:0} s"));
        }
        catch
        {
            await connection.DisposeAsync();
            throw;
        }

        if (connection._connected.Task.IsCompletedSuccessfully)
            return connection;
        var reason = await connection.Closed;
        await connection.DisposeAsync();
        throw new MqttUnavailableException(reason);
    }

    /// <summary>Sends a message; with QoS 1 it ends when the broker has acknowledged, with QoS 0 when it is on its way.</summary>
    /// <exception cref="MqttUnavailableException">The connection is over, or the broker refuses the message.</exception>
    public async Task PublishAsync(string topic, byte[] payload, string contentType, bool retain, int qos, CancellationToken ct)
    {
        var acknowledged = Send(topic, payload, contentType, retain, qos);
        if (await Task.WhenAny(acknowledged, Closed).WaitAsync(_options.AcknowledgeLimit, ct) != acknowledged)
            throw new MqttUnavailableException(await Closed);
        var reason = await acknowledged;
        if (reason >= FirstRefusal)
            throw new MqttUnavailableException($"the broker refuses messages to {topic}: {Mosquitto.Reason(reason)}");
    }

    public async ValueTask DisposeAsync()
    {
        _stopping = true;
        // A thread that hangs in the system's own connecting ends with that, and then cleans up by itself.
        await Task.WhenAny(_ended.Task, Task.Delay(EndLimit));
    }

    /// <summary>Connecting is the library's and has no limit of time: first it is seen whether anybody is there.</summary>
    private static async Task ReachAsync(MqttOptions options, CancellationToken ct)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(ct);
        limit.CancelAfter(options.ConnectLimit);
        using var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
        try
        {
            await socket.ConnectAsync(options.Host, options.Port, limit.Token);
        }
        catch (SocketException e)
        {
            throw new MqttUnavailableException($"{options.Host}:{options.Port}: {e.Message}", e);
        }
        catch (OperationCanceledException) when (!ct.IsCancellationRequested)
        {
            throw new MqttUnavailableException($"{options.Host}:{options.Port}: nobody answers within {options.ConnectLimit.TotalSeconds:0} s");
        }
    }

    private static void Demand(int result, string what)
    {
        if (result != Mosquitto.Success)
            throw new MqttUnavailableException($"{what}: {Mosquitto.Explain(result)}");
    }

    private static void DemandFile(string? file)
    {
        if (file is not null && !File.Exists(file))
            throw new MqttUnavailableException($"{file} is not there");
    }

    private void Prepare(string willTopic, byte[] will)
    {
        _self = GCHandle.Alloc(this);
        try
        {
            _client = Mosquitto.Create(_options.ClientId, GCHandle.ToIntPtr(_self));
            Configure(willTopic, will);
        }
        catch
        {
            End();
            throw;
        }

        new Thread(Run) { IsBackground = true, Name = "mqtt" }.Start();
    }

    private unsafe void Configure(string willTopic, byte[] will)
    {
        Mosquitto.OnConnect(_client, &Connected);
        Mosquitto.OnDisconnect(_client, &Disconnected);
        Mosquitto.OnPublish(_client, &Acknowledged);
        Mosquitto.OnLog(_client, &Logged);
        Demand(Mosquitto.SetThreaded(_client, 1), "threads");
        Demand(Mosquitto.SetOption(_client, Mosquitto.ProtocolVersionOption, Mosquitto.ProtocolVersion5), "MQTT 5");
        if (_options.User is { } user)
            Demand(Mosquitto.SetUser(_client, user, _options.Password), "user");
        if (_options.Tls)
        {
            DemandFile(_options.CaFile);
            DemandFile(_options.CertificateFile);
            DemandFile(_options.KeyFile);
            if (_options.CaFile is null)
                Demand(Mosquitto.SetOption(_client, Mosquitto.UseSystemTrustOption, 1), "the machine's authorities");
            Demand(Mosquitto.SetTls(_client, _options.CaFile, null, _options.CertificateFile, _options.KeyFile, 0), "TLS");
        }

        fixed (byte* payload = will)
            Demand(Mosquitto.SetWill(_client, willTopic, will.Length, payload, 1, 1, 0), "last will");
    }

    private unsafe Task<int> Send(string topic, byte[] payload, string contentType, bool retain, int qos)
    {
        nint properties = 0;
        lock (_lock)
        {
            if (_client == 0 || _closed.Task.IsCompleted)
                throw new MqttUnavailableException("the connection is over");
            try
            {
                Demand(Mosquitto.AddProperty(ref properties, Mosquitto.ContentTypeProperty, contentType), "content type");
                int message;
                fixed (byte* bytes = payload)
                    Demand(Mosquitto.Publish(_client, out message, topic, payload.Length, bytes, qos, retain ? (byte)1 : (byte)0, properties), $"message to {topic}");
                return Acknowledgement(message).Task;
            }
            finally
            {
                if (properties != 0)
                    Mosquitto.FreeProperties(ref properties);
            }
        }
    }

    // Numbers come again after 65,535 messages: an entry goes once both sides have seen it.
    private TaskCompletionSource<int> Acknowledgement(int message)
    {
        var mine = new TaskCompletionSource<int>(TaskCreationOptions.RunContinuationsAsynchronously);
        var entry = _acknowledgements.GetOrAdd(message, mine);
        if (!ReferenceEquals(entry, mine))
            _acknowledgements.TryRemove(message, out _);
        return entry;
    }

    private void Run()
    {
        try
        {
            var result = Mosquitto.Connect(_client, _options.Host, _options.Port, KeepAliveSeconds, null, 0);
            while (result == Mosquitto.Success && !_stopping)
                result = Mosquitto.Loop(_client, LoopMilliseconds, 1);
            if (result != Mosquitto.Success)
            {
                _closed.TrySetResult(Explained($"{_options.Host}:{_options.Port}: {Mosquitto.Explain(result)}"));
                return;
            }

            _ = Mosquitto.Disconnect(_client, Mosquitto.DisconnectWithWill, 0);
            for (var i = 0; i < LastLoops && Mosquitto.Loop(_client, LoopMilliseconds / LastLoops, 1) == Mosquitto.Success; i++)
            {
            }
        }
        finally
        {
            _closed.TrySetResult("the connection was ended");
            End();
        }
    }

    private void End()
    {
        lock (_lock)
        {
            if (_client != 0)
                Mosquitto.Destroy(_client);
            _client = 0;
            _self.Free();
        }

        _ended.TrySetResult();
    }

    private string Explained(string what) => _said is { } said ? $"{what} ({said})" : what;

    private static MqttConnection Of(nint state) => (MqttConnection)GCHandle.FromIntPtr(state).Target!;

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static void Connected(nint client, nint state, int reason, int flags, nint properties)
    {
        var connection = Of(state);
        if (reason == 0)
            connection._connected.TrySetResult();
        else
            connection._closed.TrySetResult($"the broker refuses: {Mosquitto.Reason(reason)}");
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static void Disconnected(nint client, nint state, int reason, nint properties)
    {
        var connection = Of(state);
        connection._closed.TrySetResult(connection.Explained(reason >= FirstRefusal ? $"the broker ended the connection: {Mosquitto.Reason(reason)}" : "the connection broke"));
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static void Acknowledged(nint client, nint state, int message, int reason, nint properties)
    {
        var entries = Of(state)._acknowledgements;
        var mine = new TaskCompletionSource<int>(TaskCreationOptions.RunContinuationsAsynchronously);
        mine.SetResult(reason);
        var entry = entries.GetOrAdd(message, mine);
        if (ReferenceEquals(entry, mine))
            return;
        entries.TryRemove(message, out _);
        entry.TrySetResult(reason);
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static void Logged(nint client, nint state, int level, nint text)
    {
        // Where the library says that the broker's certificate isn't trusted; its return codes don't.
        if (level == Mosquitto.ErrorLevel)
            Of(state)._said = Marshal.PtrToStringUTF8(text);
    }
}

/// <summary>The broker can't be reached, isn't trusted, or refuses; worth a retry later.</summary>
internal sealed class MqttUnavailableException(string message, Exception? cause = null) : Exception(message, cause);
