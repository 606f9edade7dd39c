using EvidenceIngest.Recorders.Discovery;
using EvidenceIngest.Recorders.Profiles;
using EvidenceIngest.Recorders.Profiles.Dialogue;
using EvidenceIngest.VendorDll;

namespace EvidenceIngest.Recorders.Dialogues.Vendor;

/// <summary>Calls of one conversation into one library. Disposing ends the helper.</summary>
/// <param name="helper">With the library loaded.</param>
/// <param name="restart">Gives another such helper.</param>
/// <param name="device">For messages.</param>
/// <param name="profile">For messages.</param>
/// <param name="release">Lets the next bay use the library.</param>
internal sealed class VendorLink(
    VendorHelper helper, Func<CancellationToken, Task<VendorHelper>> restart, UsbAttachment device, HardwareProfile profile, Action release)
    : IDeviceLink
{
    private VendorHelper? _helper = helper;
    private bool _isInitialised;
    private bool _released;

    public async Task<ReadOnlyMemory<byte>> ExchangeAsync(Exchange exchange, TimeSpan timeout, CancellationToken ct)
    {
        var call = exchange as DllExchange ?? throw new ArgumentException("no call into a library", nameof(exchange));
        var running = await RunningAsync(ct);
        try
        {
            var answer = await running.AskAsync(id => RequestOf(id, call), timeout, ct);
            if (answer.Error is not null)
                throw LibraryRefusal.For(answer, device, profile, call.Step.Library, call.Step.Function);
            var reply = DllReply.Of(call.Step, answer);
            _isInitialised = true;
            return reply;
        }
        catch (VendorHelperException e)
        {
            throw new DeviceTalkException($"{call.Step.Library} {call.Step.Function}: {e.Message}", e);
        }
        catch (InvalidDataException e)
        {
            running.Distrust();
            throw new DeviceTalkException($"{call.Step.Library} {call.Step.Function}: its process gave no possible answer: {e.Message}", e);
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (_released)
            return;
        _released = true;
        try
        {
            if (_helper is not null)
                await _helper.DisposeAsync();
        }
        finally
        {
            release();
        }
    }

    /// <summary>A new helper for one that ended, as long as the library had nothing to forget.</summary>
    private async Task<VendorHelper> RunningAsync(CancellationToken ct)
    {
        if (_helper is { HasEnded: false } running)
            return running;
        if (_isInitialised)
            throw new DeviceTalkException($"{profile.Dialogue!.Library}: its process has ended; the recorder has to be initialised anew");
        if (_helper is not null)
            await _helper.DisposeAsync();
        _helper = null;
        return _helper = await restart(ct);
    }

    private static VendorRequest RequestOf(int id, DllExchange exchange)
    {
        var inputs = new Queue<ReadOnlyMemory<byte>>(exchange.Inputs);
        return new VendorRequest
        {
            Id = id,
            Call = exchange.Step.Function,
            Arguments =
            [
                .. exchange.Step.Arguments.Select(argument => argument switch
                {
                    DllInput => new VendorArgument { In = Convert.ToHexString(inputs.Dequeue().Span) },
                    DllNumber number => new VendorArgument { Number = number.Value },
                    DllOutput { IsZfyInfo: true } info => new VendorArgument { ZfyInfo = info.Bytes },
                    DllOutput output => new VendorArgument { Out = output.Bytes },
                    _ => new VendorArgument { Result = true },
                }),
            ],
        };
    }
}
