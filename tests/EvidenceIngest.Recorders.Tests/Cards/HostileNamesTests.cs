using System.Text;
using EvidenceIngest.Domain.Evidence;
using EvidenceIngest.Recorders.Cards;
using EvidenceIngest.Recorders.Drivers;
using EvidenceIngest.Recorders.Listing;
using EvidenceIngest.Recorders.Tests.Support;

namespace EvidenceIngest.Recorders.Tests.Cards;

/// <summary>One real folder that holds every name that a stranger could think of.</summary>
public sealed class HostileNamesTests : IDisposable
{
    /// <summary>Latin-1 stands for raw bytes here: one character, one byte.</summary>
    private static readonly string[] RawNames =
    [
        "...", "..hidden.mp4", ".. ", " ", "-rf", "$(reboot).mp4", "`id`.mp4", "a;b&c|d.mp4", "..\\..\\etc\\passwd", "C:\\x.mp4",
        "%2e%2e%2fetc", "100%.mp4", "new\nline.mp4", "tab\t.mp4", "bell\a\u001b[31m.mp4", "del\u007f.mp4",
        "\u00ff\u00fe.mp4", "\u00c0\u00ae\u00c0\u00ae", "half\u00e4\u00bd.mp4", "\u00ed\u00a0\u0080.mp4",
        Gbk("\u00d6\u00b4\u00b7\u00a8.mp4"), Utf8("执法记录.mp4"), Utf8("é.mp4"), Utf8("e\u0301.mp4"), Utf8("gpj\u202egpj.mp4"),
        "UPPER.mp4", "upper.mp4", "con", "nul.mp4", "trailing.", "trailing.mp4 ", new string('n', 251) + ".mp4", Utf8(new string('长', 85)),
        "quote\".mp4", "apostrophe'.mp4", "<script>.mp4", "a?b*c.mp4",
    ];

    private readonly CardFolder _card = new();

    public void Dispose() => _card.Dispose();

    [Fact]
    public async Task Every_name_is_listed_distinctly_and_its_content_read_back()
    {
        foreach (var name in RawNames)
            _card.PutRaw(Raw(name), ContentOf(name));

        var driver = Support.Recorders.FolderDriver();
        await using var recorder = await driver.OpenAsync(
            Support.Recorders.Attachment(_card.Path), Support.Recorders.Profile("folder"), CancellationToken.None);
        var files = (await driver.ListAsync(recorder, CancellationToken.None)).Files().ToList();

        Assert.Equal(RawNames.Length, files.Count);
        Assert.Equal(RawNames.Length, files.Select(f => f.Path).Distinct(StringComparer.Ordinal).Count());
        foreach (var file in files)
        {
            Assert.DoesNotContain(file.Path, char.IsControl);
            Assert.Equal(file.RawPath.ToArray(), RecorderPathText.ToRaw(file.Path));
            await using var content = await driver.OpenReadAsync(recorder, file, CancellationToken.None);
            using var reader = new StreamReader(content, Encoding.Latin1, detectEncodingFromByteOrderMarks: false);
            Assert.Equal(Encoding.Latin1.GetString(file.RawPath.Span), await reader.ReadToEndAsync(CancellationToken.None));
        }
    }

    [Fact]
    public async Task Every_name_can_be_cleared_without_touching_its_lookalikes()
    {
        foreach (var name in RawNames)
            _card.PutRaw(Raw(name), ContentOf(name));
        var driver = Support.Recorders.FolderDriver();
        await using var recorder = await driver.OpenAsync(
            Support.Recorders.Attachment(_card.Path), Support.Recorders.Profile("folder"), CancellationToken.None);
        var files = (await driver.ListAsync(recorder, CancellationToken.None)).Files().ToList();
        for (var i = 0; i < files.Count; i++)
        {
            var receipt = Receipts.For((files[i], files[i].RawPath.ToArray()));
            Assert.Equal([files[i]], (await driver.ClearAsync(recorder, files, receipt, CancellationToken.None)).Deleted);
            Assert.Equal(files.Count - i - 1, (await driver.ListAsync(recorder, CancellationToken.None)).Files().Count());
        }
    }

