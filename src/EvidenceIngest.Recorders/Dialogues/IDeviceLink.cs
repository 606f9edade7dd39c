using EvidenceIngest.Recorders.Discovery;
using EvidenceIngest.Recorders.Profiles;
using EvidenceIngest.Recorders.Profiles.Dialogue;

namespace EvidenceIngest.Recorders.Dialogues;

/// <summary>What is sent to a device at once, and how much may come back.</summary>
/// <param name="Data">Bytes to the device; empty when none go.</param>
/// <param name="Read">Most bytes from the device; 0 when none come.</param>
internal abstract record Exchange(ReadOnlyMemory<byte> Data, int Read)
{
    /// <summary>The same once more without sending: only the next reply is read.</summary>
    public Exchange NextReply() => this with { Data = default };
}

internal sealed record ScsiExchange(ReadOnlyMemory<byte> Cdb, ReadOnlyMemory<byte> Data, int Read) : Exchange(Data, Read);

internal sealed record ControlExchange(byte Type, byte Request, ushort Value, ushort Index, ReadOnlyMemory<byte> Data, int Read)
    : Exchange(Data, Read);

internal sealed record BulkExchange(ReadOnlyMemory<byte> Data, int Read) : Exchange(Data, Read);

internal sealed record FrameExchange(ReadOnlyMemory<byte> Data, int Read) : Exchange(Data, Read);

/// <summary>
/// The answer is every buffer that the function fills, one behind the other, then its result code (iRet, or else what it
/// returns) as four bytes, little endian.
/// </summary>
/// <param name="Step">The call.</param>
/// <param name="Inputs">What its inputs hold, in their order.</param>
internal sealed record DllExchange(DllCallStep Step, IReadOnlyList<ReadOnlyMemory<byte>> Inputs)
    : Exchange(default, Step.ResultAt + sizeof(int));

/// <summary>
/// An open way to one device. Implemented for USB transfers, SCSI commands, frames over TCP and a maker's library.
/// Disposing gives the device back as it was found.
/// </summary>
internal interface IDeviceLink : IAsyncDisposable
{
    /// <summary>Sends, then reads one reply; at most as long as was asked for.</summary>
    /// <param name="exchange">Of the kind that this link serves.</param>
    /// <param name="timeout">What the device is given at most.</param>
    /// <param name="ct">Ends the exchange at once.</param>
    /// <exception cref="DeviceTalkException">It is silent, refuses the request or answers more than asked. Worth a retry.</exception>
    /// <exception cref="Drivers.RecorderGoneException">It left its port.</exception>
    /// <exception cref="Drivers.RecorderRefusedException">It can't be spoken to on this machine, for good.</exception>
    Task<ReadOnlyMemory<byte>> ExchangeAsync(Exchange exchange, TimeSpan timeout, CancellationToken ct);
}

internal interface IDeviceLinks
{
    /// <summary>Opens the way that the profile's dialogue takes. For SCSI this sends INQUIRY; the others send nothing.</summary>
    /// <returns>Null when INQUIRY says that it is another device than the profile means.</returns>
    /// <exception cref="DeviceTalkException">It can't be opened now. Worth a retry.</exception>
    /// <exception cref="Drivers.RecorderGoneException">It left its port.</exception>
    /// <exception cref="Drivers.RecorderRefusedException">It can't be spoken to on this machine, for good.</exception>
    Task<IDeviceLink?> OpenAsync(UsbAttachment device, HardwareProfile profile, CancellationToken ct);
}

/// <summary>What stands in USB ports at this moment.</summary>
internal interface IUsbPorts
{
    /// <summary>Null when the port is empty or holds a hub.</summary>
    UsbAttachment? At(BayId bay);
}

/// <summary>The device is there but didn't say what it should. The message holds no secrets.</summary>
internal sealed class DeviceTalkException(string message, Exception? cause = null) : IOException(message, cause)
{
    /// <summary>It said nothing at all in time: a busy one may do so a moment later.</summary>
    public bool IsSilence { get; init; }
}
