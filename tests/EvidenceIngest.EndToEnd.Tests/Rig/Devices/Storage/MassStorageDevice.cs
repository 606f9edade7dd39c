using System.Buffers.Binary;
using System.Threading.Channels;

namespace EvidenceIngest.EndToEnd.Tests.Rig.Devices.Storage;

/// <summary>
/// A disk on USB: commands in wrappers, data, status (Mass Storage Class, Bulk-Only Transport 1.0). Data that ends early
/// is followed by a stall where a short packet doesn't show its end (6.7.2); a malformed wrapper stalls both endpoints
/// until the class's reset (6.6.1).
/// </summary>
internal class MassStorageDevice : SimulatedDevice
{
    public const byte In = 0x81;
    public const byte Out = 0x02;

    // As much as any system sends in one command; more is a broken wrapper.
    private const int MaxDataOut = 4 << 20;
    private static readonly UsbInterface Shape = new(0x08, 0x06, 0x50, In, Out);

    private readonly Lock _lock = new();
    private readonly IScsiTarget _target;
    private readonly DiskFaults _faults;
    private Channel<Piece> _toHost = NewQueue();
    private CommandWrapper _command;
    private List<byte>? _dataOut;
    private bool _inHalted;
    private bool _broken;
    private long _contentSent;
    private int _stalled;

    public MassStorageDevice(UsbIdentity identity, IScsiTarget target, DiskFaults? faults = null, UsbSpeed speed = UsbSpeed.High)
        : base(identity, Shape, speed) => (_target, _faults) = (target, faults ?? DiskFaults.None);

    /// <summary>A recorder in disk mode: its card, and what is wrong with it.</summary>
    public static MassStorageDevice WithCard(UsbIdentity identity, CardMedium card, DiskFaults? faults = null, UsbSpeed speed = UsbSpeed.High) =>
        new(identity, new ScsiDisk(identity.Manufacturer, identity.ProductName, card, faults ?? DiskFaults.None), faults, speed);

    public override void Restart()
    {
        lock (_lock)
            Recover();
    }

    public override async ValueTask<UsbReply> BulkOutAsync(byte endpoint, ReadOnlyMemory<byte> data, CancellationToken ct)
    {
        if (endpoint != Out)
            return UsbReply.Stalled;
        lock (_lock)
        {
            if (_broken)
                return UsbReply.Stalled;
            if (_dataOut is null)
                return TakeCommand(data.Span);
            _dataOut.AddRange(data.Span);
            if (_dataOut.Count < _command.DataBytes)
                return UsbReply.Done;
            Execute([.. _dataOut]);
            _dataOut = null;
        }

        return UsbReply.Done;
    }

    public override async ValueTask<UsbReply> BulkInAsync(byte endpoint, int length, CancellationToken ct)
    {
        Channel<Piece> queue;
        lock (_lock)
        {
            if (endpoint != In || _broken || _inHalted)
                return UsbReply.Stalled;
            queue = _toHost;
        }

        await queue.Reader.WaitToReadAsync(ct);
        queue.Reader.TryPeek(out var piece);
        if (piece!.Stall)
        {
            queue.Reader.TryRead(out _);
            lock (_lock)
                _inHalted = true;
            return UsbReply.Stalled;
        }

        var sent = piece.Take(length);
        if (piece.Content)
            await SendContentAsync(sent.Length, ct);
        if (piece.IsEmpty)
            queue.Reader.TryRead(out _);
        return UsbReply.Sends(sent);
    }

    protected override void Arrive() => (_contentSent, _stalled) = (0, 0);

    protected override ValueTask<UsbReply> AnswerControlAsync(UsbSetup setup, ReadOnlyMemory<byte> data, CancellationToken ct)
    {
        switch (setup.RequestType, setup.Request)
        {
            case (0xA1, 0xFE): // GET MAX LUN: one
                return new(UsbReply.Sends(new byte[1]));
            case (0x21, 0xFF): // BULK-ONLY MASS STORAGE RESET
                lock (_lock)
                    Recover();
                return new(UsbReply.Done);
            default:
                return new(UsbReply.Stalled);
        }
    }

    protected override void Resume(byte endpoint)
    {
        lock (_lock)
        {
            if (endpoint == In)
                _inHalted = false;
        }
    }

    private static Channel<Piece> NewQueue() => Channel.CreateUnbounded<Piece>();

