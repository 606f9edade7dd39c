using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace EvidenceIngest.EndToEnd.Tests.Installations;

/// <summary>A recorder's card as a folder, with real WAV recordings named as body-worn recorders name theirs.</summary>
internal sealed class Card
{
    private readonly string _device;
    private readonly Random _random;
    private readonly Dictionary<string, string> _sha256 = new(StringComparer.Ordinal);
    private int _sequence;

    /// <param name="folder">Where the card is made.</param>
    /// <param name="device">Device number in the names, 7 characters.</param>
    /// <param name="seed">Same seed, same content.</param>
    public Card(string folder, string device, int seed)
    {
        Folder = folder;
        _device = device;
        _random = new Random(seed);
        Directory.CreateDirectory(Media);
    }

    public string Folder { get; }

    /// <summary>SHA-256 of everything that was recorded, by path on the card.</summary>
    public IReadOnlyDictionary<string, string> Recorded => _sha256;

    private string Media => Path.Combine(Folder, "DCIM", "100MEDIA");

    /// <summary>Files that are still on the card, by path on the card.</summary>
    public IEnumerable<string> Remaining =>
        Directory.EnumerateFiles(Folder, "*", SearchOption.AllDirectories).Select(f => Path.GetRelativePath(Folder, f));

    /// <summary>Adds a sound recording of about this many bytes, made some hours ago.</summary>
    /// <returns>Its path on the card.</returns>
    public string RecordSound(int bytes)
    {
        var start = DateTime.Now.AddHours(-6).AddMinutes(10 * _sequence);
        var name = string.Create(
            CultureInfo.InvariantCulture, $"{_device}_000123{start:yyyyMMddHHmmss}_{++_sequence:0000}.WAV");
        return Write(name, Sound(bytes));
    }

    /// <summary>Adds any file below the media folder.</summary>
    public string Write(string name, byte[] content)
    {
        var file = Path.Combine(Media, name);
        File.WriteAllBytes(file, content);
        var path = Path.GetRelativePath(Folder, file);
        _sha256[path] = Convert.ToHexStringLower(SHA256.HashData(content));
        return path;
    }

    /// <summary>A WAV of noise; its length is about this many bytes, of which a second takes 768,000: its proxy is soon made.</summary>
    public byte[] Sound(int bytes)
    {
        const int header = 44;
        const int rate = 192_000;
        const int channels = 2;
        const int frame = 2 * channels;
        var samples = new byte[Math.Max(frame, bytes / frame * frame)];
        _random.NextBytes(samples);
        var wav = new byte[header + samples.Length];
        using var writer = new BinaryWriter(new MemoryStream(wav), Encoding.ASCII);
        writer.Write("RIFF"u8);
        writer.Write(wav.Length - 8);
        writer.Write("WAVEfmt "u8);
        writer.Write(16);
        writer.Write((short)1);
        writer.Write((short)channels);
        writer.Write(rate);
        writer.Write(rate * frame);
        writer.Write((short)frame);
        writer.Write((short)16);
        writer.Write("data"u8);
        writer.Write(samples.Length);
        writer.Write(samples);
        return wav;
    }
}
