using System.Buffers.Binary;
using System.Text;

namespace EvidenceIngest.EndToEnd.Tests.Rig.Devices.Storage;

/// <summary>
/// A removable disk as SBC-3 and SPC-4 describe it, with or without a card in it. INQUIRY has room for 8 characters of
/// <paramref name="vendor"/> and 16 of <paramref name="product"/>.
/// </summary>
internal sealed class ScsiDisk(string vendor, string product, CardMedium? medium, DiskFaults faults) : IScsiTarget
{
    private const byte Verify = 0x2F;

    private CardMedium? _medium = medium;
    private ScsiSense _sense;

    /// <summary>Remembers why a command failed, for the REQUEST SENSE that follows.</summary>
    public ScsiAnswer Fail(ScsiSense sense, ReadOnlyMemory<byte> before = default)
    {
        _sense = sense;
        return new ScsiAnswer(false, before) { Content = !before.IsEmpty };
    }

    public ScsiAnswer Execute(ReadOnlySpan<byte> cdb, ReadOnlyMemory<byte> dataOut)
    {
        switch (cdb[0])
        {
            case 0x03: // REQUEST SENSE
                var sense = _sense;
                _sense = ScsiSense.None;
                return ScsiAnswer.Sends(Cut(sense.ToFixedFormat(), cdb[4]));
            case 0x12: // INQUIRY; vital product data pages are left out, as in most sticks
                return (cdb[1] & 1) != 0
                    ? Fail(ScsiSense.InvalidField)
                    : ScsiAnswer.Sends(Cut(Inquiry(), BinaryPrimitives.ReadUInt16BigEndian(cdb[3..])));
        }

        return cdb[0] switch
        {
            0x1E => ScsiAnswer.Done, // PREVENT ALLOW MEDIUM REMOVAL
            0x1A => ScsiAnswer.Sends(Cut([3, 0, WriteProtection, 0], cdb[4])), // MODE SENSE (6)
            0x5A => ScsiAnswer.Sends(Cut([0, 6, 0, WriteProtection, 0, 0, 0, 0], BinaryPrimitives.ReadUInt16BigEndian(cdb[7..]))),
            0x1B => StartStop(cdb),
            _ when _medium is null => Fail(KnownWithMedium(cdb) ? ScsiSense.NoMedium : ScsiSense.InvalidCommand),
            _ => ExecuteOnMedium(_medium, cdb, dataOut),
        };
    }

    private byte WriteProtection => (byte)(_medium is { WriteProtected: true } ? 0x80 : 0);

    private static bool KnownWithMedium(ReadOnlySpan<byte> cdb) =>
        cdb[0] is 0x00 or 0x23 or 0x25 or 0x28 or 0x2A or Verify or 0x35 or 0x88 or 0x8A or 0x9E;

    private static byte[] Cut(byte[] data, int allocated) => data.Length <= allocated ? data : data[..allocated];

    private ScsiAnswer ExecuteOnMedium(CardMedium card, ReadOnlySpan<byte> cdb, ReadOnlyMemory<byte> dataOut)
    {
        switch (cdb[0])
        {
            case 0x00 or Verify: // TEST UNIT READY
                return ScsiAnswer.Done;
            case 0x35: // SYNCHRONIZE CACHE
                card.Flush();
                return ScsiAnswer.Done;
            case 0x23: // READ FORMAT CAPACITIES
                return ScsiAnswer.Sends([0, 0, 0, 8, .. BigEndian((uint)card.Blocks), 2, 0, CardMedium.BlockBytes >> 8, 0]);
            case 0x25: // READ CAPACITY (10)
                return ScsiAnswer.Sends([.. BigEndian((uint)Math.Min(card.Blocks - 1, uint.MaxValue)), .. BigEndian(CardMedium.BlockBytes)]);
            case 0x9E when (cdb[1] & 0x1F) == 0x10: // READ CAPACITY (16)
                byte[] capacity = [.. BigEndian((ulong)card.Blocks - 1), .. BigEndian(CardMedium.BlockBytes), .. new byte[20]];
                return ScsiAnswer.Sends(Cut(capacity, (int)Math.Min(BinaryPrimitives.ReadUInt32BigEndian(cdb[10..]), int.MaxValue)));
            case 0x28 or 0x88: // READ
                return Read(card, Range(cdb));
            case 0x2A or 0x8A: // WRITE
                return Write(card, Range(cdb), dataOut);
            default:
                return Fail(ScsiSense.InvalidCommand);
        }
    }

    private ScsiAnswer Read(CardMedium card, (ulong First, uint Count) range)
    {
        if (Outside(card, range))
            return Fail(ScsiSense.OutOfRange);
        var first = (long)range.First;
        var count = (int)range.Count;
        if (faults.BadBlocks is { } bad && bad.FirstIn(first, count) is { } block)
            return Fail(ScsiSense.UnreadableAt((uint)block), card.Read(first, (int)(block - first)));
        return new ScsiAnswer(true, card.Read(first, count)) { Content = true };
    }

    private ScsiAnswer Write(CardMedium card, (ulong First, uint Count) range, ReadOnlyMemory<byte> data)
    {
        if (card.WriteProtected)
            return Fail(ScsiSense.WriteProtected);
        if (Outside(card, range))
            return Fail(ScsiSense.OutOfRange);
        if (data.Length != range.Count * CardMedium.BlockBytes)
            return Fail(ScsiSense.InvalidField);
        card.Write((long)range.First, data.Span);
        return ScsiAnswer.Done;
    }

    /// <summary>START STOP UNIT: with the eject bit and without start the card leaves.</summary>
    private ScsiAnswer StartStop(ReadOnlySpan<byte> cdb)
    {
        if ((cdb[4] & 3) == 2)
            _medium = null;
        return ScsiAnswer.Done;
    }

    private byte[] Inquiry() =>
    [
        0x00, 0x80, 0x04, 0x02, 31, 0, 0, 0, // direct access, removable, SPC-2
        .. Encoding.ASCII.GetBytes($"{Fit(vendor, 8)}{Fit(product, 16)}1.00"),
    ];

    private static string Fit(string text, int length) => text.PadRight(length)[..length];

    private static (ulong First, uint Count) Range(ReadOnlySpan<byte> cdb) => cdb[0] >= 0x80
        ? (BinaryPrimitives.ReadUInt64BigEndian(cdb[2..]), BinaryPrimitives.ReadUInt32BigEndian(cdb[10..]))
        : (BinaryPrimitives.ReadUInt32BigEndian(cdb[2..]), BinaryPrimitives.ReadUInt16BigEndian(cdb[7..]));

    // Written so that no sum can overflow.
    private static bool Outside(CardMedium card, (ulong First, uint Count) range) =>
        range.First > (ulong)card.Blocks || range.Count > (ulong)card.Blocks - range.First || range.Count > int.MaxValue / CardMedium.BlockBytes;

    private static byte[] BigEndian(uint value)
    {
        var bytes = new byte[4];
        BinaryPrimitives.WriteUInt32BigEndian(bytes, value);
        return bytes;
    }

    private static byte[] BigEndian(ulong value)
    {
        var bytes = new byte[8];
        BinaryPrimitives.WriteUInt64BigEndian(bytes, value);
        return bytes;
    }
}
