using System.Collections.Concurrent;
using System.Globalization;
using System.Net.Sockets;

namespace EvidenceIngest.EndToEnd.Tests.Rig;

/// <summary>The host's side of <c>tests/rig/guest/agent</c>, which describes the lines that are exchanged.</summary>
internal sealed class GuestAgent : IAsyncDisposable
{
    private readonly ConcurrentDictionary<int, TaskCompletionSource<int>> _running = new();
    private readonly TaskCompletionSource<string> _ready = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly SemaphoreSlim _writing = new(1);
    private readonly StreamReader _reader;
    private readonly StreamWriter _writer;
    private readonly Task _reading;
    private volatile bool _ended;

    private GuestAgent(Socket socket)
    {
        var stream = new NetworkStream(socket, ownsSocket: true);
        _reader = new StreamReader(stream);
        _writer = new StreamWriter(stream) { AutoFlush = true };
        _reading = ReadAsync();
    }

    /// <summary>The guest's kernel release, once it has booted.</summary>
    public Task<string> Ready => _ready.Task;

    public static async Task<GuestAgent> ConnectAsync(string socketPath, CancellationToken ct)
    {
        var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        await socket.ConnectAsync(new UnixDomainSocketEndPoint(socketPath), ct);
        return new GuestAgent(socket);
    }

    /// <summary>Starts the command with this id; the inner task ends with its exit code, or fails when the guest ends.</summary>
    public async Task<Task<int>> StartAsync(int id, CancellationToken ct)
    {
        var exit = _running[id] = new(TaskCreationOptions.RunContinuationsAsynchronously);
        if (_ended)
            exit.TrySetException(Ended());
        await SendAsync($"run {id}", ct);
        return exit.Task;
    }

    /// <summary>Signals the command and everything it started; no error when it has ended already.</summary>
    public Task SignalAsync(int id, string signal, CancellationToken ct) =>
        _running.ContainsKey(id) ? SendAsync($"kill {id} {signal}", ct) : Task.CompletedTask;

    public async ValueTask DisposeAsync()
    {
        _reader.Dispose();
        await _reading;
        _writing.Dispose();
    }

    private static RigException Ended() => new("the guest has ended");

    private async Task SendAsync(string line, CancellationToken ct)
    {
        await _writing.WaitAsync(ct);
        try
        {
            await _writer.WriteAsync($"{line}\n".AsMemory(), ct);
        }
        catch (IOException e)
        {
            throw new RigException("the guest has ended", e);
        }
        finally
        {
            _writing.Release();
        }
    }

    private async Task ReadAsync()
    {
        try
        {
            while (await _reader.ReadLineAsync() is { } line)
                Take(line.Split(' '));
        }
        catch (Exception e) when (e is IOException or ObjectDisposedException)
        {
            // The commands that wait are told below.
        }

        _ended = true;
        _ready.TrySetException(Ended());
        foreach (var exit in _running.Values)
            exit.TrySetException(Ended());
    }

    private void Take(string[] words)
    {
        if (words is ["ready", var kernel])
            _ready.TrySetResult(kernel);
        else if (words is ["exit", var id, var code]
            && _running.TryRemove(int.Parse(id, CultureInfo.InvariantCulture), out var exit))
            exit.TrySetResult(int.Parse(code, CultureInfo.InvariantCulture));
    }
}
