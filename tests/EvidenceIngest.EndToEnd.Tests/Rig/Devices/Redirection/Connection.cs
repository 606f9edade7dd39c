using System.Collections.Concurrent;

namespace EvidenceIngest.EndToEnd.Tests.Rig.Devices.Redirection;

/// <summary>One stay of a device on a port: runs its transfers, in order on each endpoint, until it is gone.</summary>
internal sealed class Connection : IAsyncDisposable
{
    private readonly ConcurrentDictionary<ulong, CancellationTokenSource> _pending = new();
    private readonly Dictionary<byte, Task> _tails = [];
    private readonly CancellationTokenSource _gone = new();
    private readonly CancellationToken _ended;
    private readonly Func<Connection, RedirMessage, Task> _answer;
    private readonly Action<Exception> _fail;
    private byte _configuration;

    /// <summary>
    /// <paramref name="answer"/> sends to the guest, unless this stay has ended; <paramref name="fail"/> hears of faults of the model.
    /// </summary>
    public Connection(SimulatedDevice device, Func<Connection, RedirMessage, Task> answer, Action<Exception> fail) =>
        (Device, _answer, _fail, _ended) = (device, answer, fail, _gone.Token);

    public SimulatedDevice Device { get; }

    /// <summary>Takes one request of the guest; returns without waiting for the device's answer.</summary>
    /// <exception cref="RigException">A packet is malformed.</exception>
    public async Task TakeAsync(RedirMessage request)
    {
        var body = request.Body;
        switch (request.Type)
        {
            case RedirType.Reset:
                Device.Restart();
                break;
            case RedirType.SetConfiguration:
                _configuration = body.Span[0];
                await _answer(this, new RedirMessage(RedirType.ConfigurationStatus, request.Id, new byte[] { 0, _configuration }));
                break;
            case RedirType.GetConfiguration:
                await _answer(this, new RedirMessage(RedirType.ConfigurationStatus, request.Id, new byte[] { 0, _configuration }));
                break;
            case RedirType.SetAltSetting or RedirType.GetAltSetting:
                // One setting only, number 0; another is refused.
                var wanted = request.Type == RedirType.SetAltSetting ? body.Span[1] : (byte)0;
                var status = wanted == 0 ? UsbStatus.Done : UsbStatus.Stalled;
                await _answer(this, new RedirMessage(RedirType.AltSettingStatus, request.Id, new[] { (byte)status, body.Span[0], (byte)0 }));
                break;
            case RedirType.CancelData:
                await CancelAsync(request.Id);
                break;
            case RedirType.Control:
                var control = ControlPacket.Parse(body);
                Enqueue(request, control.Endpoint, ct => Device.ControlAsync(control.Setup, control.Data, ct), control.Answer);
                break;
            case RedirType.Bulk:
                var bulk = BulkPacket.Parse(body);
                Enqueue(request, bulk.Endpoint, ct => TransferAsync(bulk, ct), bulk.Answer);
                break;
        }
    }

    /// <summary>Ends every transfer without an answer.</summary>
    public async ValueTask DisposeAsync()
    {
        await _gone.CancelAsync();
        _gone.Dispose();
    }

    private ValueTask<UsbReply> TransferAsync(BulkPacket bulk, CancellationToken ct)
    {
        // A request for the device that stood here before may still have been under way.
        if (_configuration == 0)
            return new(new UsbReply(UsbStatus.Invalid, default));
        return bulk.ToHost ? Device.BulkInAsync(bulk.Endpoint, bulk.Length, ct) : Device.BulkOutAsync(bulk.Endpoint, bulk.Data, ct);
    }

    private async Task CancelAsync(ulong id)
    {
        if (!_pending.TryGetValue(id, out var transfer))
            return;
        try
        {
            await transfer.CancelAsync();
        }
        catch (ObjectDisposedException)
        {
            // It ended at this very moment; its answer is on its way.
        }
    }

    private void Enqueue(RedirMessage request, byte endpoint, Func<CancellationToken, ValueTask<UsbReply>> transfer, Func<UsbReply, byte[]> answerOf)
    {
        var cancel = _pending[request.Id] = CancellationTokenSource.CreateLinkedTokenSource(_ended);
        _tails[endpoint] = RunAsync(_tails.GetValueOrDefault(endpoint, Task.CompletedTask));

        async Task RunAsync(Task before)
        {
            await before;
            UsbReply reply;
            try
            {
                cancel.Token.ThrowIfCancellationRequested();
                reply = await transfer(cancel.Token);
            }
            catch (OperationCanceledException)
            {
                reply = new UsbReply(UsbStatus.Cancelled, default);
            }
            catch (Exception e)
            {
                // A fault of the model, not of the device: the guest gets an error at once and the test hears of it.
                _fail(e);
                reply = new UsbReply(UsbStatus.Failed, default);
            }

            _pending.TryRemove(request.Id, out _);
            cancel.Dispose();
            await _answer(this, request with { Body = answerOf(reply) });
        }
    }
}
