using System.Globalization;

namespace EvidenceIngest.Server.Deliveries;

/// <summary>Ids of items and places in the vault. Nothing that stood on a card becomes part of them, but a known file ending.</summary>
internal static class ItemNames
{
    private const string Crockford = "0123456789abcdefghjkmnpqrstvwxyz";

    private static readonly HashSet<string> Endings = new(StringComparer.OrdinalIgnoreCase)
    {
        "mp4", "mov", "m4v", "avi", "mkv", "ts", "mts", "m2ts", "3gp", "mpg", "wmv", "dav", "h264", "h265",
        "wav", "mp3", "aac", "m4a", "amr", "ogg", "opus", "flac", "wma",
        "jpg", "jpeg", "png", "bmp", "heic", "tif", "tiff", "gif", "dng",
    };

    /// <summary>The same delivery always gets the same id: the day of the recording and 50 bits of the delivery's id.</summary>
    public static string ItemId(string deliveryId, DateOnly day)
    {
        var bits = Convert.ToUInt64(deliveryId[..16], 16) >> 14;
        var name = string.Create(10, bits, static (chars, rest) =>
        {
            for (var i = chars.Length - 1; i >= 0; i--, rest >>= 5)
                chars[i] = Crockford[(int)(rest & 31)];
        });
        return string.Create(CultureInfo.InvariantCulture, $"ev-{day:yyyyMMdd}-{name}");
    }

    /// <param name="itemId">As made by <see cref="ItemId"/>.</param>
    /// <param name="quarantined">Known when the delivery is announced; an object never moves afterwards.</param>
    /// <param name="position">Index of the file, from 0.</param>
    /// <param name="attempt">From 1; a file that is sent again gets a new key, so that the bad object stays what it is.</param>
    /// <param name="recorderPath">Only its ending counts.</param>
    public static string MasterKey(string itemId, bool quarantined, int position, int attempt, string recorderPath)
    {
        var prefix = quarantined ? "quarantine" : "masters";
        var again = attempt == 1 ? "" : string.Create(CultureInfo.InvariantCulture, $"-r{attempt}");
        return string.Create(
            CultureInfo.InvariantCulture,
            $"{prefix}/{itemId[3..7]}/{itemId[7..9]}/{itemId}/{position + 1:D2}{again}.{Ending(recorderPath)}");
    }

    private static string Ending(string path)
    {
        var dot = path.LastIndexOf('.');
        return dot >= 0 && Endings.TryGetValue(path[(dot + 1)..], out var known) ? known : "bin";
    }
}
