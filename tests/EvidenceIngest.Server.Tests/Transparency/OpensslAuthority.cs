using EvidenceIngest.EndToEnd.Tests.Installations;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace EvidenceIngest.Server.Tests.Transparency;

/// <summary>A time stamp authority on a free port: OpenSSL's, with a root and a certificate of its own.</summary>
internal sealed class OpensslAuthority : IAsyncDisposable
{
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(1);

    private readonly WebApplication _app;

    private OpensslAuthority(WebApplication app, string folder) => (_app, Folder) = (app, folder);

    public string Folder { get; }

    /// <summary>The root that vouches for it.</summary>
    public string Root => Path.Combine(Folder, "ca.pem");

    public Uri Address => new(new Uri(_app.Urls.Single()), "/tsa");

    /// <summary>What it makes of the reply that OpenSSL gives it.</summary>
    public Func<byte[], byte[]> Reply { get; set; } = reply => reply;

    /// <param name="more">What else answers there.</param>
    public static async Task<OpensslAuthority> StartAsync(Action<WebApplication>? more = null)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(System.Net.IPAddress.Loopback, 0));
        var app = builder.Build();
        var authority = new OpensslAuthority(app, Directory.CreateTempSubdirectory("evidence-tsa-").FullName);
        await authority.MakeCertificatesAsync();
        app.MapPost("/tsa", authority.AnswerAsync);
        more?.Invoke(app);
        await app.StartAsync();
        return authority;
    }

    public async Task OpensslAsync(string arguments)
    {
        var (exitCode, output, error) = await ChildProcess.RunAsync(
            "bash", ["-c", $"cd '{Folder}' && exec openssl {arguments}"], new Dictionary<string, string>(), Limit);
        if (exitCode != 0)
            throw new InvalidOperationException($"openssl {arguments}\n{output}\n{error}");
    }

    public async ValueTask DisposeAsync()
    {
        await _app.DisposeAsync();
        Directory.Delete(Folder, recursive: true);
    }

    private async Task<IResult> AnswerAsync(HttpRequest request)
    {
        await using (var query = File.Create(Path.Combine(Folder, "query.tsq")))
            await request.Body.CopyToAsync(query);
        await OpensslAsync("ts -reply -config tsa.cnf -section one -queryfile query.tsq -out reply.tsr");
        return Results.Bytes(Reply(await File.ReadAllBytesAsync(Path.Combine(Folder, "reply.tsr"))), "application/timestamp-reply");
    }

    private async Task MakeCertificatesAsync()
    {
        await OpensslAsync("req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout ca.key -out ca.pem -days 2 -subj /CN=ca");
        await OpensslAsync("req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout tsa.key -out tsa.csr -subj /CN=tsa");
        await File.WriteAllTextAsync(Path.Combine(Folder, "tsa.ext"), "extendedKeyUsage=critical,timeStamping\n");
        await OpensslAsync("x509 -req -in tsa.csr -CA ca.pem -CAkey ca.key -CAcreateserial -out tsa.pem -days 2 -extfile tsa.ext");
        await File.WriteAllTextAsync(
            Path.Combine(Folder, "tsa.cnf"),
            """
            [tsa]
            default_tsa = one
            [one]
            serial = serial
            signer_cert = tsa.pem
            signer_key = tsa.key
            signer_digest = sha256
            default_policy = 1.2.3.4.1
            digests = sha256
            ess_cert_id_alg = sha256
            """);
    }
}
