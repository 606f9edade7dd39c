using System.Text.RegularExpressions;

namespace EvidenceIngest.Recorders.Listing;

/// <summary>
/// What desktop systems leave on every card, whatever recorder it is from. Only what can't be footage: bins are not clutter,
/// as what somebody deleted on a computer may be the very footage that is looked for.
/// </summary>
internal static partial class CardClutter
{
    /// <summary>AppleDouble companions are a few kilobytes; a recording that somebody named so is larger.</summary>
    private const long LargestCompanion = 64 * 1024;

    /// <summary>Index files and bins' own notes; larger ones are not what their names say.</summary>
    private const long LargestIndex = 32 * 1024 * 1024;

    public static bool IsClutter(string path, long bytes) =>
        (bytes <= LargestCompanion && Companion().IsMatch(path)) || (bytes <= LargestIndex && Index().IsMatch(path));

    [GeneratedRegex(@"(^|/)\._[^/]+\z", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Companion();

    [GeneratedRegex(
        @"(^|/)(thumbs\.db|desktop\.ini|\.ds_store|autorun\.inf)\z"
        + @"|(^|/)system volume information/(wpsettings\.dat|indexervolumeguid|tracking\.log|mountpointmanagerremotedatabase)\z"
        + @"|(^|/)(\$recycle\.bin|recycler)/([^/]+/)*(info2|\$i[^/]*)\z"
        + @"|(^|/)\.(spotlight-v100|fseventsd|temporaryitems)/.*\z",
        RegexOptions.IgnoreCase | RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture,
        matchTimeoutMilliseconds: 1000)]
    private static partial Regex Index();
}
