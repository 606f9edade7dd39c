using System.Security.Cryptography;
using System.Text;
using EvidenceIngest.Commands;
using EvidenceIngest.Packages;
using EvidenceIngest.Tests.Unattended;

namespace EvidenceIngest.Tests.Packages;

/// <summary>Encrypted archives against the programs that people will open them with: openssl and tar.</summary>
public sealed class EncryptedPackageTests : IDisposable
{
    private static readonly DateTimeOffset MadeAt = new(2026, 11, 22, 1, 2, 3, TimeSpan.Zero);

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("evidence-encrypted-");
    private readonly byte[] _password = "correct horse battery"u8.ToArray();

    [Theory]
    [InlineData(0, 100_000)]
    [InlineData(15, 17)]
    [InlineData(65_535, 70_001)]
    [InlineData(99_999, 1)]
    public async Task Any_piece_of_the_stream_is_what_openssl_makes_of_the_whole(int from, int count)
    {
        var clear = RandomNumberGenerator.GetBytes(100_000);
        await File.WriteAllBytesAsync(At("clear"), clear);
        await ShellAsync("openssl enc -aes-256-ctr -pbkdf2 -iter 600000 -md sha256 -pass file:password -in clear -out hidden");
        var hidden = await File.ReadAllBytesAsync(At("hidden"));

        using var stream = PackageCipher.From(_password, hidden[..16]).Stream();
        var piece = hidden[(16 + from)..(16 + from + Math.Min(count, clear.Length - from))];
        stream.Apply(from, piece);

        Assert.Equal(clear[from..(from + piece.Length)], piece);
    }

    [Fact]
    public async Task The_counter_carries_over_all_its_bytes()
    {
        var key = RandomNumberGenerator.GetBytes(32);
        var first = Enumerable.Repeat((byte)0xFF, 16).ToArray();
        await File.WriteAllBytesAsync(At("zeros"), new byte[64]);
        await ShellAsync($"openssl enc -aes-256-ctr -K {Convert.ToHexString(key)} -iv {Convert.ToHexString(first)} -in zeros -out stream");

        using var ours = new AesCtr(key, first);
        var stream = new byte[64];
        ours.Apply(0, stream);

        Assert.Equal(await File.ReadAllBytesAsync(At("stream")), stream);
    }

    [Fact]
    public async Task An_archive_unpacks_with_openssl_and_tar_and_is_read_as_it_lies()
    {
        var files = new Dictionary<string, byte[]>
        {
            ["bagit.txt"] = "one"u8.ToArray(), ["data/empty"] = [], ["data/full-block"] = RandomNumberGenerator.GetBytes(512),
            ["data/" + string.Join('/', Enumerable.Repeat("名", 60))] = RandomNumberGenerator.GetBytes(70_000),
        };
        var archive = await EncryptAsync(Pack(files));

        await ShellAsync("openssl enc -d -aes-256-ctr -pbkdf2 -iter 600000 -md sha256 -pass file:password -in package.tar.enc | tar x");
        using var package = new EncryptedPackage(archive, _password);

        Assert.Equal(files.Keys.Order(), package.List().Order());
        foreach (var (path, content) in files)
        {
            Assert.Equal(content, await File.ReadAllBytesAsync(At("pk-1/" + path)));
            Assert.Equal(MadeAt.UtcDateTime, File.GetLastWriteTimeUtc(At("pk-1/" + path)));
            using var read = new MemoryStream();
            await using var entry = package.Open(path)!;
            await entry.CopyToAsync(read);
            Assert.Equal(content, read.ToArray());
        }

        Assert.Null(package.Open("data/none"));
    }

    [Fact]
    public async Task A_recording_of_more_than_eight_gibibytes_keeps_its_length()
    {
        const long Large = (9L << 30) + 5;
        var places = TarLayout.Of("pk-1", MadeAt, [("data/large", Large), ("data/next", 3)]);
        await using (var sparse = File.Create(At("large.tar")))
        {
            foreach (var place in places)
            {
                sparse.Seek(place.Start, SeekOrigin.Begin);
                sparse.Write(place.Header);
            }

            sparse.SetLength(places[^1].End + TarLayout.EndBytes);
        }

        var listed = await ShellAsync("tar tvf large.tar");

        Assert.Matches($" {Large} .*pk-1/data/large\n.* 3 .*pk-1/data/next\n", listed);
    }

