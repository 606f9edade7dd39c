using System.Diagnostics;
using EvidenceIngest.Domain.Evidence;
using EvidenceIngest.Recorders.Profiles;

namespace EvidenceIngest.Recorders.Tests.Profiles;

public sealed class ProfileCatalogueTests : IDisposable
{
    private readonly ProfileFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void The_shipped_profiles_load_with_the_specific_before_the_generic()
    {
        var names = Support.Recorders.Shipped.Profiles.Select(p => p.Name).ToList();
        Assert.Equal(24, names.Count);
        Assert.Equal(
            ["jieli-dv16", "ambarella-text", "ambarella-a9-control", "dsj-msc", "managed-fleets", "generic-msc"],
            names.Intersect(["generic-msc", "managed-fleets", "dsj-msc", "ambarella-a9-control", "ambarella-text", "jieli-dv16"]));
    }

    [Fact]
    public void Only_profiles_that_say_so_allow_clearing()
    {
        Assert.Equal(["dsj-msc", "folder"], Support.Recorders.Shipped.Profiles.Where(p => p.ClearAllowed).Select(p => p.Name));
        _folder.With("silent.yaml", ProfileFolder.Good);
        Assert.False(ProfileCatalogue.Load([_folder.Path]).Find("silent")!.ClearAllowed);
    }

    [Fact]
    public void Everything_a_profile_says_is_read()
    {
        _folder.With("full.yaml", """
            title: 全部字段
            driver: mass-storage
            readySeconds: 25
            model: X1
            match: { attachment: usb, usbIds: ['070A:4026'], interface: 08/06/50, strings: '^acme', names: true, folders: [DCIM], priority: 77 }
            method: { video: 录像, audio: 录音, photo: 拍照, other: 其他 }
            identity: [usb-serial, file-names, volume]
            names: [ { pattern: '^(?<dev>[0-9]{7})_(?<ts>[0-9]{8})', time: yyyyMMdd, folder: '^(?<imp>IMP)?', zone: UTC } ]
            keyFolders: [IMP]
            sidecars: { gps: [gps], md5: [md5], log: [log], thumbnail: [thm], proxy: [lrv] }
            kinds: { video: [mp4, mov], photo: [jpg] }
            ignore: ['(^|/)index\.dat$']
            chapterJoinSeconds: 3
            clearAllowed: true
            facts:
              - { fields: [driver, readySeconds, model, match, names, keyFolders, sidecars, kinds, ignore], trust: documented, source: a page }
              - { fields: [chapterJoinSeconds], trust: inferred, source: a guess }
            """);
        var p = ProfileCatalogue.Load([_folder.Path]).Find("full")!;
        Assert.Equal(("全部字段", "mass-storage", "X1"), (p.Title, p.Driver, p.Model));
        Assert.Equal((TimeSpan.FromSeconds(25), TimeSpan.FromSeconds(3), true), (p.ReadyWithin, p.ChapterJoin, p.ClearAllowed));
        Assert.Equal(new UsbId(0x070a, 0x4026), Assert.Single(p.Match.UsbIds));
        Assert.Equal(("usb", "08/06/50", true, 77), (p.Match.Attachment, p.Match.InterfaceClass, p.Match.Names, p.Match.Priority));
        Assert.Matches(p.Match.Strings!, "ACME recorder");
        Assert.Equal(["DCIM"], p.Match.Folders);
        Assert.Equal([IdentitySource.UsbSerial, IdentitySource.FileNames, IdentitySource.Volume], p.Identity);
        Assert.Equal(("录音", MediaKind.Photo, "yyyyMMdd"), (p.Method[MediaKind.Audio], p.Kinds["jpg"], p.Names[0].TimeFormat));
        Assert.Matches(p.Ignore[0], "DCIM/INDEX.DAT");
        Assert.Equal((TimeZoneInfo.Utc, true, "IMP"), (p.Names[0].Zone, p.Names[0].DateOnly, Assert.Single(p.KeyFolders)));
        Assert.Equal(
            [("gps", SidecarRole.Gps), ("log", SidecarRole.Log), ("lrv", SidecarRole.Proxy), ("md5", SidecarRole.Md5), ("thm", SidecarRole.Thumbnail)],
            p.Sidecars.Select(s => (s.Key, s.Value)).OrderBy(s => s.Key, StringComparer.Ordinal));
        Assert.Equal([(Trust.Documented, "a page"), (Trust.Inferred, "a guess")], p.Facts.Select(f => (f.Trust, f.Source)));
        Assert.Null(p.ReadOnlyBecause);
    }

