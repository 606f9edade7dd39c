using System.Security.Cryptography;

namespace EvidenceIngest.Server.Tests.Support;

internal static class ContentMd5
{
#pragma warning disable CA5351 // S3 binds a part to its Content-MD5; no proof rests on it.
    public static string Of(byte[] body) => Convert.ToBase64String(MD5.HashData(body));
#pragma warning restore CA5351
}
