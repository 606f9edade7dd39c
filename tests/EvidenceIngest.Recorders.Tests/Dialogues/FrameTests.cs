using System.Buffers.Binary;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;
using EvidenceIngest.Recorders.Dialogues;
using EvidenceIngest.Recorders.Dialogues.Tcp;
using EvidenceIngest.Recorders.Discovery;
using EvidenceIngest.Recorders.Profiles;

namespace EvidenceIngest.Recorders.Tests.Dialogues;

/// <summary>The real frame link against a real server on this machine that plays the E12.</summary>
public sealed class FrameTests : IDisposable, IDeviceLinks
{
    private readonly DialogueBench _bench = new();
    private readonly TcpListener _server = new(IPAddress.Loopback, 0);

    public FrameTests()
    {
        _server.Start();
        _bench.Real = this;
    }

    public void Dispose()
    {
        _server.Dispose();
        _bench.Dispose();
    }

    async Task<IDeviceLink?> IDeviceLinks.OpenAsync(UsbAttachment device, HardwareProfile profile, CancellationToken ct) =>
        await FrameLink.ConnectAsync((IPEndPoint)_server.LocalEndpoint, null, profile.Dialogue!.Tcp!.BigEndianLength, ct);

    [Theory]
    [InlineData("be32")]
    [InlineData("le32")]
    public async Task An_Android_recorder_tells_its_officer_in_GBK_and_its_clock_and_shows_its_disk(string order)
    {
        var heard = ServeAsync(order == "be32", async (stream, said) =>
        {
            if (said == "E12CMDS004")
            {
                await SendAsync(stream, order == "be32", [.. "E12DATR004"u8, .. Gbk("王某"), .. new byte[28]]);
            }
            else if (said == "E12CMDS003")
            {
                var now = TimeZoneInfo.ConvertTime(DateTimeOffset.UtcNow, Support.Recorders.Shanghai).AddMinutes(2);
                await SendAsync(stream, order == "be32", Gbk("E12DATR003" + now.ToString("yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture)));
            }
            else
            {
                await SendAsync(stream, order == "be32", Gbk("E12DATR880"));
                await SendAsync(stream, order == "be32", Gbk("E12DATR880"));
                await SendAsync(stream, order == "be32", Gbk("E12DATR008"));
            }
        });
        var (_, ready, error) = await _bench.SpeakAsync(DialogueProfiles.Load(DialogueProfiles.Frames.Replace("be32", order, StringComparison.Ordinal)));
        Assert.Null(error);
        Assert.Equal("王某", ready!.SpokenTo!.Facts.OfficerName);
        Assert.InRange(ready.SpokenTo.Clock!.Offset!.Value, TimeSpan.FromSeconds(90), TimeSpan.FromSeconds(122));
        Assert.Equal(["E12CMDS004", "E12CMDS003", "E12CMDS008"], await heard.WaitAsync(DialogueBench.Patience));
    }

    [Theory]
    [InlineData("7FFFFFFF", "announces a frame of 2147483647 bytes")]
    [InlineData("FFFFFFFF", "announces a frame of 4294967295 bytes")]
    [InlineData("00010001", "announces a frame of 65537 bytes")]
    [InlineData("0000000A31", "closed the connection")]
    [InlineData("0000", "closed the connection")]
    [InlineData("", "closed the connection")]
    [InlineData("00000000", "expected E12DATR004, got (nothing)")]
    public async Task A_broken_frame_is_an_error_and_no_memory(string bytes, string reason)
    {
        _ = ServeAsync(true, async (stream, _) =>
        {
            await stream.WriteAsync(Convert.FromHexString(bytes));
            stream.Socket.Shutdown(SocketShutdown.Send);
        });
        var before = GC.GetTotalAllocatedBytes(precise: true);
        var (_, _, error) = await _bench.SpeakAsync(DialogueProfiles.Load(DialogueProfiles.Frames));
        Assert.Contains(reason, Assert.IsType<DeviceTalkException>(error).Message, StringComparison.Ordinal);
        Assert.InRange(GC.GetTotalAllocatedBytes(precise: true) - before, 0, 64L << 20);
    }

    [Fact]
    public async Task A_recorder_that_accepts_and_then_says_nothing_is_silent()
    {
        _ = ServeAsync(true, (_, _) => Task.CompletedTask);
        var (_, _, error) = await _bench.SpeakAsync(DialogueProfiles.Load(DialogueProfiles.Frames));
        Assert.Contains("no answer within 1 s", Assert.IsType<DeviceTalkException>(error).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Nobody_listening_is_an_error_with_the_place()
    {
        var place = _server.LocalEndpoint.ToString()!;
        _server.Stop();
        var closed = await Assert.ThrowsAsync<DeviceTalkException>(
            () => FrameLink.ConnectAsync(IPEndPoint.Parse(place), null, true, CancellationToken.None));
        Assert.Contains(place, closed.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void The_network_on_a_cable_is_found_below_its_device_only()
    {
        var root = Directory.CreateTempSubdirectory("sysfs-").FullName;
        try
        {
            Directory.CreateDirectory(Path.Combine(root, "1-2", "1-2:1.0", "net", "usb0"));
            Directory.CreateDirectory(Path.Combine(root, "1-2", "1-2.1", "1-2.1:1.0", "net", "usb1"));
            Assert.Equal(["usb0"], UsbNetwork.NamesBelow(Path.Combine(root, "1-2")));
            Assert.Empty(UsbNetwork.NamesBelow(Path.Combine(root, "1-3")));
            Assert.Null(UsbNetwork.Of(DialogueBench.Vendor()));
        }
        finally
        {
            Directory.Delete(root, recursive: true);
        }
    }

    private static byte[] Gbk(string text) => CodePagesEncodingProvider.Instance.GetEncoding(936)!.GetBytes(text);

    private static async Task SendAsync(NetworkStream stream, bool bigEndian, byte[] data)
    {
        var frame = new byte[4 + data.Length];
        if (bigEndian)
            BinaryPrimitives.WriteInt32BigEndian(frame, data.Length);
        else
            BinaryPrimitives.WriteInt32LittleEndian(frame, data.Length);
        data.CopyTo(frame, 4);
        // In pieces, as a network may deliver it.
        foreach (var piece in frame.Chunk(3))
            await stream.WriteAsync(piece);
    }

    /// <returns>What it was told, once the link is closed.</returns>
    private async Task<List<string>> ServeAsync(bool bigEndian, Func<NetworkStream, string, Task> answer)
    {
        var heard = new List<string>();
        using var client = await _server.AcceptTcpClientAsync();
        await using var stream = client.GetStream();
        var prefix = new byte[4];
        while (await stream.ReadAtLeastAsync(prefix, 4, throwOnEndOfStream: false) == 4)
        {
            var frame = new byte[bigEndian ? BinaryPrimitives.ReadInt32BigEndian(prefix) : BinaryPrimitives.ReadInt32LittleEndian(prefix)];
            await stream.ReadExactlyAsync(frame);
            heard.Add(Encoding.ASCII.GetString(frame));
            await answer(stream, heard[^1]);
        }

        return heard;
    }
}
