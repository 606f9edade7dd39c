using System.Text;
using EvidenceIngest.EndToEnd.Tests.Installations;

namespace EvidenceIngest.EndToEnd.Tests.MainJob;

/// <summary>A folder of one's own: <c>run --bay folder:DIR --once --json</c>.</summary>
public sealed class FolderBayTests(FolderBayTests.Servers servers) : IClassFixture<FolderBayTests.Servers>
{
    private static readonly TimeSpan RunLimit = TimeSpan.FromMinutes(10);

    private Installation Installation => servers.Installation;

    [Fact]
    public async Task A_folder_is_sealed_and_left_as_it_was_and_a_second_run_finds_the_same_items()
    {
        var card = NewCard("F100001");
        card.RecordSound(400_000);
        card.RecordSound(17 << 20);
        card.Write("随手拍.jpg", await PhotoAsync());

        var first = await RunAsync(card);
        Assert.Equal(3, first.Count);
        Assert.All(first, i => Assert.Equal("sealed", i.State));
        Assert.Equal(card.Recorded.Keys.Order(), card.Remaining.Order());
        await Installation.AssertSealedOnceAsync(first[0].Recorder, card.Recorded, first);
        var second = await RunAsync(card);
        Assert.Equal(first.Select(i => i.Item).Order(), second.Select(i => i.Item).Order());
        Assert.Equal(first.SelectMany(i => i.Files).Select(f => f.VersionId).Order(), second.SelectMany(i => i.Files).Select(f => f.VersionId).Order());
    }

    [Fact]
    public async Task Hostile_names_are_sealed_under_names_of_ours()
    {
        var card = NewCard("F100002");
        card.Write("..%2F..%2Fetc%2Fpasswd.WAV", Sound(card));
        card.Write("换行\n制表\t.WAV", Sound(card));
        card.Write(new string('长', 80) + ".WAV", Sound(card));
        card.Write("-rf .WAV", Sound(card));
        card.Write("case.WAV", Sound(card));
        card.Write("CASE.wav", Sound(card));
        card.Write("$(reboot);'\"`.WAV", Sound(card));
        await WriteRawAsync(card, [.. Encoding.Latin1.GetBytes("gbk-"), 0xD6, 0xB4, 0xB7, 0xA8, .. ".WAV"u8], Sound(card));
        await WriteRawAsync(card, [0xFF, 0xFE, .. "-not-utf8.WAV"u8], Sound(card));
        card.Write("empty.WAV", []);

        var items = await RunAsync(card);
        var files = items.SelectMany(i => i.Files).ToList();
        Assert.True(files.Count == 10, string.Join("\n", files.Select(f => f.Name)));
        Assert.Equal(files.Count, files.Select(f => f.Name).Distinct().Count());
        Assert.All(files, f => Assert.Matches("^(masters|quarantine)/[0-9]{4}/[0-9]{2}/ev-[0-9a-z-]+/[0-9]+\\.[a-z0-9]+$", f.Key));
        Assert.Contains(files, f => f.Name.Contains("换行%0A制表%09", StringComparison.Ordinal));
        Assert.Contains(files, f => f.Name.Contains("%FF%FE", StringComparison.Ordinal));
        Assert.Contains(items, i => i.State == "quarantined" && i.Files[0].Bytes == 0);
    }

    [Fact]
    public async Task Links_show_the_proxy_until_they_expire_and_the_receipt_verifies_offline()
    {
        var card = NewCard("F100003");
        card.RecordSound(200_000);
        await using var run = Installation.Start("run", "--bay", "folder:" + card.Folder);
        var item = "";
        for (var waited = 0; item.Length == 0; waited++)
        {
            Assert.True(waited < 240, run.Output + run.Error);
            await Task.Delay(500);
            item = (await Installation.ItemsAsync())?
                .FirstOrDefault(i => i.Recorder == "dev-F100003" && i.Renditions.Contains("proxy"))?.Item ?? "";
        }

        var (exitCode, url, error) = await Installation.RunAsync(RunLimit, "items", "link", item);
        Assert.True(exitCode == 0, error);
        using var http = new HttpClient();
        var proxy = await http.GetByteArrayAsync(new Uri(url.Trim()));
        Assert.Equal("ftyp", Encoding.ASCII.GetString(proxy, 4, 4));
        var chain = await Installation.RunAsync(RunLimit, "items", "custody", item);
        Assert.True(chain.Output.Contains("\t查看\t", StringComparison.Ordinal), chain.Output + chain.Error);

        await Installation.AssertChainAsync(item);
        var receipt = Path.Combine(Installation.Home, "receipt.json");
        await File.WriteAllTextAsync(receipt, (await Installation.RunAsync(RunLimit, "items", "receipt", item)).Output);
        var master = Path.Combine(card.Folder, card.Recorded.Keys.Single());
        Assert.Equal(0, (await Installation.RunAsync(RunLimit, "verify", receipt, master)).ExitCode);
        Assert.Equal(1, (await Installation.RunAsync(RunLimit, "verify", receipt, receipt)).ExitCode);
        var audit = await Installation.RunAsync(RunLimit, "audit", "log");
        Assert.True(audit.ExitCode == 0 && audit.Output.Contains("保管日志完整", StringComparison.Ordinal), audit.Output + audit.Error);
        var otherKey = Path.Combine(Installation.Home, "other.pem");
        using (var other = Domain.Receipts.SigningKey.Generate())
            await File.WriteAllTextAsync(otherKey, other.PublicPem);
        Assert.Equal(1, (await Installation.RunAsync(RunLimit, "audit", "log", "--key", otherKey)).ExitCode);
        await ExportAndVerifyAsync(item, master, otherKey);
        await KeepAsync(item);
        await ExportEncryptedAsync(item, master);
        await run.KillAsync();
    }

