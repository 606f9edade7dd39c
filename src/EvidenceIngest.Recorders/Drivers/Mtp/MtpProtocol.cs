using System.Buffers.Binary;
using System.Text.Json;

namespace EvidenceIngest.Recorders.Drivers.Mtp;

/// <summary>
/// What the dock and its MTP worker say to each other over the worker's standard input and output: a frame is a
/// little-endian length and that many bytes. A request is one frame of JSON; an answer is one of JSON and one of content.
/// </summary>
internal static class MtpProtocol
{
    /// <summary>Content of one answer; a listing of a hundred thousand files stays below.</summary>
    public const int LargestFrame = 64 << 20;

    /// <summary>A listing that is larger than any recorder makes is refused, not cut.</summary>
    public const int MostObjects = 100_000;

    public const int DeepestFolder = 32;

    public static byte[] Bytes<T>(T message) => JsonSerializer.SerializeToUtf8Bytes(message);

    public static T Message<T>(ReadOnlySpan<byte> bytes) =>
        JsonSerializer.Deserialize<T>(bytes) ?? throw new InvalidDataException($"no {typeof(T).Name}");

    public static async Task WriteAsync(Stream stream, ReadOnlyMemory<byte> frame, CancellationToken ct)
    {
        var length = new byte[sizeof(int)];
        BinaryPrimitives.WriteInt32LittleEndian(length, frame.Length);
        await stream.WriteAsync(length, ct);
        await stream.WriteAsync(frame, ct);
        await stream.FlushAsync(ct);
    }

    /// <returns>Null when the other side has closed the stream between two frames.</returns>
    /// <exception cref="InvalidDataException">The other side doesn't speak this protocol.</exception>
    public static async Task<byte[]?> ReadAsync(Stream stream, CancellationToken ct)
    {
        var length = new byte[sizeof(int)];
        var got = await stream.ReadAtLeastAsync(length, length.Length, throwOnEndOfStream: false, ct);
        if (got == 0)
            return null;
        if (got < length.Length)
            throw new EndOfStreamException("the frame's length was cut off");
        var count = BinaryPrimitives.ReadInt32LittleEndian(length);
        if (count is < 0 or > LargestFrame)
            throw new InvalidDataException($"a frame of {count} bytes");
        var frame = new byte[count];
        await stream.ReadExactlyAsync(frame, ct);
        return frame;
    }
}

internal enum MtpOperation
{
    Open,
    List,

    /// <summary>What the object is now.</summary>
    Look,
    Read,
    Delete,
}

/// <param name="Operation">What to do.</param>
/// <param name="Object">Object id, but for Open and List.</param>
/// <param name="Offset">Where to read.</param>
/// <param name="Count">How many bytes to read at most.</param>
internal sealed record MtpRequest(MtpOperation Operation, uint Object = 0, long Offset = 0, int Count = 0)
{
    /// <summary>For Open.</summary>
    public MtpAddress? Device { get; init; }
}

/// <summary>Where the device is plugged and what it is; the library compares all four.</summary>
internal sealed record MtpAddress(byte Bus, byte Address, ushort Vendor, ushort Product);

/// <summary>The JSON half of an answer. Content follows: the bytes of a Read, a JSON array of <see cref="MtpObject"/> of a List.</summary>
/// <param name="Error">What the library or the device said; null when it worked.</param>
internal sealed record MtpAnswer(string? Error = null)
{
    public MtpDeviceFacts? Device { get; init; }

    /// <summary>Beside an error that no other device and no second attempt will mend.</summary>
    public bool LibraryMissing { get; init; }

    /// <summary>Of a Look; null when there is no such object any more.</summary>
    public MtpObject? Object { get; init; }
}

/// <param name="Manufacturer">As the device says.</param>
/// <param name="Model">As the device says.</param>
/// <param name="Serial">As the device says.</param>
/// <param name="BatteryPercent">Null when it doesn't say.</param>
/// <param name="ReadsParts">It can give any part of an object: without that a broken transfer can't go on.</param>
internal sealed record MtpDeviceFacts(string? Manufacturer, string? Model, string? Serial, int? BatteryPercent, bool ReadsParts);

/// <param name="Id">The device's handle, valid until it is unplugged.</param>
/// <param name="Path">Folder and name below the storage; several storages are the first element, s1, s2 …</param>
/// <param name="Bytes">Length.</param>
/// <param name="ModifiedAt">Seconds since 1970 as the library made them of the device's local time in the worker's zone; 0 when unknown.</param>
/// <param name="IsFolder">Folders are told only where they could not be read, with <paramref name="Problem"/>.</param>
/// <param name="Problem">Why a folder could not be read.</param>
internal sealed record MtpObject(uint Id, string Path, long Bytes, long ModifiedAt, bool IsFolder = false, string? Problem = null);
