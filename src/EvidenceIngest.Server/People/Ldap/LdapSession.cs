using System.Buffers.Binary;
using System.Formats.Asn1;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace EvidenceIngest.Server.People.Ldap;

/// <summary>
/// One connection to the directory, one question at a time. libldap is not used: behind LDAPS it waits without end for a server that
/// hangs, whatever time limit is set, and a <c>TLS_REQCERT never</c> in the machine's ldap.conf would switch its checks off.
/// </summary>
internal sealed class LdapSession : IAsyncDisposable
{
    // An answer about one entry without attributes takes some hundred bytes.
    private const int LongestMessage = 64 << 10;

    // Of references, which are passed over.
    private const int MostAnswers = 100;

    private readonly TcpClient _tcp = new() { NoDelay = true };
    private readonly string _address;
    private Stream _stream = Stream.Null;
    private int _id;

    private LdapSession(string address) => _address = address;

    /// <summary>What the directory showed; null without TLS.</summary>
    public X509Certificate2? Certificate { get; private set; }

    /// <exception cref="DirectoryTroubleException">It can't be reached, or its certificate is not to be trusted.</exception>
    public static async Task<LdapSession> OpenAsync(DirectoryOptions options, CancellationToken ct)
    {
        var session = new LdapSession(options.Address);
        try
        {
            await session.GuardAsync(() => session.ConnectAsync(options, ct));
            return session;
        }
        catch
        {
            await session.DisposeAsync();
            throw;
        }
    }

    /// <exception cref="DirectoryTroubleException">No answer that makes sense.</exception>
    public Task<LdapAnswer> BindAsync(string name, string password, CancellationToken ct)
    {
        // A directory takes an empty one for "nobody in particular", and says yes.
        if (name.Length == 0 || password.Length == 0)
            throw new ArgumentException("an empty name or password would bind anonymously");
        return GuardAsync(async () =>
        {
            await SendAsync(LdapMessages.Bind(++_id, name, password), ct);
            return await ReceiveAsync(LdapAnswerKind.Bind, ct);
        });
    }

    /// <returns>What entries are called of which the attribute has the value; at most two.</returns>
    /// <exception cref="DirectoryTroubleException">No answer that makes sense.</exception>
    public Task<IReadOnlyList<string>> FindAsync(DirectorySearch search, string value, CancellationToken ct) => GuardAsync(async () =>
    {
        await SendAsync(LdapMessages.Search(++_id, search.Base, search.Attribute, value), ct);
        var found = new List<string>();
        for (var i = 0; i < MostAnswers; i++)
        {
            var answer = await ReceiveAsync(null, ct);
            switch (answer.Kind)
            {
                case LdapAnswerKind.SearchEntry:
                    found.Add(answer.Name);
                    break;
                case LdapAnswerKind.SearchReference:
                    // Referrals are not followed: another server would be shown the password.
                    break;
                case LdapAnswerKind.SearchDone when answer.Code is LdapCode.Success or LdapCode.SizeLimitExceeded:
                    return (IReadOnlyList<string>)found;
                case LdapAnswerKind.SearchDone:
                    throw new DirectoryTroubleException($"{_address} does not search below '{search.Base}': {Describe(answer)}");
                default:
                    throw new DirectoryTroubleException($"{_address} sent {answer.Kind} in answer to a search");
            }
        }

        throw new DirectoryTroubleException($"{_address} does not end its answer to a search");
    });

    public static string Describe(LdapAnswer answer)
    {
        const int Most = 200;
        var words = new string([.. answer.Diagnostic.Where(c => !char.IsControl(c)).Take(Most)]);
        return words.Length == 0 ? $"{answer.Code}" : $"{answer.Code}, {words}";
    }

    public async ValueTask DisposeAsync()
    {
        await _stream.DisposeAsync();
        _tcp.Dispose();
        Certificate?.Dispose();
    }

    private async Task<bool> ConnectAsync(DirectoryOptions options, CancellationToken ct)
    {
        await _tcp.ConnectAsync(options.Host, options.Port, ct);
        _stream = _tcp.GetStream();
        if (options.Transport == DirectoryTransport.StartTls)
        {
            await SendAsync(LdapMessages.StartTls(++_id), ct);
            var answer = await ReceiveAsync(LdapAnswerKind.Extended, ct);
            if (answer.Code != LdapCode.Success)
                throw new DirectoryTroubleException($"{_address} refuses StartTLS: {Describe(answer)}");
        }

        if (options.Transport != DirectoryTransport.Plain)
            await EncryptAsync(options, ct);
        return true;
    }

