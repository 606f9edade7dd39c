using System.Text.RegularExpressions;
using EvidenceIngest.Server.Renditions;

namespace EvidenceIngest.Server.Items;

/// <summary>
/// Playlists and indexes name other files, by names beside their own, and a player draws a recording's pictures and waveform beside it. A
/// link opens those too, and nothing else: they show no more than what it is for, and it all is one look.
/// </summary>
internal static partial class LinkedFiles
{
    private const string Proxy = "proxy";
    private const string Playlist = "hls.m3u8";
    private const string Sprites = "sprites.vtt";

    /// <summary>What comes behind the token in a link's address, so that names beside it are found.</summary>
    public static string Suffix(string rendition) => rendition switch
    {
        Streaming.Name => "/" + Playlist,
        SpriteRenditions.Name => "/" + Sprites,
        _ => "",
    };

    /// <summary>The rendition that a file's name means behind a link to another one; null when it doesn't belong to it.</summary>
    public static string? Of(string rendition, string file) => (rendition, file) switch
    {
        (Streaming.Name, Playlist) or (SpriteRenditions.Name, Sprites) => rendition,
        (Streaming.Name, "proxy.mp4") => Proxy,
        (Proxy, "poster.jpg") => "poster",
        (Proxy, "waveform.json") => "waveform",
        (Proxy, Sprites) => SpriteRenditions.Name,
        (SpriteRenditions.Name or Proxy, _) when Sheet().IsMatch(file) => file[..^".jpg".Length],
        _ => null,
    };

    [GeneratedRegex("^sprites-[0-9]{1,3}\\.jpg\\z")]
    private static partial Regex Sheet();
}
