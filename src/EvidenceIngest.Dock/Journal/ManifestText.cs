namespace EvidenceIngest.Dock.Journal;

/// <summary>Keeps texts for the server within what it takes; names on cards can be 12,000 characters long when escaped.</summary>
internal static class ManifestText
{
    /// <summary>The server refuses more than 4,000.</summary>
    private const int MaxDetail = 3900;

    public static string Clip(string detail)
    {
        if (detail.Length <= MaxDetail)
            return detail;
        // Not between the halves of a character outside the basic plane.
        var end = char.IsHighSurrogate(detail[MaxDetail - 1]) ? MaxDetail - 1 : MaxDetail;
        return detail[..end] + " …";
    }
}
