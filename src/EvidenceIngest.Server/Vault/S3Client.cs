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
            // StoreCall repeats, within its own time limits.
            MaxErrorRetry = 0,
        });
}