    [Fact]
    public async Task Odd_names_are_findings()
    {
        foreach (var name in new[] { "100%.mp4", "UPPER.mp4", "upper.mp4", "plain.mp4", Utf8("é.mp4"), Utf8("e\u0301.mp4") })
            _card.PutRaw(Raw(name), [1]);
        var listing = await Support.Recorders.ListFolderAsync(_card.Path);
        var odd = listing.Recordings.Where(r => r.Findings.Any(f => f.Code == FindingCode.UnusualName)).SelectMany(r => r.Files);
        Assert.Equal(
            new[] { "100%25.mp4", "UPPER.mp4", "e\u0301.mp4", "upper.mp4", "é.mp4" }, odd.Select(f => f.Path).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task Links_pipes_and_devices_are_findings_and_never_opened()
    {
        var outside = Path.Combine(Path.GetDirectoryName(_card.Path)!, "outside");
        Directory.CreateDirectory(outside);
        await File.WriteAllTextAsync(Path.Combine(outside, "secret.mp4"), "secret", CancellationToken.None);
        Directory.CreateSymbolicLink(_card.At("out"), outside);
        Directory.CreateSymbolicLink(_card.At("loop"), _card.Path);
        File.CreateSymbolicLink(_card.At("zero.mp4"), "/dev/zero");
        File.CreateSymbolicLink(_card.At("dangling.mp4"), "/nonexistent");
        _card.PutPipe("pipe.mp4");
        _card.Put("real.mp4");

        var listing = await Support.Recorders.ListFolderAsync(_card.Path);
        Assert.Equal(["real.mp4"], listing.Files().Select(f => f.Path));
        Assert.Equal(5, listing.Findings.Count(f => f.Code == FindingCode.Foreign));
    }

    [Theory]
    [InlineData("/etc/passwd")]
    [InlineData("../outside/secret.mp4")]
    [InlineData("out/secret.mp4")]
    [InlineData("./real.mp4")]
    [InlineData("DCIM//real.mp4")]
    [InlineData("link.mp4")]
    [InlineData("pipe.mp4")]
    [InlineData("real.mp4\0.jpg")]
    [InlineData("")]
    public async Task Nothing_outside_the_card_can_be_read_or_deleted_by_a_made_up_path(string path)
    {
        var outside = Path.Combine(Path.GetDirectoryName(_card.Path)!, "outside");
        Directory.CreateDirectory(outside);
        var secret = Path.Combine(outside, "secret.mp4");
        await File.WriteAllBytesAsync(secret, [7], CancellationToken.None);
        Directory.CreateSymbolicLink(_card.At("out"), outside);
        File.CreateSymbolicLink(_card.At("link.mp4"), secret);
        _card.PutPipe("pipe.mp4");
        _card.Put("real.mp4", [7]);

        var file = new RecorderFile(path, Encoding.UTF8.GetBytes(path), 1, null);
        var driver = Support.Recorders.FolderDriver();
        await using var recorder = await driver.OpenAsync(
            Support.Recorders.Attachment(_card.Path), Support.Recorders.Profile("folder"), CancellationToken.None);
        await Assert.ThrowsAnyAsync<IOException>(() => driver.OpenReadAsync(recorder, file, CancellationToken.None))
            .WaitAsync(TimeSpan.FromSeconds(10), CancellationToken.None);
        try
        {
            await driver.ClearAsync(recorder, [file], Receipts.For((file, [7])), CancellationToken.None);
        }
        catch (IOException e) when (e is not RecorderGoneException)
        {
            // Refusing loudly is as good as keeping.
        }

        Assert.True(File.Exists(secret));
        Assert.True(File.Exists(_card.At("real.mp4")));
    }

    [Fact]
    public async Task A_folder_that_turns_into_a_link_after_the_listing_leads_nowhere()
    {
        _card.Put("DCIM/real.mp4", [7]);
        var driver = Support.Recorders.FolderDriver();
        await using var recorder = await driver.OpenAsync(
            Support.Recorders.Attachment(_card.Path), Support.Recorders.Profile("folder"), CancellationToken.None);
        var file = (await driver.ListAsync(recorder, CancellationToken.None)).Files().Single();
        var outside = Path.Combine(Path.GetDirectoryName(_card.Path)!, "outside");
        Directory.Move(_card.At("DCIM"), outside);
        Directory.CreateSymbolicLink(_card.At("DCIM"), outside);

        await Assert.ThrowsAnyAsync<IOException>(() => driver.OpenReadAsync(recorder, file, CancellationToken.None));
        Assert.Empty((await driver.ClearAsync(recorder, [file], Receipts.For((file, [7])), CancellationToken.None)).Deleted);
        Assert.True(File.Exists(Path.Combine(outside, "real.mp4")));
    }

    [Fact]
    public async Task A_tree_deeper_than_any_recorder_makes_is_refused_and_not_listed_in_part()
    {
        var path = Encoding.ASCII.GetBytes(string.Join('/', Enumerable.Repeat("d", PosixCardWalk.DeepestFolder + 1)));
        for (var length = 1; length <= path.Length; length += 2)
            _card.MakeFolderRaw(path[..length]);
        var refused = await Assert.ThrowsAsync<RecorderRefusedException>(() => Support.Recorders.ListFolderAsync(_card.Path));
        Assert.Contains("64", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void More_names_than_any_recorder_makes_are_refused()
    {
        for (var i = 0; i < 6; i++)
            _card.Put($"{i % 2}/{i}.mp4");
        using var files = PosixCardFileSystem.Open(_card.Path, mostEntries: 7);
        Assert.Throws<CardTooLargeException>(() => files.Walk(CancellationToken.None));
        using var enough = PosixCardFileSystem.Open(_card.Path, mostEntries: 8);
        Assert.Equal(6, enough.Walk(CancellationToken.None).Count);
    }

    [Fact]
    public async Task Twenty_thousand_files_are_all_listed()
    {
        for (var i = 0; i < 20_000; i++)
            _card.Put($"DCIM/{i / 1000:000}/J800000_00000020260730{i / 3600 % 24:00}{i / 60 % 60:00}{i % 60:00}_{i % 10_000:0000}.mp4", []);
        Assert.Equal(20_000, (await Support.Recorders.ListFolderAsync(_card.Path)).Files().Count());
    }

    private static byte[] ContentOf(string name) => Raw(name);

    private static byte[] Raw(string latin1) => Encoding.Latin1.GetBytes(latin1);

    private static string Utf8(string text) => Encoding.Latin1.GetString(Encoding.UTF8.GetBytes(text));

    private static string Gbk(string bytes) => bytes;
}