    private void Recover()
    {
        _toHost = NewQueue();
        (_dataOut, _inHalted, _broken) = (null, false, false);
    }

    private UsbReply TakeCommand(ReadOnlySpan<byte> wrapper)
    {
        if (CommandWrapper.Parse(wrapper) is not { } command || (!command.ToHost && command.DataBytes > MaxDataOut))
        {
            _broken = true;
            return UsbReply.Stalled;
        }

        _command = command;
        Transcript.Scsi(command.Cdb);
        if (!command.ToHost && command.DataBytes > 0)
            _dataOut = [];
        else
            Execute([]);
        return UsbReply.Done;
    }

    private void Execute(byte[] dataOut)
    {
        if (_command.Cdb[0] == _faults.SilentOn)
            return;
        if (_command.Cdb[0] == _faults.StallOn && _stalled < _faults.StallTimes)
        {
            _stalled++;
            _toHost.Writer.TryWrite(Piece.Stalls);
            _toHost.Writer.TryWrite(Piece.Of(_command.Status(good: false, _command.DataBytes)));
            return;
        }

        var answer = _target.Execute(_command.Cdb, dataOut);
        var data = _command.ToHost ? answer.Data[..(int)Math.Min(answer.Data.Length, _command.DataBytes)] : default;
        var taken = _command.ToHost ? (uint)data.Length : answer.Good ? _command.DataBytes : 0;
        if (!data.IsEmpty)
            _toHost.Writer.TryWrite(Piece.Of(data, answer.Content));
        if (_command.ToHost && data.Length < _command.DataBytes && data.Length % UsbDescriptors.BulkPacketBytes(Speed) == 0)
            _toHost.Writer.TryWrite(Piece.Stalls);
        _toHost.Writer.TryWrite(Piece.Of(_command.Status(answer.Good, _command.DataBytes - taken)));
    }

    private async Task SendContentAsync(int bytes, CancellationToken ct)
    {
        if (_faults.BytesPerSecond is { } rate)
            await Task.Delay(TimeSpan.FromSeconds((double)bytes / rate), ct);
        _contentSent += bytes;
        if (_faults.PullAfterBytes is not { } limit || _contentSent <= limit)
            return;
        if (_faults.PutInAfterPull is { } next)
            Cable.LeaveSoon(next);
        else
            await Cable.PullAsync();
        await Task.Delay(Timeout.Infinite, ct);
    }

    /// <summary>Something for the host to fetch: bytes, or a stall.</summary>
    private sealed class Piece(ReadOnlyMemory<byte> data, bool stall, bool content)
    {
        private ReadOnlyMemory<byte> _rest = data;

        public static Piece Stalls => new(default, stall: true, content: false);

        public bool Stall => stall;

        public bool Content => content;

        public bool IsEmpty => _rest.IsEmpty;

        public static Piece Of(ReadOnlyMemory<byte> data, bool content = false) => new(data, stall: false, content);

        public ReadOnlyMemory<byte> Take(int most)
        {
            var taken = _rest[..Math.Min(most, _rest.Length)];
            _rest = _rest[taken.Length..];
            return taken;
        }
    }

    /// <summary>The 31 bytes before each command, and the 13 after it.</summary>
    private readonly record struct CommandWrapper(uint Tag, uint DataBytes, bool ToHost, byte[] Cdb)
    {
        private const uint CommandSignature = 0x43425355;
        private const uint StatusSignature = 0x53425355;

        public static CommandWrapper? Parse(ReadOnlySpan<byte> b)
        {
            if (b.Length != 31 || BinaryPrimitives.ReadUInt32LittleEndian(b) != CommandSignature || b[13] != 0 || b[14] is < 1 or > 16)
                return null;
            // Shorter commands are filled up, so that reading their fields needs no bounds of its own.
            return new CommandWrapper(
                BinaryPrimitives.ReadUInt32LittleEndian(b[4..]), BinaryPrimitives.ReadUInt32LittleEndian(b[8..]), (b[12] & 0x80) != 0, b[15..31].ToArray());
        }

        public byte[] Status(bool good, uint residue)
        {
            var b = new byte[13];
            BinaryPrimitives.WriteUInt32LittleEndian(b, StatusSignature);
            BinaryPrimitives.WriteUInt32LittleEndian(b.AsSpan(4), Tag);
            BinaryPrimitives.WriteUInt32LittleEndian(b.AsSpan(8), residue);
            b[12] = (byte)(good ? 0 : 1);
            return b;
        }
    }
}