    [Fact]
    public async Task Without_a_service_commands_say_how_to_start_it()
    {
        var (exitCode, _, error) = await Installation.RunAsync(RunLimit, "items", "list");
        Assert.Equal(1, exitCode);
        Assert.Contains("./scripts/run", error, StringComparison.Ordinal);
    }

    /// <summary>A package is fetched, proven, fetched again from the middle, and refused once a byte of it changed.</summary>
    private async Task ExportAndVerifyAsync(string item, string master, string otherKey)
    {
        var whole = Path.Combine(Installation.Home, "package");
        var export = await Installation.RunAsync(RunLimit, "export", "--item", item, "--rendition", "proxy", "--why", "给检察院", "--out", whole + "/");
        Assert.True(export.ExitCode == 0 && export.Output.Contains("数据包完整", StringComparison.Ordinal), export.Output + export.Error);
        var copy = Assert.Single(Directory.GetFiles(Path.Combine(whole, "data/items", item, "masters")));
        Assert.Equal(await File.ReadAllBytesAsync(master), await File.ReadAllBytesAsync(copy));
        Assert.Single(Directory.GetFiles(Path.Combine(whole, "data/items", item, "renditions")), f => f.Contains("proxy", StringComparison.Ordinal));
        Assert.Equal(1, (await Installation.RunAsync(RunLimit, "verify", whole, "--key", otherKey)).ExitCode);
        Assert.Equal(2, (await Installation.RunAsync(RunLimit, "verify", Path.Combine(whole, "data"))).ExitCode);

        var full = await Installation.RunAsync(RunLimit, "export", "--item", item, "--why", "给检察院", "--out", Path.Combine(copy, "no-folder"));
        Assert.True(full.ExitCode == 1 && full.Error.Contains("无法写入目标文件夹", StringComparison.Ordinal), full.Output + full.Error);

        var again = Path.Combine(Installation.Home, "package-again");
        var part = Path.Combine(again, Path.GetRelativePath(whole, copy)) + ".part";
        Directory.CreateDirectory(Path.GetDirectoryName(part)!);
        await File.WriteAllBytesAsync(part, (await File.ReadAllBytesAsync(copy))[..100_000]);
        var id = (await File.ReadAllLinesAsync(Path.Combine(whole, "bag-info.txt"))).Single(l => l.StartsWith("External-Identifier: ", StringComparison.Ordinal))[21..];
        await File.WriteAllTextAsync(Path.Combine(again, ".evidence-export"), id);
        var resumed = await Installation.RunAsync(RunLimit, "export", "--out", again);
        Assert.True(resumed.ExitCode == 0, resumed.Output + resumed.Error);

        await using (var changed = new FileStream(copy, FileMode.Open, FileAccess.ReadWrite))
        {
            changed.Seek(50_000, SeekOrigin.Begin);
            var turned = (byte)(changed.ReadByte() ^ 1);
            changed.Seek(50_000, SeekOrigin.Begin);
            changed.WriteByte(turned);
        }

        var refused = await Installation.RunAsync(RunLimit, "verify", whole);
        Assert.True(refused.ExitCode == 1 && refused.Output.Contains("masters/0001", StringComparison.Ordinal), refused.Output + refused.Error);
    }

