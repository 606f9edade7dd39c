namespace EvidenceIngest.Recorders.Dialogues.Scsi;

/// <summary>Passes SCSI commands through to one logical unit. Implemented for Linux (SG_IO) and Windows (SPTI).</summary>
internal interface IScsiDevice : IDisposable
{
    /// <summary>Blocks until the unit has answered or the kernel gives up.</summary>
    /// <param name="cdb">The command, 6 to 16 bytes.</param>
    /// <param name="data">To the unit; empty when it answers or nothing moves.</param>
    /// <param name="read">Most bytes from the unit.</param>
    /// <param name="timeout">For the unit.</param>
    /// <exception cref="DeviceTalkException">The unit refused the command or did not answer.</exception>
    /// <exception cref="Cards.CardIoException">The system refused to pass it through.</exception>
    byte[] Pass(ReadOnlySpan<byte> cdb, ReadOnlySpan<byte> data, int read, TimeSpan timeout);
}

/// <summary>Finds a USB device's logical units.</summary>
internal interface IScsiDevices
{
    /// <summary>Empty while the kernel has not found any yet.</summary>
    /// <exception cref="Cards.CardIoException">The system refuses to open one.</exception>
    IReadOnlyList<IScsiDevice> Open(Discovery.UsbAttachment device);
}

/// <summary>How both systems judge what came back.</summary>
internal static class ScsiStatus
{
    private const byte Good = 0;
    private const byte CheckCondition = 2;

    public static void Check(byte status, ReadOnlySpan<byte> sense)
    {
        if (status == Good)
            return;
        // Fixed format (70h, 71h): key in byte 2, codes in 12 and 13. Descriptor format (72h, 73h): bytes 1 to 3. SPC-4, 4.5.
        var reason = status != CheckCondition || sense.Length < 4 ? ""
            : (sense[0] & 0x7f) >= 0x72 ? $", sense {sense[1] & 0xf:x}/{sense[2]:x2}/{sense[3]:x2}"
            : sense.Length >= 14 ? $", sense {sense[2] & 0xf:x}/{sense[12]:x2}/{sense[13]:x2}" : "";
        throw new DeviceTalkException($"the device refuses the SCSI command: status {status:x2}{reason}");
    }
}
