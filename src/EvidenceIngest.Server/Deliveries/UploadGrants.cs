using EvidenceIngest.Domain.Deliveries;
using EvidenceIngest.Server.Access;
using EvidenceIngest.Server.Vault;

namespace EvidenceIngest.Server.Deliveries;

/// <summary>Lets a dock put parts into the vault: each grant takes one body, for one part, for a quarter of an hour.</summary>
internal sealed class UploadGrants(DeliveryUploads uploads, IVault vault, TimeProvider time)
{
    public const int Most = 64;

    private const int Md5Bytes = 16;

    private static readonly TimeSpan ValidFor = TimeSpan.FromMinutes(15);

    /// <exception cref="RequestRefusedException">A part that does not exist, has another length, or is not wanted.</exception>
    public async Task<GrantAnswer> GrantAsync(Delivery delivery, GrantRequest request, CancellationToken ct)
    {
        if (request.Parts.Count is 0 or > Most)
            throw RequestRefusedException.Invalid("parts", $"ask for 1 to {Most} parts at a time");
        if (delivery.State is not (DeliveryState.Uploading or DeliveryState.ResendNeeded))
            throw RequestRefusedException.Conflict($"the delivery is {delivery.State}: it takes no more parts");
        var current = await uploads.EnsureAsync(delivery.ItemId, ct);
        var expires = time.GetUtcNow() + ValidFor;
        var grants = new List<PartGrant>(request.Parts.Count);
        for (var i = 0; i < request.Parts.Count; i++)
        {
            var part = request.Parts[i] ?? throw RequestRefusedException.Invalid($"parts[{i}]", "is null");
            var target = Check(part, $"parts[{i}]", current, delivery.PartBytes);
            grants.Add(new PartGrant(
                part.File, part.Part, vault.GrantPart(target.Target, target.UploadId!, part.Part, part.ContentMd5, ValidFor), expires));
        }

        return new GrantAnswer(grants);
    }

    private static Upload Check(PartToUpload part, string field, IReadOnlyList<FileUpload> current, int partBytes)
    {
        if (part.File < 0 || part.File >= current.Count)
            throw RequestRefusedException.Invalid(field + ".file", $"the manifest has files 0 to {current.Count - 1}");
        var (file, upload) = current[part.File];
        var count = PartPlan.Parts(file.Bytes, partBytes);
        if (part.Part < 1 || part.Part > count)
            throw RequestRefusedException.Invalid(field + ".part", $"file {part.File} has {count} parts");
        var length = PartPlan.LengthOf(file.Bytes, partBytes, part.Part);
        if (part.Bytes != length)
            throw RequestRefusedException.Invalid(field + ".bytes", $"part {part.Part} of file {part.File} has {length} bytes");
        Span<byte> md5 = stackalloc byte[Md5Bytes + 2];
        if (part.ContentMd5 is null || !Convert.TryFromBase64String(part.ContentMd5, md5, out var written) || written != Md5Bytes)
            throw RequestRefusedException.Invalid(field + ".contentMd5", "must be the base64 of 16 bytes");
        return upload.VersionId is null
            ? upload
            : throw RequestRefusedException.Conflict($"file {part.File} has arrived already");
    }
}
