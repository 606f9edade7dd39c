using System.Buffers.Binary;

namespace EvidenceIngest.EndToEnd.Tests.Rig.Devices.Storage;

/// <summary>How one command ended for the host: data, CSW status and residue, and whether the data phase stalled.</summary>
internal sealed record HostResult(byte[] Data, byte Status, uint Residue, bool Stalled);

/// <summary>The host's side of Bulk-Only Transport, for tests without a guest; follows figure 2 of the standard.</summary>
internal sealed class StorageHost(MassStorageDevice device, int maxTransfer = 64 << 10)
{
    private uint _tag;

    public async Task<HostResult> ReadAsync(string cdb, int length, CancellationToken ct)
    {
        Assert.Equal(UsbStatus.Done, (await device.BulkOutAsync(MassStorageDevice.Out, Wrap(cdb, (uint)length, toHost: true), ct)).Status);
        List<byte> data = [];
        var stalled = false;
        while (data.Count < length)
        {
            var asked = Math.Min(length - data.Count, maxTransfer);
            var reply = await device.BulkInAsync(MassStorageDevice.In, asked, ct);
            if (stalled = reply.Status == UsbStatus.Stalled)
            {
                await ResumeAsync(ct);
                break;
            }

            data.AddRange(reply.Data.Span);
            if (reply.Data.Length < asked && reply.Data.Length % 512 != 0)
                break;
        }

        return await StatusAsync([.. data], stalled, ct);
    }

    public async Task<HostResult> WriteAsync(string cdb, byte[] data, CancellationToken ct)
    {
        await device.BulkOutAsync(MassStorageDevice.Out, Wrap(cdb, (uint)data.Length, toHost: false), ct);
        foreach (var part in data.Chunk(maxTransfer))
            await device.BulkOutAsync(MassStorageDevice.Out, part, ct);
        return await StatusAsync([], stalled: false, ct);
    }

    public ValueTask<UsbReply> ResumeAsync(CancellationToken ct) =>
        device.ControlAsync(new UsbSetup(0x02, 0x01, 0, MassStorageDevice.In, 0), default, ct);

    public ValueTask<UsbReply> ResetAsync(CancellationToken ct) => device.ControlAsync(new UsbSetup(0x21, 0xFF, 0, 0, 0), default, ct);

    private async Task<HostResult> StatusAsync(byte[] data, bool stalled, CancellationToken ct)
    {
        var status = (await device.BulkInAsync(MassStorageDevice.In, 13, ct)).Data.ToArray();
        Assert.Equal(13, status.Length);
        Assert.Equal("USBS"u8.ToArray(), status[..4]);
        Assert.Equal(_tag, BinaryPrimitives.ReadUInt32LittleEndian(status.AsSpan(4)));
        return new HostResult(data, status[12], BinaryPrimitives.ReadUInt32LittleEndian(status.AsSpan(8)), stalled);
    }

    private byte[] Wrap(string cdb, uint length, bool toHost)
    {
        var command = Convert.FromHexString(cdb);
        var wrapper = new byte[31];
        "USBC"u8.CopyTo(wrapper);
        BinaryPrimitives.WriteUInt32LittleEndian(wrapper.AsSpan(4), ++_tag);
        BinaryPrimitives.WriteUInt32LittleEndian(wrapper.AsSpan(8), length);
        (wrapper[12], wrapper[14]) = ((byte)(toHost ? 0x80 : 0), (byte)command.Length);
        command.CopyTo(wrapper, 15);
        return wrapper;
    }
}
