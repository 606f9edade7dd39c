using System.Collections.Concurrent;
using System.Net.Sockets;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace EvidenceIngest.EndToEnd.Tests.Rig;

/// <summary>QEMU's machine protocol: JSON lines, replies matched by id, events in between.</summary>
/// <remarks>Source: QEMU Machine Protocol specification (docs/interop/qmp-spec).</remarks>
internal sealed class QmpClient : IAsyncDisposable
{
    private readonly ConcurrentDictionary<int, TaskCompletionSource<JsonNode?>> _replies = new();
    private readonly ConcurrentDictionary<string, TaskCompletionSource> _removals = new();
    private readonly SemaphoreSlim _writing = new(1);
    private readonly StreamReader _reader;
    private readonly StreamWriter _writer;
    private readonly Task _reading;
    private int _lastId;

    private QmpClient(Socket socket)
    {
        var stream = new NetworkStream(socket, ownsSocket: true);
        _reader = new StreamReader(stream);
        _writer = new StreamWriter(stream) { AutoFlush = true };
        _reading = ReadAsync();
    }

    public static async Task<QmpClient> ConnectAsync(string socketPath, CancellationToken ct)
    {
        var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        await socket.ConnectAsync(new UnixDomainSocketEndPoint(socketPath), ct);
        var client = new QmpClient(socket);
        await client.ExecuteAsync("qmp_capabilities", null, ct);
        return client;
    }

    /// <exception cref="RigException">QEMU refused the command or ended.</exception>
    public async Task<JsonNode?> ExecuteAsync(string command, JsonObject? arguments, CancellationToken ct)
    {
        var id = Interlocked.Increment(ref _lastId);
        var reply = _replies[id] = new(TaskCreationOptions.RunContinuationsAsynchronously);
        var line = new JsonObject { ["execute"] = command, ["id"] = id, ["arguments"] = arguments ?? [] }.ToJsonString();
        await _writing.WaitAsync(ct);
        try
        {
            await _writer.WriteLineAsync(line.AsMemory(), ct);
        }
        catch (IOException e)
        {
            throw new RigException($"QEMU has ended before {command}", e);
        }
        finally
        {
            _writing.Release();
        }

        return await reply.Task.WaitAsync(TimeSpan.FromMinutes(1), ct);
    }

    /// <summary>Removes a device and returns when the guest's controller has let it go.</summary>
    public async Task RemoveDeviceAsync(string id, CancellationToken ct)
    {
        var removed = _removals[id] = new(TaskCreationOptions.RunContinuationsAsynchronously);
        await ExecuteAsync("device_del", new JsonObject { ["id"] = id }, ct);
        await removed.Task.WaitAsync(TimeSpan.FromMinutes(1), ct);
    }

    public async ValueTask DisposeAsync()
    {
        _reader.Dispose();
        await _reading;
        _writing.Dispose();
    }

    private async Task ReadAsync()
    {
        try
        {
            while (await _reader.ReadLineAsync() is { } line)
                Take(JsonNode.Parse(line)!);
        }
        catch (Exception e) when (e is IOException or ObjectDisposedException or JsonException)
        {
            // The commands that wait are told below.
        }

        foreach (var waiting in _replies.Values)
            waiting.TrySetException(new RigException("QEMU has ended"));
        foreach (var waiting in _removals.Values)
            waiting.TrySetException(new RigException("QEMU has ended"));
    }

    private void Take(JsonNode message)
    {
        if ((string?)message["event"] == "DEVICE_DELETED"
            && (string?)message["data"]?["device"] is { } device && _removals.TryRemove(device, out var removal))
            removal.TrySetResult();
        if (message["id"] is not { } id || !_replies.TryRemove((int)id, out var reply))
            return;
        if (message["error"] is { } error)
            reply.TrySetException(new RigException($"QEMU: {error["desc"]}"));
        else
            reply.TrySetResult(message["return"]);
    }
}
