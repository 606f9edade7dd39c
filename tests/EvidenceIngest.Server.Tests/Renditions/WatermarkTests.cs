using EvidenceIngest.Domain.Evidence;
using EvidenceIngest.Server.Inspection;
using EvidenceIngest.Server.MediaTools;
using EvidenceIngest.Server.Renditions;
using EvidenceIngest.Server.Tests.Media;

namespace EvidenceIngest.Server.Tests.Renditions;

public sealed class WatermarkTests : IDisposable
{
    private const string Fonts = "/usr/share/fonts/truetype";
    private const string Gray = "-f lavfi -i color=c=gray:size=1280x720:rate=10:duration=3 -c:v libx264 -pix_fmt yuv420p";

    private readonly Studio _studio = new();

    [Fact]
    public async Task Every_quarter_of_the_picture_says_whose_copy_it_is_and_the_sound_stays()
    {
        var film = await _studio.MakeAsync("film.mp4", "-f lavfi -i color=c=gray:size=1280x720:rate=10:duration=3 -f lavfi -i sine=duration=3 -c:v libx264 -pix_fmt yuv420p -c:a aac");

        var marked = await MarkAsync(film, "赵某某");

        Assert.Equal("video/mp4", marked.ContentType);
        Assert.Equal("h264\naac", await Studio.AskAsync(marked.File, "stream=codec_name"));
        var picture = await PictureAsync(marked.File, 1);
        foreach (var (x, y) in new[] { (0, 0), (640, 0), (0, 360), (640, 360) })
        {
            var touched = Quarter(picture, x, y).Count(pixel => Math.Abs(pixel - 128) > 30);
            Assert.InRange(touched, 2000, 640 * 360 / 3);
        }
    }

    [Fact]
    public async Task Another_name_is_another_picture()
    {
        var film = await _studio.MakeAsync("film.mp4", Gray);

        var (one, other) = (await PictureAsync((await MarkAsync(film, "赵某某")).File, 1), await PictureAsync((await MarkAsync(film, "钱某某")).File, 1));

        Assert.InRange(Different(one, other), 500, one.Length / 10);
    }

    [Theory]
    [InlineData("%{localtime} %{pts} %{n}")]
    [InlineData("':x=0:y=0,drawbox=t=fill,drawtext=text='")]
    [InlineData("name.txt\\,[in];movie=/etc/passwd[out]")]
    [InlineData("<b onload=alert(1)>&amp;")]
    public async Task A_name_is_drawn_as_it_stands_and_never_becomes_an_argument(string name)
    {
        var film = await _studio.MakeAsync("film.mp4", Gray);

        var marked = await MarkAsync(film, name);

        Assert.DoesNotContain(marked.Recipe.Arguments, a => a.Contains(name, StringComparison.Ordinal) || a.Contains("passwd", StringComparison.Ordinal) || a.Contains("drawbox", StringComparison.Ordinal));
        var (early, late) = (await PictureAsync(marked.File, 0.2), await PictureAsync(marked.File, 2.5));
        Assert.True(Different(early, late) < early.Length / 1000, "what is drawn changes with time");
        Assert.InRange(early.Count(pixel => Math.Abs(pixel - 128) > 30), 4000, early.Length / 3);
    }

    [Theory]
    [InlineData("64x48")]
    [InlineData("720x1280")]
    [InlineData("1280x64")]
    public async Task The_longest_name_fits_into_any_picture(string size)
    {
        var film = await _studio.MakeAsync("film.mp4", Gray.Replace("1280x720", size, StringComparison.Ordinal));

        var marked = await MarkAsync(film, new string('赵', 100));

        Assert.True(marked.Bytes > 0);
        Assert.InRange((marked.Recipe.DurationDifference ?? 99), -0.3, 0.3);
    }

    [Fact]
    public async Task A_photo_is_marked_as_a_photo()
    {
        var photo = await _studio.MakeAsync("photo.jpg", "-f lavfi -i color=c=gray:size=1280x720 -frames:v 1");

        var marked = await MarkAsync(photo, "赵某某", MediaKind.Photo);

        Assert.Equal(("image/jpeg", "access-ar-1"), (marked.ContentType, marked.Name));
        Assert.InRange((await PictureAsync(marked.File, 0)).Count(pixel => Math.Abs(pixel - 128) > 30), 4000, 1280 * 720 / 3);
    }

    [Fact]
    public async Task What_has_no_pictures_fails_and_a_missing_font_is_worth_another_try()
    {
        var sound = await _studio.MakeAsync("sound.mp4", "-f lavfi -i sine=duration=1 -c:a aac");
        var film = await _studio.MakeAsync("film.mp4", Gray);

        await Assert.ThrowsAsync<RenditionFailedException>(() => MarkAsync(sound, "赵某"));
        var missing = await Assert.ThrowsAsync<MediaToolUnavailableException>(() => MarkAsync(film, "赵某", fonts: _studio.Folder.FullName));
        Assert.Contains("fonts-droid-fallback", missing.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_name_never_vanishes_and_never_turns_the_line_around()
    {
        Assert.Equal(["Ｚ　３赵"], WatermarkLayout.Lines("Z 3赵", _ => true));
        Assert.Equal(["［Ｕ＋２０２Ｅ］赵"], WatermarkLayout.Lines("\u202E赵", _ => true));
        Assert.Equal(["［Ｕ＋２Ｂ７４０］"], WatermarkLayout.Lines("\U0002B740", character => character < 0x10000));
        Assert.Equal([20, 20, 5], WatermarkLayout.Lines(new string('赵', 45), _ => true).Select(line => line.Length));
    }

    public void Dispose() => _studio.Dispose();

    private Task<Rendition> MarkAsync(string file, string name, MediaKind kind = MediaKind.Video, string fonts = Fonts) =>
        new Watermarker(_studio.Tools, new MediaProbe(_studio.Tools, _studio.Options), _studio.Inspector, _studio.Options, fonts).MakeAsync(
            "access-ar-1", kind, file, new string('a', 64), new Watermark(name, "ar-0199f5e5c7a07c0a8f1f6a6a4a5b6c7d", "2026-11-22 09:15"),
            _studio.Folder.CreateSubdirectory("mark-" + Guid.NewGuid().ToString("N")).FullName, Studio.Ct);

    /// <summary>One frame, 1280 x 720, a byte of brightness for each pixel.</summary>
    private async Task<byte[]> PictureAsync(string file, double at)
    {
        var raw = Guid.NewGuid().ToString("N") + ".gray";
        // A photo has all 256 levels and nothing to seek in.
        var source = file.EndsWith(".jpg", StringComparison.Ordinal) ? $"-i {file} -vf scale=1280:720" : FormattableString.Invariant($"-ss {at} -i {file} -vf scale=1280:720:in_range=tv:out_range=pc");
        await _studio.MakeAsync(raw, source + " -frames:v 1 -pix_fmt gray -f rawvideo");
        return await File.ReadAllBytesAsync(_studio[raw], Studio.Ct);
    }

    private static IEnumerable<byte> Quarter(byte[] picture, int left, int top) =>
        Enumerable.Range(top, 360).SelectMany(y => picture.Skip((y * 1280) + left).Take(640));

    private static int Different(byte[] one, byte[] other) => one.Zip(other).Count(p => Math.Abs(p.First - p.Second) > 40);
}
