using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text;
using EvidenceIngest.Server.Vault;
using Microsoft.Extensions.Logging.Abstractions;

namespace EvidenceIngest.Server.Tests.Vault;

/// <summary>Answers that a healthy Ceph never gives, from a scripted socket.</summary>
public sealed class UnhelpfulStoreTests : IAsyncDisposable
{
    private static readonly VaultVersion Version = new("evidence", "k", "v");

    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _limit = new(TimeSpan.FromSeconds(60));
    private readonly S3Vault _vault;
    private Task _serving = Task.CompletedTask;
    private int _requests;

    public UnhelpfulStoreTests()
    {
        _listener.Start();
        _vault = new S3Vault(
            new VaultOptions
            {
                Endpoint = new Uri($"http://127.0.0.1:{((IPEndPoint)_listener.LocalEndpoint).Port}"),
                AccessKey = "a",
                SecretKey = "s",
                CallTimeout = TimeSpan.FromSeconds(3),
            },
            TimeProvider.System,
            NullLogger<S3Vault>.Instance);
    }

    [Fact]
    public async Task A_store_that_accepts_and_never_answers_is_unavailable_within_the_limit()
    {
        Serve(_ => null);
        var clock = Stopwatch.StartNew();
        await Assert.ThrowsAsync<VaultUnavailableException>(() => _vault.ReadLockAsync(Version, _limit.Token));
        Assert.InRange(clock.Elapsed.TotalSeconds, 2, 20);
    }

    [Fact]
    public async Task A_body_that_stops_flowing_is_unavailable_within_the_limit()
    {
        Serve(_ => "HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\nonly so much");
        await using var stream = await _vault.OpenAsync(Version, 0, null, _limit.Token);
        var clock = Stopwatch.StartNew();
        var error = await Assert.ThrowsAsync<VaultUnavailableException>(() => stream.CopyToAsync(Stream.Null, _limit.Token));
        Assert.Contains("after 12 of 1000 bytes", error.Message, StringComparison.Ordinal);
        Assert.InRange(clock.Elapsed.TotalSeconds, 2, 20);
    }

    [Fact]
    public async Task A_passing_error_is_tried_again()
    {
        Serve(request => request < 3 ? Error(503, "SlowDown") : Error(404, "NoSuchUpload"));
        Assert.Null(await _vault.ListPartsAsync(new VaultObject("evidence", "k"), "u", _limit.Token));
        Assert.Equal(3, _requests);
    }

    [Fact]
    public async Task An_error_that_passes_too_slowly_is_unavailable()
    {
        Serve(_ => Error(500, "InternalError"));
        var error = await Assert.ThrowsAsync<VaultUnavailableException>(() => _vault.ReadLockAsync(Version, _limit.Token));
        Assert.Contains("500 InternalError", error.Message, StringComparison.Ordinal);
        Assert.Equal(3, _requests);
    }

    [Fact]
    public async Task A_store_that_gives_the_whole_object_for_a_range_breaks_its_promise()
    {
        Serve(_ => "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nwhole");
        await Assert.ThrowsAsync<VaultBrokenPromiseException>(() => _vault.OpenAsync(Version, 2, 2, _limit.Token));
    }

    [Fact]
    public async Task A_store_that_accepts_a_lock_but_does_not_keep_it_breaks_its_promise()
    {
        // Reading finds no lock before and after a PUT that is answered with 200.
        Serve(request => request == 2 ? "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n" : Error(404, "NoSuchObjectLockConfiguration"));
        var error = await Assert.ThrowsAsync<VaultBrokenPromiseException>(
            () => _vault.LockAsync(Version, DateTimeOffset.UtcNow.AddDays(1), _limit.Token));
        Assert.Contains("no lock", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_refused_key_is_worth_waiting_for_but_not_worth_hammering()
    {
        Serve(_ => Error(403, "InvalidAccessKeyId"));
        await Assert.ThrowsAsync<VaultUnavailableException>(() => _vault.ReadLockAsync(Version, _limit.Token));
        Assert.Equal(1, _requests);
    }

    [Fact]
    public async Task A_closed_port_is_unavailable()
    {
        _listener.Stop();
        await Assert.ThrowsAsync<VaultUnavailableException>(() => _vault.PrepareAsync(_limit.Token));
    }

    public async ValueTask DisposeAsync()
    {
        await _limit.CancelAsync();
        await _serving;
        _listener.Dispose();
        _vault.Dispose();
        _limit.Dispose();
    }

    private static string Error(int status, string code)
    {
        var body = $"<?xml version=\"1.0\"?><Error><Code>{code}</Code><Message>scripted</Message></Error>";
        return $"HTTP/1.1 {status} Scripted\r\nContent-Type: application/xml\r\nContent-Length: {body.Length}\r\nConnection: close\r\n\r\n{body}";
    }

    // One request per connection; null never answers, and a connection stays open until the test ends.
    private void Serve(Func<int, string?> answer)
    {
        _serving = Task.Run(async () =>
        {
            var open = new List<TcpClient>();
            try
            {
                while (true)
                {
                    var client = await _listener.AcceptTcpClientAsync(_limit.Token);
                    open.Add(client);
                    var stream = client.GetStream();
                    _ = await stream.ReadAsync(new byte[64 << 10], _limit.Token);
                    if (answer(Interlocked.Increment(ref _requests)) is not { } text)
                        continue;
                    await stream.WriteAsync(Encoding.ASCII.GetBytes(text), _limit.Token);
                    if (text.Contains("Connection: close", StringComparison.Ordinal) || text.Contains("Length: 0", StringComparison.Ordinal))
                        client.Close();
                }
            }
            catch (Exception e) when (e is OperationCanceledException or SocketException)
            {
                open.ForEach(c => c.Dispose());
            }
        });
    }
}
