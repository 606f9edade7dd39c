using System.Text;

namespace EvidenceIngest.Recorders.Tests.Fuzzing;

/// <summary>Makes hostile inputs out of good ones. The seed of every run is printed: what fails once can be tried again.</summary>
internal sealed class Mutations
{
    /// <summary>Live memory that one bad device may cost, and generously what it may allocate on the way.</summary>
    public const long MostBytes = 64 << 20;

    private readonly Random _random;
    private readonly Lock _gate = new();

    public Mutations()
    {
        var seed = Environment.GetEnvironmentVariable("EVIDENCE_FUZZ_SEED") is { Length: > 0 } wanted ? int.Parse(wanted, System.Globalization.CultureInfo.InvariantCulture) : Random.Shared.Next();
        _random = new Random(seed);
        TestContext.Current.TestOutputHelper?.WriteLine($"EVIDENCE_FUZZ_SEED={seed}");
    }

    public int Next(int below) => _random.Next(below);

    public byte[] Bytes(int length)
    {
        var bytes = new byte[length];
        _random.NextBytes(bytes);
        return bytes;
    }

    /// <summary>For any number of threads. Cut off, overwritten, lengthened, or something else altogether.</summary>
    public byte[] Of(byte[] good)
    {
        lock (_gate)
            return Mutate(good);
    }

    private byte[] Mutate(byte[] good)
    {
        var bytes = good.ToArray();
        switch (_random.Next(5))
        {
            case 0: return bytes[.._random.Next(bytes.Length + 1)];
            case 1: return [.. bytes, .. Bytes(_random.Next(300))];
            case 2: return Bytes(_random.Next(200));
            default:
                for (var changes = _random.Next(1, 5); changes > 0 && bytes.Length > 0; changes--)
                    bytes[_random.Next(bytes.Length)] = (byte)_random.Next(256);
                return bytes;
        }
    }

    /// <summary>Lines dropped, doubled, moved, deeper or with other words; still text.</summary>
    public string Of(string text)
    {
        string[] words = ["[", "]", "{", "}", "&a", "*a", "!!binary", "- ", ": ", "\t", "|", ">", "'", "\"", "%", "99999999999999999999", "-1", "0x", "~", "null", "(", "(?<dev>", "\u0000", "…"];
        var lines = text.Split('\n').ToList();
        for (var changes = _random.Next(1, 4); changes > 0; changes--)
        {
            var at = _random.Next(lines.Count);
            switch (_random.Next(6))
            {
                case 0 when lines.Count > 1: lines.RemoveAt(at); break;
                case 1: lines.Insert(at, lines[_random.Next(lines.Count)]); break;
                case 2: lines[at] = new string(' ', _random.Next(8)) + lines[at].TrimStart(); break;
                case 3: lines[at] = lines[at].Insert(_random.Next(lines[at].Length + 1), words[_random.Next(words.Length)]); break;
                case 4 when lines[at].Length > 0: lines[at] = lines[at].Remove(_random.Next(lines[at].Length)); break;
                default:
                    var line = new StringBuilder(lines[at]);
                    if (line.Length > 0)
                        line[_random.Next(line.Length)] = (char)_random.Next(32, 127);
                    lines[at] = line.ToString();
                    break;
            }
        }

        return string.Join('\n', lines);
    }
}
