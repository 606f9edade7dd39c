using System.Formats.Asn1;
using System.Net;
using System.Net.Sockets;
using System.Text;
using EvidenceIngest.Server.People.Ldap;

namespace EvidenceIngest.Server.Tests.People.Ldap;

/// <summary>Something that listens where a directory should, and answers whatever a test wants: Active Directory's words, or nonsense.</summary>
internal sealed class ScriptedDirectory : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _end = new();
    private readonly Task _serving;

    /// <param name="answer">What is sent when something was asked.</param>
    public ScriptedDirectory(byte[] answer)
    {
        _listener.Start();
        _serving = ServeAsync(answer);
    }

    public DirectoryOptions Options => new()
    {
        Host = "127.0.0.1", Port = ((IPEndPoint)_listener.LocalEndpoint).Port, Transport = DirectoryTransport.Plain, NameTemplate = "{name}@agency.local",
        Limit = TimeSpan.FromSeconds(2),
    };

    /// <summary>RFC 4511, section 4.2.2.</summary>
    public static byte[] Bind(int code, string diagnostic, int id = 1)
    {
        var writer = new AsnWriter(AsnEncodingRules.BER);
        using (writer.PushSequence())
        {
            writer.WriteInteger(id);
            using (writer.PushSequence(new Asn1Tag(TagClass.Application, 1)))
            {
                writer.WriteEnumeratedValue((LdapCode)code);
                writer.WriteOctetString([]);
                writer.WriteOctetString(Encoding.UTF8.GetBytes(diagnostic));
            }
        }

        return writer.Encode();
    }

    public async ValueTask DisposeAsync()
    {
        await _end.CancelAsync();
        _listener.Stop();
        await _serving;
        _end.Dispose();
    }

    private async Task ServeAsync(byte[] answer)
    {
        while (!_end.IsCancellationRequested)
        {
            try
            {
                using var client = await _listener.AcceptTcpClientAsync(_end.Token);
                var stream = client.GetStream();
                _ = await stream.ReadAsync(new byte[4096], _end.Token);
                await stream.WriteAsync(answer, _end.Token);
                client.Client.Shutdown(SocketShutdown.Send);
                // Until the other side has gone: a reset would take the answer away from it.
                while (await stream.ReadAsync(new byte[4096], _end.Token) > 0)
                {
                }
            }
            catch (Exception e) when (e is OperationCanceledException or SocketException or IOException)
            {
                // It went away in the middle, or the test is over.
            }
        }
    }
}
