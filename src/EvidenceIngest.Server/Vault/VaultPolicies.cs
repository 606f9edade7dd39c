using System.Text.Json;
using System.Text.Json.Serialization;

namespace EvidenceIngest.Server.Vault;

/// <summary>Whose rights.</summary>
public enum VaultUser
{
    /// <summary>Writes, reads, locks; never deletes, never lifts.</summary>
    Server,

    /// <summary>Deletes versions that no lock holds; never writes, never reads content, never lifts.</summary>
    Disposal,
}

/// <summary>How the store's policies call the two users.</summary>
/// <param name="Server">An ARN. RADOS Gateway: <c>arn:aws:iam:::user/NAME</c>; AWS: <c>arn:aws:iam::ACCOUNT:user/NAME</c>.</param>
/// <param name="Disposal">The same for the disposal user.</param>
public sealed record VaultPrincipals(
    string Server = "arn:aws:iam:::user/evidence-server", string Disposal = "arn:aws:iam:::user/evidence-disposal");

/// <summary>
/// Who may do what, as S3 policies. What is forbidden is named one by one: RADOS Gateway 16.2 takes a denial by NotAction and
/// does not apply it, and without a denial the writer of an object may set its ACL, tags and legal hold, being its owner there.
/// Only names that AWS and RADOS Gateway both know stand here, since one unknown name makes either refuse the whole policy.
/// </summary>
internal static class VaultPolicies
{
    private static readonly JsonSerializerOptions Json = new() { DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull };

    private static readonly string[] Looking =
        ["s3:ListBucket", "s3:ListBucketVersions", "s3:GetBucketVersioning", "s3:GetBucketObjectLockConfiguration", "s3:GetLifecycleConfiguration", "s3:GetObjectRetention"];

    private static readonly string[] Writing =
        ["s3:GetObject", "s3:GetObjectVersion", "s3:PutObject", "s3:AbortMultipartUpload", "s3:ListMultipartUploadParts"];

    private const string Locking = "s3:PutObjectRetention";
    private const string DeletingVersions = "s3:DeleteObjectVersion";
    private const string DeletingKeys = "s3:DeleteObject";

    private static readonly string[] Dangerous =
    [
        DeletingKeys, DeletingVersions, "s3:BypassGovernanceRetention", "s3:PutObjectLegalHold",
        "s3:PutObjectAcl", "s3:PutObjectVersionAcl",
        // Lifecycle rules choose objects by their tags.
        "s3:PutObjectTagging", "s3:PutObjectVersionTagging", "s3:DeleteObjectTagging", "s3:DeleteObjectVersionTagging",
        "s3:PutBucketVersioning", "s3:PutLifecycleConfiguration", "s3:PutBucketObjectLockConfiguration", "s3:PutReplicationConfiguration",
        "s3:PutBucketPolicy", "s3:DeleteBucketPolicy", "s3:PutBucketAcl", "s3:PutBucketPublicAccessBlock", "s3:DeleteBucket",
    ];

    /// <summary>A bucket's policy for both users.</summary>
    public static string OfBucket(string bucket, bool masters, VaultPrincipals principals) => Text(
        Statements(VaultUser.Server, bucket, masters, principals.Server).Concat(Statements(VaultUser.Disposal, bucket, masters, principals.Disposal)));

    /// <summary>The same rights as a policy of the user, for stores that attach policies to users.</summary>
    public static string OfUser(VaultUser user, VaultOptions options) => Text(
        Statements(user, options.Bucket, masters: true, null).Concat(Statements(user, options.RenditionBucket, masters: false, null)));

    private static IEnumerable<Statement> Statements(VaultUser user, string bucket, bool masters, string? principal)
    {
        string[] resources = [$"arn:aws:s3:::{bucket}", $"arn:aws:s3:::{bucket}/*"];
        var allowed = Allowed(user, masters);
        var denied = Dangerous.Concat(user == VaultUser.Disposal ? [.. Writing, Locking] : []).Except(allowed);
        var who = principal is null ? null : new Principal([principal]);
        var name = user + (masters ? "Masters" : "Renditions");
        yield return new Statement(name + "May", "Allow", who, allowed, resources);
        yield return new Statement(name + "MayNot", "Deny", who, [.. denied], resources);
    }

    private static string[] Allowed(VaultUser user, bool masters) => (user, masters) switch
    {
        (VaultUser.Server, true) => [.. Looking, .. Writing, Locking],
        // Renditions carry no locks and can be made again; the server has no reason to delete even them.
        (VaultUser.Server, false) => [.. Looking, .. Writing],
        (_, true) => [.. Looking, DeletingVersions],
        // Without versions the key is deleted by its name.
        (_, false) => [.. Looking, DeletingVersions, DeletingKeys],
    };

    private static string Text(IEnumerable<Statement> statements) => JsonSerializer.Serialize(new Policy("2012-10-17", [.. statements]), Json);

    private sealed record Policy(string Version, Statement[] Statement);

    private sealed record Statement(string Sid, string Effect, Principal? Principal, string[] Action, string[] Resource);

    private sealed record Principal([property: JsonPropertyName("AWS")] string[] Aws);
}
