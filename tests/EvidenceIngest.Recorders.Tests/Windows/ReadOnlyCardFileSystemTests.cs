using System.Text;
using EvidenceIngest.Recorders.Cards;

namespace EvidenceIngest.Recorders.Tests.Windows;

/// <summary>The card file system of Windows docks is made of .NET's calls alone, so a folder here shows what it does.</summary>
public sealed class ReadOnlyCardFileSystemTests : IDisposable
{
    private readonly string _root = Directory.CreateTempSubdirectory("card-").FullName + Path.DirectorySeparatorChar;

    public ReadOnlyCardFileSystemTests()
    {
        Directory.CreateDirectory(_root + "DCIM/100MEDIA");
        File.WriteAllText(_root + "DCIM/100MEDIA/录像0001.mp4", "footage");
        File.WriteAllText(_root + "log.txt", "log");
        File.SetLastWriteTimeUtc(_root + "log.txt", new DateTime(2026, 7, 30, 4, 0, 0, DateTimeKind.Utc));
    }

    public void Dispose() => Directory.Delete(_root, recursive: true);

    [Fact]
    public void Every_file_is_listed_once_with_its_length_and_time()
    {
        using var card = new ReadOnlyCardFileSystem(_root);
        var entries = card.Walk(CancellationToken.None);
        Assert.Equal(["DCIM/100MEDIA/录像0001.mp4", "log.txt"], entries.Select(e => Encoding.UTF8.GetString(e.RawPath)).Order(StringComparer.Ordinal));
        Assert.All(entries, e => Assert.Equal(CardEntryKind.File, e.Kind));
        var log = Assert.Single(entries, e => e.Bytes == 3);
        Assert.Equal(new DateTimeOffset(2026, 7, 30, 4, 0, 0, TimeSpan.Zero), log.ModifiedAt);
        Assert.True(card.HasFolder("DCIM"));
        Assert.False(card.HasFolder("log.txt"));
    }

    [Fact]
    public void A_file_is_read_and_known_again()
    {
        using var card = new ReadOnlyCardFileSystem(_root);
        using var file = card.OpenFile("log.txt"u8);
        var content = new byte[10];
        Assert.Equal(3, RandomAccess.Read(file, content, 0));
        Assert.Equal(card.Identify(file), card.Identify("log.txt"u8));
        Assert.Equal(3, card.Identify("log.txt"u8)!.Value.Bytes);
        Assert.Null(card.Identify("none"u8));
        Assert.Null(card.Identify("DCIM"u8));
        Assert.True(card.IsAbsent("none"u8));
        Assert.False(card.IsAbsent("DCIM"u8));
        Assert.Equal(Linux.NotFound, Assert.Throws<CardIoException>(() => card.OpenFile("none"u8)).Errno);
    }

    [Theory]
    [InlineData("../x")]
    [InlineData("DCIM/../../x")]
    [InlineData("/etc/passwd")]
    [InlineData("")]
    [InlineData("DCIM//x")]
    [InlineData("log.txt:stream")]
    [InlineData("C:\\x")]
    [InlineData("a?")]
    public void A_path_never_leads_out(string path)
    {
        using var card = new ReadOnlyCardFileSystem(_root);
        Assert.Equal(Linux.Invalid, Assert.Throws<CardIoException>(() => card.OpenFile(Encoding.UTF8.GetBytes(path))).Errno);
        Assert.Equal(Linux.Invalid, Assert.Throws<CardIoException>(() => card.IsAbsent(Encoding.UTF8.GetBytes(path))).Errno);
    }

    [Fact]
    public void Bytes_that_are_no_UTF_8_name_nothing()
    {
        using var card = new ReadOnlyCardFileSystem(_root);
        Assert.Equal(Linux.Invalid, Assert.Throws<CardIoException>(() => card.Identify([0xff, 0xfe])).Errno);
    }

    [Fact]
    public void Links_are_listed_as_such_and_never_followed()
    {
        var outside = Directory.CreateTempSubdirectory("outside-").FullName;
        try
        {
            File.WriteAllText(Path.Combine(outside, "secret.mp4"), "secret");
            Directory.CreateSymbolicLink(_root + "folder", outside);
            File.CreateSymbolicLink(_root + "file.mp4", Path.Combine(outside, "secret.mp4"));
            using var card = new ReadOnlyCardFileSystem(_root);
            var links = card.Walk(CancellationToken.None).Where(e => e.Kind == CardEntryKind.SymbolicLink).Select(e => Encoding.UTF8.GetString(e.RawPath));
            Assert.Equal(["file.mp4", "folder"], links.Order(StringComparer.Ordinal));
            Assert.Equal(Linux.TooManyLinks, Assert.Throws<CardIoException>(() => card.OpenFile("folder/secret.mp4"u8)).Errno);
            Assert.Equal(Linux.TooManyLinks, Assert.Throws<CardIoException>(() => card.OpenFile("file.mp4"u8)).Errno);
            Assert.Null(card.Identify("folder/secret.mp4"u8));
            Assert.False(card.HasFolder("folder"));
        }
        finally
        {
            Directory.Delete(outside, recursive: true);
        }
    }

    [Fact]
    public void More_or_deeper_than_any_recorder_makes_is_not_listed_in_part()
    {
        Assert.Throws<CardTooLargeException>(() => new ReadOnlyCardFileSystem(_root, mostEntries: 1).Walk(CancellationToken.None));
        Directory.CreateDirectory(_root + string.Join('/', Enumerable.Repeat("d", 70)));
        Assert.Throws<CardTooLargeException>(() => new ReadOnlyCardFileSystem(_root).Walk(CancellationToken.None));
    }

    [Fact]
    public void A_card_that_is_gone_is_an_error_and_no_empty_listing()
    {
        using var card = new ReadOnlyCardFileSystem(_root + "none/");
        Assert.Throws<CardIoException>(() => card.Walk(CancellationToken.None));
    }

    [Fact]
    public void Nothing_is_ever_deleted()
    {
        using var card = new ReadOnlyCardFileSystem(_root);
        var identity = card.Identify("log.txt"u8)!.Value;
        Assert.Equal(Linux.ReadOnly, Assert.Throws<CardIoException>(() => card.DeleteIfUnchanged("log.txt"u8, identity)).Errno);
        Assert.True(File.Exists(_root + "log.txt"));
    }
}