    private async Task EncryptAsync(DirectoryOptions options, CancellationToken ct)
    {
        // Authorities of an agency seldom have lists of what they revoked that a server can fetch.
        var policy = new X509ChainPolicy { RevocationMode = X509RevocationMode.NoCheck, DisableCertificateDownloads = true };
        if (options.CaFile is { } file)
        {
            policy.TrustMode = X509ChainTrustMode.CustomRootTrust;
            policy.CustomTrustStore.ImportFromPemFile(file);
            if (policy.CustomTrustStore.Count == 0)
                throw new DirectoryTroubleException($"{file} holds no certificate in PEM");
        }

        var why = "";
        var tls = new SslStream(_stream);
        _stream = tls;
        try
        {
            await tls.AuthenticateAsClientAsync(
                new SslClientAuthenticationOptions
                {
                    TargetHost = options.Host,
                    CertificateChainPolicy = policy,
                    RemoteCertificateValidationCallback = (_, _, chain, errors) =>
                    {
                        why = Explain(errors, chain);
                        return errors == SslPolicyErrors.None;
                    },
                },
                ct);
        }
        catch (AuthenticationException) when (why.Length > 0)
        {
            throw new DirectoryTroubleException($"the certificate that {_address} shows is not to be trusted: {why}");
        }

        Certificate = tls.RemoteCertificate as X509Certificate2;
    }

    private static string Explain(SslPolicyErrors errors, X509Chain? chain)
    {
        if (errors == SslPolicyErrors.None)
            return "";
        var statuses = chain is null ? [] : chain.ChainStatus.Select(s => s.Status.ToString()).Distinct();
        return string.Join(", ", statuses.Prepend(errors.ToString()));
    }

    private async Task SendAsync(byte[] message, CancellationToken ct)
    {
        try
        {
            await _stream.WriteAsync(message, ct);
            await _stream.FlushAsync(ct);
        }
        finally
        {
            // A password may be in it.
            CryptographicOperations.ZeroMemory(message);
        }
    }

    private async Task<LdapAnswer> ReceiveAsync(LdapAnswerKind? wanted, CancellationToken ct)
    {
        var answer = LdapMessages.Read(await ReadMessageAsync(ct));
        if (answer.Id == 0)
            throw new DirectoryTroubleException($"{_address} ends the connection: {Describe(answer)}");
        return answer.Id == _id && (wanted is null || answer.Kind == wanted)
            ? answer
            : throw new DirectoryTroubleException($"{_address} sent {answer.Kind} as answer {answer.Id}, which nobody asked for");
    }

    /// <summary>A tag, a length, and as many bytes; longer lengths are those of RFC 4511, section 5.1: definite.</summary>
    private async Task<ReadOnlyMemory<byte>> ReadMessageAsync(CancellationToken ct)
    {
        var head = new byte[2 + sizeof(uint)];
        await _stream.ReadExactlyAsync(head.AsMemory(0, 2), ct);
        var (headLength, length) = (2, (uint)head[1]);
        if (head[1] >= 0x80)
        {
            var more = head[1] & 0x7f;
            if (more is 0 or > sizeof(uint))
                throw new DirectoryTroubleException($"{_address} sends a message without a length");
            await _stream.ReadExactlyAsync(head.AsMemory(2, more), ct);
            headLength += more;
            var padded = new byte[sizeof(uint)];
            head.AsSpan(2, more).CopyTo(padded.AsSpan(sizeof(uint) - more));
            length = BinaryPrimitives.ReadUInt32BigEndian(padded);
        }

        if (length > LongestMessage)
            throw new DirectoryTroubleException($"{_address} sends a message of {length} bytes");
        var message = new byte[headLength + (int)length];
        head.AsSpan(0, headLength).CopyTo(message);
        await _stream.ReadExactlyAsync(message.AsMemory(headLength), ct);
        return message;
    }

    private async Task<T> GuardAsync<T>(Func<Task<T>> work)
    {
        try
        {
            return await work();
        }
        catch (Exception e) when (e is SocketException or IOException or AuthenticationException or CryptographicException or UnauthorizedAccessException or AsnContentException)
        {
            throw new DirectoryTroubleException($"{_address}: {e.Message}", e);
        }
    }
}

/// <summary>The directory does not say whether a password is right: it needs an administrator, or time.</summary>
internal sealed class DirectoryTroubleException(string message, Exception? cause = null) : Exception(message, cause);