    [Theory]
    [InlineData("  priority: 5", "  priority: high", 5, "match.priority: 'high' is out of range or no number; expected a whole number from 0 to 1000")]
    [InlineData("  attachment: folder", "  attachment: parallel", 4, "match.attachment: 'parallel' is none; expected one of folder, usb")]
    [InlineData("driver: folder", "driver: telepathy", 2, "driver: 'telepathy' is no driver; expected one of folder, mass-storage, mtp")]
    [InlineData("driver: folder", "driver: mass-storage", 2, "driver: 'mass-storage' does not serve attachment 'folder'; expected match.attachment: usb")]
    [InlineData("  - pattern: '^(?<ts>[0-9]{14})'", "  - pattern: '^(?<ts>[0-9]{14}'", 10, "names[0].pattern: Invalid pattern")]
    [InlineData("  - pattern: '^(?<ts>[0-9]{14})'", "  - pattern: '(?=x)(?<ts>[0-9]{14})'", 10, "expected a regular expression without lookaround")]
    [InlineData("  - pattern: '^(?<ts>[0-9]{14})'", "  - pattern: '^(?<when>[0-9]{14})'", 10, "names[0].pattern: group 'when' means nothing; expected one of ch, dev, imp, no, police, seq, ts")]
    [InlineData("    time: yyyyMMddHHmmss", "    time: mm", 11, "names[0].time: 'mm' does not read back what it writes")]
    [InlineData("    time: yyyyMMddHHmmss", "    colour: red", 11, "names[0].colour: is no known field; expected one of folder, pattern, time, zone")]
    [InlineData("  video: [mp4]", "  video: [.MP4]", 13, "kinds.video: '.MP4' is no ending")]
    [InlineData("  video: [mp4]", "  video: [mp4]\n  audio: [mp4]", 14, "kinds.audio: 'mp4' is listed twice")]
    [InlineData("  video: [mp4]", "  video: mp4", 13, "kinds.video: is no list")]
    [InlineData("identity: [path]", "identity: [nose]", 8, "identity: 'nose' is no source of identity; expected one of file-names, path, usb-serial, volume")]
    [InlineData("identity: [path]", "", 1, "identity: is missing or empty")]
    [InlineData("title: 测试", "titel: 测试", 1, "titel: is no known field")]
    [InlineData("title: 测试", "title: 测试\ntitle: 又", 2, "(file): ")]
    [InlineData("title: 测试", "title: 测试\nclearAllowed: maybe", 2, "clearAllowed: 'maybe' is neither; expected true or false")]
    [InlineData("title: 测试", "title: &a 测试\nmodel: *a", 2, "an alias; profiles spell everything out")]
    [InlineData("title: 测试", "title: [", 1, "expected valid YAML, every bracket closed")]
    public void A_fault_is_named_with_file_line_and_field(string right, string wrong, int line, string message)
    {
        Assert.Empty(_folder.With("x.yaml", ProfileFolder.Good).Problems());
        var problems = _folder.With("x.yaml", ProfileFolder.Good.Replace(right, wrong, StringComparison.Ordinal)).Problems();
        Assert.Contains(problems, p => p.StartsWith($"{_folder.Shown("x.yaml")}:{line}: ", StringComparison.Ordinal)
            && p.Contains(message, StringComparison.Ordinal));
        Assert.Throws<ProfileException>(() => ProfileCatalogue.Load([_folder.Path]));
    }

    [Fact]
    public void All_faults_are_named_at_once() => Assert.Equal(
        3, _folder.With("x.yaml", ProfileFolder.Good.Replace("video", "vidio", StringComparison.Ordinal)
            .Replace("priority: 5", "priority: -1", StringComparison.Ordinal)).Problems().Count);

    [Fact]
    public void A_site_adds_profiles_but_cannot_replace_one()
    {
        _folder.With("mine.yaml", ProfileFolder.Good);
        Assert.NotNull(ProfileCatalogue.Load([ProfileCatalogue.ShippedFolder, _folder.Path]).Find("mine"));
        _folder.With("dsj-msc.yaml", ProfileFolder.Good);
        var refused = Assert.Throws<ProfileException>(() => ProfileCatalogue.Load([ProfileCatalogue.ShippedFolder, _folder.Path]));
        Assert.Contains("already defined in hardware-profiles/dsj-msc.yaml", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_folder_that_does_not_exist_is_an_error() =>
        Assert.Throws<ProfileException>(() => ProfileCatalogue.Load([_folder.Path + "/nowhere"]));

    [Theory]
    [InlineData("")]
    [InlineData("- just\n- a list")]
    [InlineData("a: 1\n---\nb: 2")]
    [InlineData("\0")]
    public void What_is_no_profile_is_said_so(string yaml) => Assert.Single(_folder.With("x.yaml", yaml).Problems());

    [Fact]
    public void A_file_made_to_exhaust_the_reader_is_refused()
    {
        Assert.Single(_folder.With("x.yaml", "a: " + new string('[', 100_000)).Problems());
        Assert.Single(_folder.With("x.yaml", "a: " + new string('x', 300_000)).Problems());
        File.WriteAllBytes(Path.Combine(_folder.Path, "x.yaml"), [0x61, 0x3a, 0x20, 0xff, 0xfe]);
        Assert.Single(_folder.Problems());
    }

    [Fact]
    public void A_pattern_made_to_hang_takes_no_time()
    {
        _folder.With("x.yaml", ProfileFolder.Good.Replace("^(?<ts>[0-9]{14})'\n    time: yyyyMMddHHmmss", "^(a+)+(a+)+b$'", StringComparison.Ordinal));
        var profile = ProfileCatalogue.Load([_folder.Path]).Find("x")!;
        var watch = Stopwatch.StartNew();
        Assert.Null(Recorders.Listing.FileNaming.Read(profile, new string('a', 200) + ".mp4"));
        Assert.True(watch.Elapsed < TimeSpan.FromSeconds(2), $"took {watch.Elapsed}");
    }
}
