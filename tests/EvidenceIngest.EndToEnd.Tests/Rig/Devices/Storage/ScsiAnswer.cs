using System.Buffers.Binary;

namespace EvidenceIngest.EndToEnd.Tests.Rig.Devices.Storage;

/// <summary>Why a command failed: key, code and qualifier of SPC-4's table of additional sense codes.</summary>
internal readonly record struct ScsiSense(byte Key, byte Code, byte Qualifier, uint? Block = null)
{
    public static ScsiSense None { get; }

    public static ScsiSense NoMedium { get; } = new(0x02, 0x3A, 0x00);

    public static ScsiSense InvalidCommand { get; } = new(0x05, 0x20, 0x00);

    public static ScsiSense OutOfRange { get; } = new(0x05, 0x21, 0x00);

    public static ScsiSense InvalidField { get; } = new(0x05, 0x24, 0x00);

    public static ScsiSense WriteProtected { get; } = new(0x07, 0x27, 0x00);

    public static ScsiSense UnreadableAt(uint block) => new(0x03, 0x11, 0x00, block);

    /// <summary>The 18 bytes that REQUEST SENSE reads.</summary>
    public byte[] ToFixedFormat()
    {
        byte[] data = [0x70, 0, Key, 0, 0, 0, 0, 10, 0, 0, 0, 0, Code, Qualifier, 0, 0, 0, 0];
        if (Block is not { } block)
            return data;
        data[0] |= 0x80; // the information field holds the block
        BinaryPrimitives.WriteUInt32BigEndian(data.AsSpan(3), block);
        return data;
    }
}

/// <summary>How a command ended; data that came before an error is sent all the same.</summary>
internal readonly record struct ScsiAnswer(bool Good, ReadOnlyMemory<byte> Data)
{
    /// <summary>Whether the data is the card's content: pulled cables and slow cards are counted in it.</summary>
    public bool Content { get; init; }

    public static ScsiAnswer Done { get; } = new(true, default);

    public static ScsiAnswer Sends(params byte[] data) => new(true, data);
}

/// <summary>What answers the commands behind a mass-storage interface.</summary>
internal interface IScsiTarget
{
    /// <summary>Runs a command of 16 bytes, shorter ones filled up; <paramref name="dataOut"/> is empty when the host reads.</summary>
    ScsiAnswer Execute(ReadOnlySpan<byte> cdb, ReadOnlyMemory<byte> dataOut);
}