    /// <summary>A case, a hold by one person and its release by another, from the command line; the service's own chain tells who was let in.</summary>
    private async Task KeepAsync(string item)
    {
        async Task<string> DoAsync(string? tokenFile, int exitCode, params string[] arguments)
        {
            var settings = new Dictionary<string, string>(Installation.Settings);
            if (tokenFile is not null)
                settings["EVIDENCE_TOKEN_FILE"] = tokenFile;
            var done = await ChildProcess.RunAsync(Installation.Executable, arguments, settings, RunLimit);
            Assert.True(done.ExitCode == exitCode, $"{string.Join(' ', arguments)}: {done.ExitCode}\n{done.Output}\n{done.Error}");
            return done.Output + done.Error;
        }

        // An account with a one-time password, its first log-in, and the role; who may decide about evidence is confirmed by a second person.
        async Task<string> PersonAsync(string userName, string name, string role, string? confirmedBy)
        {
            string At(string what) => Path.Combine(Installation.Home, $"{userName}.{what}");
            var added = await Installation.RunAsync(RunLimit, "people", "add", userName, name);
            Assert.True(added.ExitCode == 0, added.Error);
            await File.WriteAllTextAsync(At("once"), added.Output);
            await File.WriteAllTextAsync(At("password"), "correct-horse-7\n");
            var grant = (await DoAsync(null, 0, "people", "grant", userName, role, "--why", "任命"))[..36];
            if (confirmedBy is not null)
                Assert.Contains("已生效", await DoAsync(confirmedBy, 0, "people", "confirm", grant), StringComparison.Ordinal);
            Assert.Contains(name, await DoAsync(null, 0, "login", userName, "--password-file", At("once"), "--new-password-file", At("password"), "--out", At("token")), StringComparison.Ordinal);
            await DoAsync(null, 1, "login", userName, "--password-file", At("once"), "--out", At("stale"));
            return At("token");
        }

        var security = await PersonAsync("anquan", "赵安", "SecurityAdministrator", confirmedBy: null);
        var (custodian, head) = (await PersonAsync("wangfang", "王芳", "Custodian", security), await PersonAsync("liqiang", "李强", "Head", security));
        Assert.Contains("音像资料管理员@root", await DoAsync(security, 0, "people", "list"), StringComparison.Ordinal);
        await DoAsync(custodian, 0, "cases", "open", "薛执罚〔2026〕12/3号", "--agency", "城管局");
        await DoAsync(custodian, 0, "cases", "link", "薛执罚〔2026〕12/3号", item, "--why", "现场录音");
        Assert.Contains("无期限", await DoAsync(custodian, 0, "retention", "item", item), StringComparison.Ordinal);
        var ofCase = await DoAsync(custodian, 0, "export", "--case", "薛执罚〔2026〕12/3号", "--out", Path.Combine(Installation.Home, "case-package"));
        Assert.Contains("数据包完整", ofCase, StringComparison.Ordinal);
        var hold = (await DoAsync(custodian, 0, "holds", "place", "--case", "薛执罚〔2026〕12/3号", "--why", "行政复议"))[..35];
        Assert.Contains("another person", await DoAsync(custodian, 1, "holds", "release", hold, "--why", "终结"), StringComparison.Ordinal);
        await DoAsync(head, 0, "holds", "release", hold, "--why", "终结");
        Assert.Contains("kept without end", await DoAsync(custodian, 1, "disposal", "propose", item, "--why", "到期"), StringComparison.Ordinal);
        await DoAsync(head, 1, "audit", "events");
        var events = await DoAsync(null, 0, "audit", "events");
        Assert.All(["李强 (liqiang), Head of root", "复核授权", "登录失败", "拒绝访问", "Server:Urls", "case 薛执罚〔2026〕12/3号"], told => Assert.Contains(told, events, StringComparison.Ordinal));
        await DoAsync(custodian, 0, "logout");
        Assert.Contains("log in again", await DoAsync(custodian, 1, "items", "list"), StringComparison.Ordinal);
        Assert.DoesNotContain(Installation.Secret("postgres.password"), events, StringComparison.Ordinal);
    }

