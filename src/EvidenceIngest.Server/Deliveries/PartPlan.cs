namespace EvidenceIngest.Server.Deliveries;

/// <summary>How a delivery's files are cut into the parts of multipart uploads.</summary>
internal static class PartPlan
{
    private const int Usual = 16 << 20;
    private const int Step = 1 << 20;

    // S3 allows 10,000; the rest is room for stores that count differently.
    private const int MaxParts = 9000;

    /// <summary>Size of every part but a file's last, fit for the largest file.</summary>
    public static int PartBytes(long largestFile)
    {
        var needed = (largestFile + MaxParts - 1) / MaxParts;
        return (int)Math.Max(Usual, (needed + Step - 1) / Step * Step);
    }

    /// <summary>0 for an empty file: it has nothing to upload.</summary>
    public static int Parts(long fileBytes, int partBytes) => (int)((fileBytes + partBytes - 1) / partBytes);

    /// <param name="fileBytes">Length of the file.</param>
    /// <param name="partBytes">Size of its parts.</param>
    /// <param name="part">From 1.</param>
    public static long LengthOf(long fileBytes, int partBytes, int part) =>
        Math.Min(partBytes, fileBytes - ((long)(part - 1) * partBytes));
}
