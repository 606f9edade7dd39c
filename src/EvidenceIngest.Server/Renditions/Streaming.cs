using System.Globalization;
using System.Text.RegularExpressions;

namespace EvidenceIngest.Server.Renditions;

/// <summary>Makes a proxy that HLS players can take piece by piece, and the playlist that names the pieces. Nothing is encoded.</summary>
internal sealed partial class Streaming(RenderRoom room, ProxyArguments arguments)
{
    public const string Name = "hls";
    public const string ContentType = "application/vnd.apple.mpegurl";
    public const string Maker = "EvidenceIngest twofold MP4 1";

    /// <summary>Shorter recordings are open at once in any player.</summary>
    public const double FromSeconds = 600;

    private const string Playlist = "hls.m3u8";
    private const string Written = "fragments.m3u8";
    private const string Fragments = "fragments.mp4";
    private const string Both = "twofold.mp4";

    /// <summary>Replaces the proxy by one with the same streams that is both.</summary>
    /// <returns>The playlist; null when it can't be done, and then the proxy is as it was.</returns>
    public async Task<string?> TryMakeAsync(string proxy, IReadOnlyList<Chapter> chapters, CancellationToken ct)
    {
        var before = room.Ran;
        try
        {
            await room.RunAsync("fragments", arguments.Fragments(proxy, Fragments, Written), chapters, ct);
            var start = TwofoldMp4.Write(room.PathOf(proxy), room.PathOf(Fragments), room.PathOf(Both));
            File.Move(room.PathOf(Both), room.PathOf(proxy), overwrite: true);
            File.Delete(room.PathOf(Fragments));
            var lines = await File.ReadAllLinesAsync(room.PathOf(Written), ct);
            await File.WriteAllTextAsync(room.PathOf(Playlist), string.Concat(lines.Select(line => Shifted(line, start, proxy) + "\n")), ct);
            return Playlist;
        }
        catch (Exception e) when (e is RenditionFailedException or InvalidDataException)
        {
            room.Tell($"no streaming: {e.Message}");
            room.StartRecipe(before);
            return null;
        }
    }

    private static string Shifted(string line, long start, string proxy) =>
        Range().Replace(line, m => m.Groups[1].Value + "@" + (long.Parse(m.Groups[2].Value, CultureInfo.InvariantCulture) + start).ToString(CultureInfo.InvariantCulture))
            .Replace(Fragments, proxy, StringComparison.Ordinal);

    [GeneratedRegex("([0-9]+)@([0-9]+)")]
    private static partial Regex Range();
}