    /// <summary>Nothing but ciphertext reaches the disk; openssl and tar open it, and an interrupted export goes on at any byte.</summary>
    private async Task ExportEncryptedAsync(string item, string master)
    {
        var password = Path.Combine(Installation.Home, "password");
        await File.WriteAllTextAsync(password, "correct horse battery\n");
        var archive = Path.Combine(Installation.Home, "handed-out", "package.tar.enc");
        string[] export = ["export", "--item", item, "--why", "给检察院", "--encrypt", password, "--out", archive];
        var made = await Installation.RunAsync(RunLimit, export);
        Assert.True(made.ExitCode == 0 && made.Output.Contains("数据包完整", StringComparison.Ordinal), made.Output + made.Error);
        Assert.Equal([archive], Directory.GetFiles(Path.GetDirectoryName(archive)!));
        var hidden = await File.ReadAllBytesAsync(archive);
        Assert.True(hidden.AsSpan().IndexOf("bagit"u8) < 0, "something is in clear");
        Assert.Equal(1, (await Installation.RunAsync(RunLimit, export)).ExitCode);

        var unpacked = await ChildProcess.RunAsync(
            "bash",
            ["-c", $"set -o pipefail; cd '{Installation.Home}' && openssl enc -d -aes-256-ctr -pbkdf2 -iter 600000 -md sha256 -pass file:password -in '{archive}' | tar x && cd pk-* && sha256sum --check --quiet manifest-sha256.txt && cmp data/items/{item}/masters/0001.* '{master}' && basename \"$PWD\""],
            new Dictionary<string, string>(), RunLimit);
        Assert.True(unpacked.ExitCode == 0, unpacked.Output + unpacked.Error);

        // Interrupted in the middle of the recording, and by somebody who then mistypes the password.
        var again = Path.Combine(Installation.Home, "handed-out", "again.tar.enc");
        await File.WriteAllBytesAsync(again + ".part", hidden[..(hidden.Length / 2)]);
        await File.WriteAllTextAsync(again + ".evidence-export", unpacked.Output.Trim());
        var other = Path.Combine(Installation.Home, "other-password");
        await File.WriteAllTextAsync(other, "incorrect horse battery");
        var mistyped = await Installation.RunAsync(RunLimit, "export", "--encrypt", other, "--out", again);
        Assert.True(mistyped.ExitCode == 1 && mistyped.Error.Contains("密码", StringComparison.Ordinal), mistyped.Output + mistyped.Error);
        var resumed = await Installation.RunAsync(RunLimit, "export", "--encrypt", password, "--out", again);
        Assert.True(resumed.ExitCode == 0, resumed.Output + resumed.Error);
        Assert.Equal(hidden, await File.ReadAllBytesAsync(again));

        Assert.Equal(0, (await Installation.RunAsync(RunLimit, "verify", archive, "--password-file", password)).ExitCode);
        var wrong = await Installation.RunAsync(RunLimit, "verify", archive, "--password-file", other);
        Assert.True(wrong.ExitCode == 1 && wrong.Output.Contains("密码不对", StringComparison.Ordinal), wrong.Output + wrong.Error);
        hidden[hidden.Length / 2] ^= 1;
        await File.WriteAllBytesAsync(archive, hidden);
        Assert.Equal(1, (await Installation.RunAsync(RunLimit, "verify", archive, "--password-file", password)).ExitCode);
    }

    private Card NewCard(string device) => new(Path.Combine(Installation.Home, "cards", device), device, device.GetHashCode(StringComparison.Ordinal));

    private static byte[] Sound(Card card) => card.Sound(30_000);

    private async Task<IReadOnlyList<ItemLine>> RunAsync(Card card)
    {
        var (exitCode, output, error) = await Installation.RunAsync(RunLimit, "run", "--bay", "folder:" + card.Folder, "--once", "--json");
        Assert.True(exitCode == 0, $"exit code {exitCode}\n{output}\n{error}");
        return ItemLine.Parse(output);
    }

    private static async Task<byte[]> PhotoAsync()
    {
        var file = Path.GetTempFileName() + ".jpg";
        await ChildProcess.RunAsync(
            "ffmpeg", ["-v", "error", "-f", "lavfi", "-i", "testsrc2=s=640x480", "-frames:v", "1", file], new Dictionary<string, string>(), RunLimit);
        return await File.ReadAllBytesAsync(file);
    }

    /// <summary>.NET can't name a file in bytes that are no UTF-8; printf of bash can.</summary>
    private static async Task WriteRawAsync(Card card, byte[] name, byte[] content)
    {
        var plain = Path.Combine(card.Folder, "raw.bin");
        await File.WriteAllBytesAsync(plain, content);
        var escaped = string.Concat(name.Select(b => $"\\x{b:x2}"));
        var (exitCode, _, error) = await ChildProcess.RunAsync(
            "bash", ["-c", "mv \"$1\" \"$2/$(printf \"$3\")\"", "bash", plain, card.Folder, escaped], new Dictionary<string, string>(), RunLimit);
        Assert.True(exitCode == 0, error);
    }

    public sealed class Servers : IAsyncLifetime
    {
        internal Installation Installation { get; private set; } = null!;

        public async ValueTask InitializeAsync()
        {
            Installation = await Installation.CreateAsync("folder-bays");
            Installation.Settings["EVIDENCE_Dock__Usb"] = "false";
        }

        public ValueTask DisposeAsync() => Installation.DisposeAsync();
    }
}