    [Fact]
    public async Task Another_password_or_an_archive_that_is_cut_off_or_changed_is_said_in_words()
    {
        var clear = Pack(new Dictionary<string, byte[]> { ["bagit.txt"] = new byte[600], ["data/x"] = new byte[600] });
        var archive = await EncryptAsync(clear);
        Assert.Contains("密码不对", Refused(archive, "another password"u8.ToArray()), StringComparison.Ordinal);
        var hidden = await File.ReadAllBytesAsync(archive.FullName);
        for (var length = 0; length < hidden.Length; length += 531)
        {
            await File.WriteAllBytesAsync(archive.FullName, hidden[..length]);
            Assert.NotEmpty(Refused(archive, _password));
        }

        await File.WriteAllBytesAsync(archive.FullName, [.. hidden, .. new byte[512]]);
        Assert.Contains("末尾", Refused(archive, _password), StringComparison.Ordinal);
        foreach (var (place, change) in new (int, Action<byte[]>)[]
        {
            (0, tar => tar[156] = (byte)'2'), // a link
            (0, tar => "../../etc/x\0"u8.CopyTo(tar)),
            (0, tar => "77777777777"u8.CopyTo(tar.AsSpan(124))),
            (1536, tar => "pk-1/bagit.txt\0"u8.CopyTo(tar.AsSpan(1536))),
            (1536, tar => tar[1536 + 300] ^= 1),
        })
        {
            var changed = clear.ToArray();
            change(changed);
            if (changed[place + 300] == clear[place + 300])
                Encoding.ASCII.GetBytes(Convert.ToString(TarLayout.Checksum(changed.AsSpan(place)), 8).PadLeft(6, '0')).CopyTo(changed, place + 148);
            Assert.NotEmpty(Refused(await EncryptAsync(changed), _password));
        }
    }

    [Theory]
    [InlineData("path=pk-1/", "size=none/")]
    [InlineData("path=pk-1/data/", "size=9\n8 path=b")]
    [InlineData("path=pk-1/data/", "path=a\n9 path=b")]
    public async Task Records_that_were_changed_lead_to_a_word_and_no_crash(string was, string now)
    {
        var name = "data/" + string.Join('/', Enumerable.Repeat("名", 60));
        var clear = Pack(new Dictionary<string, byte[]> { ["bagit.txt"] = [1], [name] = new byte[70_001] });
        var place = clear.AsSpan().IndexOf(Encoding.UTF8.GetBytes(was));
        Assert.True(place > 0);
        Encoding.UTF8.GetBytes(now).CopyTo(clear, place);

        Assert.NotEmpty(Refused(await EncryptAsync(clear), _password));
    }

    [Fact]
    public async Task An_encrypted_package_without_its_password_file_is_known_as_such()
    {
        var archive = await EncryptAsync(Pack(new Dictionary<string, byte[]> { ["bagit.txt"] = [1] }));
        using var told = new StringWriter();
        Assert.Equal(1, await VerifyCommand.VerifyAsync(archive, [], null, told, CancellationToken.None));
        Assert.Contains("--password-file", told.ToString(), StringComparison.Ordinal);
        await File.WriteAllTextAsync(At("short"), "short\nlonger than twelve");
        Assert.Throws<InvalidDataException>(() => PackageCipher.ReadPassword(new FileInfo(At("short"))));
        Assert.Throws<InvalidDataException>(() => PackageCipher.ReadPassword(new FileInfo(At("none"))));
    }

    public EncryptedPackageTests() => File.WriteAllBytes(At("password"), [.. _password, (byte)'\n', (byte)'x']);

    public void Dispose() => _folder.Delete(recursive: true);

    private static byte[] Pack(Dictionary<string, byte[]> files)
    {
        var places = TarLayout.Of("pk-1", MadeAt, files.Select(f => (f.Key, (long)f.Value.Length)));
        var tar = new byte[places[^1].End + TarLayout.EndBytes];
        foreach (var place in places)
        {
            place.Header.CopyTo(tar, place.Start);
            files[place.Path].CopyTo(tar, place.Content);
        }

        return tar;
    }

    private async Task<FileInfo> EncryptAsync(byte[] clear)
    {
        var cipher = PackageCipher.New(PackageCipher.ReadPassword(new FileInfo(At("password"))));
        var hidden = clear.ToArray();
        using var stream = cipher.Stream();
        stream.Apply(0, hidden);
        await File.WriteAllBytesAsync(At("package.tar.enc"), [.. cipher.Header, .. hidden]);
        return new FileInfo(At("package.tar.enc"));
    }

    private static string Refused(FileInfo archive, byte[] password) =>
        Assert.Throws<InvalidDataException>(() => new EncryptedPackage(archive, password).Dispose()).Message;

    private string At(string name) => Path.Combine(_folder.FullName, name);

    private async Task<string> ShellAsync(string command)
    {
        var (exitCode, output, error) = await Tool.RunAsync("bash", ["-c", $"set -o pipefail; cd '{_folder.FullName}' && {command}"]);
        Assert.True(exitCode == 0, output + error);
        return output;
    }
}
