using System.Buffers.Binary;
using System.Text;
using EvidenceIngest.EndToEnd.Tests.Rig.Devices.Storage;

namespace EvidenceIngest.EndToEnd.Tests.Rig.Devices.Recorders;

/// <summary>What a JieLi recorder tells about itself: the fields of GA/T 947.4, 7, 6, 32, 12 and 32 bytes of GBK.</summary>
internal sealed record JieliInfo(string Serial, string Officer, string OfficerName, string Unit, string UnitName)
{
    private static readonly Encoding Gbk = CodePagesEncodingProvider.Instance.GetEncoding("GBK")!;

    public byte[] ToBytes() => [.. Field(Serial, 7), .. Field(Officer, 6), .. Field(OfficerName, 32), .. Field(Unit, 12), .. Field(UnitName, 32)];

    private static byte[] Field(string text, int bytes)
    {
        var field = new byte[bytes];
        Gbk.GetBytes(text, field);
        return field;
    }
}

/// <summary>
/// A JieLi DV16 that is charging: a disk without card whose INQUIRY says <c>DV16 DEVICE V1.00</c> and that has commands of
/// its own, FD 81 to read and FB 82 to write, the command in byte 5, the length in bytes 6 and 7. Documented by
/// jjzqp/gitskills, USBJL.h and USBJL.cpp; the host compares the password itself, the recorder never checks one. Inferred:
/// that an unknown command fails, that disk mode is a new connection.
/// </summary>
internal sealed class JieliRecorder : MassStorageDevice
{
    private readonly JieliCommands _commands;

    private JieliRecorder(UsbIdentity identity, JieliCommands commands, DiskFaults? faults, UsbSpeed speed)
        : base(identity, commands, faults, speed) => (_commands, commands.DiskWanted) = (commands, Leave);

    /// <summary>The seven bytes that command 05 set last.</summary>
    public byte[]? Clock => _commands.Clock;

    /// <summary>A recorder that command 06 turns into <paramref name="disk"/>; with null it goes and never comes back.</summary>
    public static JieliRecorder Create(
        UsbIdentity identity, string password, JieliInfo info, SimulatedDevice? disk, bool cardInside = true,
        DiskFaults? faults = null, UsbSpeed speed = UsbSpeed.High) =>
        new(identity, new JieliCommands(password, info, disk, cardInside), faults, speed);

    public static UsbIdentity Identity(string serial) => new(0x4C4A, 0x4155, "Jieli Technology", "USB Composite Device", serial);

    private void Leave(SimulatedDevice? disk) => Cable.LeaveSoon(disk);

    private sealed class JieliCommands(string password, JieliInfo info, SimulatedDevice? disk, bool cardInside) : IScsiTarget
    {
        private const byte BatteryPercent = 87;
        private readonly ScsiDisk _empty = new("DV16", "DEVICE V1.00", medium: null, DiskFaults.None);
        private bool _failed;

        public Action<SimulatedDevice?>? DiskWanted { get; set; }

        public byte[]? Clock { get; private set; }

        public ScsiAnswer Execute(ReadOnlySpan<byte> cdb, ReadOnlyMemory<byte> dataOut) => (cdb[0], cdb[1]) switch
        {
            (0xFD, 0x81) => Read(cdb[5], BinaryPrimitives.ReadUInt16BigEndian(cdb[6..])),
            (0xFB, 0x82) => Write(cdb[5], dataOut),
            _ => _empty.Execute(cdb, dataOut),
        };

        private ScsiAnswer Read(byte command, int length)
        {
            byte[]? data = command switch
            {
                0x02 => Encoding.ASCII.GetBytes("JLDV16"),
                0x03 => info.ToBytes(),
                0x07 => [.. Little(1920), .. Little(1080)],
                0x08 => Little(BatteryPercent),
                0x0C => Little(cardInside ? 1 : 0),
                0x0D => Padded(password, 16),
                0x0E => Little(_failed ? 1 : 0),
                _ => null,
            };
            if (command != 0x0E)
                _failed = data is null;
            return data is null ? _empty.Fail(ScsiSense.InvalidField) : ScsiAnswer.Sends(data[..Math.Min(length, data.Length)]);
        }

        private ScsiAnswer Write(byte command, ReadOnlyMemory<byte> data)
        {
            switch (command)
            {
                case 0x01:
                    break;
                case 0x05 when data.Length == 7:
                    Clock = data.ToArray();
                    break;
                case 0x06 when cardInside:
                    DiskWanted?.Invoke(disk);
                    break;
                default:
                    _failed = true;
                    return _empty.Fail(ScsiSense.InvalidField);
            }

            _failed = false;
            return ScsiAnswer.Done;
        }

        private static byte[] Little(int value)
        {
            var bytes = new byte[4];
            BinaryPrimitives.WriteInt32LittleEndian(bytes, value);
            return bytes;
        }

        private static byte[] Padded(string text, int bytes)
        {
            var field = new byte[bytes];
            Encoding.ASCII.GetBytes(text, field);
            return field;
        }
    }
}
