using Amazon.Runtime;
using Amazon.S3;

namespace EvidenceIngest.Server.Vault;

/// <summary>The settings with which AWSSDK.S3 works with Ceph and MinIO as well as with AWS.</summary>
internal static class S3Client
{
    /// <param name="options">Where the store is.</param>
    /// <param name="keys">Instead of the server's own.</param>
    public static AmazonS3Client Create(VaultOptions options, VaultKeys? keys = null) => new(
        new BasicAWSCredentials(keys?.AccessKey ?? options.AccessKey, keys?.SecretKey ?? options.SecretKey),
        new AmazonS3Config
        {
            ServiceURL = options.Endpoint.AbsoluteUri,
            UseHttp = options.Endpoint.Scheme == Uri.UriSchemeHttp,
            // Host names per bucket need DNS entries that a private store doesn't have.
            ForcePathStyle = true,
            AuthenticationRegion = options.Region,
            // By default the SDK sends checksums as trailers, which Ceph 16 refuses (XAmzContentSHA256Mismatch).
            RequestChecksumCalculation = RequestChecksumCalculation.WHEN_REQUIRED,
            ResponseChecksumValidation = ResponseChecksumValidation.WHEN_REQUIRED,
            ConnectTimeout = options.CallTimeout,
            HttpClientFactory = new Connections(options.CallTimeout),
            // StoreCall repeats, within its own time limits.
            MaxErrorRetry = 0,
        });

#pragma warning disable CA2000 // The client, which the SDK keeps, disposes of its handlers.
    private sealed class Connections(TimeSpan connectTimeout) : HttpClientFactory
    {
        public override HttpClient CreateHttpClient(IClientConfig clientConfig) => new(
            new WithoutExpect(new SocketsHttpHandler
            {
                ConnectTimeout = connectTimeout, AllowAutoRedirect = false, AutomaticDecompression = System.Net.DecompressionMethods.None,
            }))
        {
            // StoreCall limits every call; a transfer may take as long as it goes on.
            Timeout = Timeout.InfiniteTimeSpan,
        };

        // One pool for all clients with the same limit, as the SDK keeps for those without a factory.
        public override string GetConfigUniqueString(IClientConfig clientConfig) => $"evidence-vault {connectTimeout.Ticks}";
    }
#pragma warning restore CA2000

    /// <summary>
    /// The SDK announces the body of every PUT with "Expect: 100-continue". When Ceph 16 refuses such a PUT, it takes the body
    /// for not sent; .NET sends bodies up to 1 KiB all the same, and the gateway reads them as the beginning of the next
    /// request, which then fails with 400 or 405, whatever it was.
    /// </summary>
    private sealed class WithoutExpect(HttpMessageHandler inner) : DelegatingHandler(inner)
    {
        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            request.Headers.ExpectContinue = false;
            return base.SendAsync(request, cancellationToken);
        }
    }
}
