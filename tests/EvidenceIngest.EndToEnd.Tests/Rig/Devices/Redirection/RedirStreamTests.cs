using System.Net;
using System.Net.Sockets;

namespace EvidenceIngest.EndToEnd.Tests.Rig.Devices.Redirection;

/// <summary>Packets against bytes written down by hand from the protocol's description.</summary>
public sealed class RedirStreamTests
{
    private const string Hello = "00000000 44000000 00000000";

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Ids_are_short_in_the_hello_and_long_after_it()
    {
        var (stream, qemu) = Pair();
        await SendAsync(qemu, Hello + new string('0', 128) + "72000000"); // capabilities 1, 4, 5, 6
        await stream.GreetAsync(Token);
        var hello = await TakeAsync(qemu, 80);
        Assert.StartsWith(Hello.Replace(" ", "", StringComparison.Ordinal), hello, StringComparison.Ordinal);
        Assert.EndsWith("72000000", hello, StringComparison.Ordinal);

        await stream.WriteAsync(new RedirMessage(RedirType.ConfigurationStatus, 0x0102030405060708, new byte[] { 0, 1 }), Token);
        Assert.Equal("080000000200000008070605040302010001", await TakeAsync(qemu, 18));

        await SendAsync(qemu, "65000000 03000000 0900000000000000 AABBCC");
        var message = await stream.ReadAsync(Token);
        Assert.Equal((RedirType.Bulk, 9ul, "AABBCC"), (message!.Value.Type, message.Value.Id, Convert.ToHexString(message.Value.Body.Span)));
    }

    [Theory]
    [InlineData("00000000", "12000000", "capabilities 12")] // no long ids, no long bulk transfers
    [InlineData("01000000", "72000000", "did not greet")]
    public async Task A_peer_that_lacks_what_is_needed_is_refused(string type, string capabilities, string named)
    {
        var (stream, qemu) = Pair();
        await SendAsync(qemu, type + "4400000000000000" + new string('0', 128) + capabilities);

        var error = await Assert.ThrowsAsync<RigException>(() => stream.GreetAsync(Token));

        Assert.Contains(named, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_impossible_length_is_an_error_and_not_an_allocation()
    {
        var (stream, qemu) = Pair();
        await SendAsync(qemu, "64000000 FFFFFFFF 01000000");

        await Assert.ThrowsAsync<RigException>(() => stream.ReadAsync(Token));
    }

    [Fact]
    public async Task A_closed_stream_is_the_end()
    {
        var (stream, qemu) = Pair();
        await qemu.DisposeAsync();

        Assert.Null(await stream.ReadAsync(Token));
    }

    [Fact]
    public void A_control_request_is_taken_apart_and_answered_with_its_own_fields()
    {
        // GET_DESCRIPTOR, string 3, US English, 255 bytes
        var packet = ControlPacket.Parse(Convert.FromHexString("80068000030309 04FF00".Replace(" ", "", StringComparison.Ordinal)));

        Assert.Equal((0x80, new UsbSetup(0x80, 0x06, 0x0303, 0x0409, 255)), (packet.Endpoint, packet.Setup));
        Assert.Equal("8006800003030904020004 03".Replace(" ", "", StringComparison.Ordinal), Convert.ToHexString(packet.Answer(UsbReply.Sends(new byte[] { 4, 3 }))));
        Assert.Equal("80068004030309040000", Convert.ToHexString(packet.Answer(UsbReply.Stalled)));
    }

    [Fact]
    public void What_was_sent_to_a_device_is_answered_with_its_length_alone()
    {
        var packet = ControlPacket.Parse(Convert.FromHexString("00554000800000000400A1120012"));

        Assert.Equal("A1120012", Convert.ToHexString(packet.Data.Span));
        Assert.Equal("00554000800000000400", Convert.ToHexString(packet.Answer(UsbReply.Done)));
    }

    [Fact]
    public void A_bulk_length_has_two_halves()
    {
        var asked = BulkPacket.Parse(Convert.FromHexString("81000200000000000100"));
        Assert.Equal((0x81, 0x10002), (asked.Endpoint, asked.Length));
        Assert.StartsWith("81000100000000000100", Convert.ToHexString(asked.Answer(UsbReply.Sends(new byte[0x10001]))), StringComparison.Ordinal);
        Assert.Equal("81040000000000000000", Convert.ToHexString(asked.Answer(UsbReply.Stalled)));

        var sent = BulkPacket.Parse(Convert.FromHexString("02000300070000000000010203"));
        Assert.Equal("02000300070000000000", Convert.ToHexString(sent.Answer(UsbReply.Done)));
    }

    [Fact]
    public void Packets_shorter_than_their_headers_are_errors()
    {
        Assert.Throws<RigException>(() => ControlPacket.Parse(new byte[9]));
        Assert.Throws<RigException>(() => BulkPacket.Parse(new byte[9]));
    }

    private static (RedirStream Stream, Stream Qemu) Pair()
    {
        using var listener = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        listener.Listen(1);
        var qemu = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        qemu.Connect(listener.LocalEndPoint!);
        return (new RedirStream(new NetworkStream(listener.Accept(), ownsSocket: true)), new NetworkStream(qemu, ownsSocket: true));
    }

    private static async Task SendAsync(Stream stream, string hex) =>
        await stream.WriteAsync(Convert.FromHexString(hex.Replace(" ", "", StringComparison.Ordinal)), Token);

    private static async Task<string> TakeAsync(Stream stream, int bytes)
    {
        var data = new byte[bytes];
        await stream.ReadExactlyAsync(data, Token);
        return Convert.ToHexString(data);
    }
}
