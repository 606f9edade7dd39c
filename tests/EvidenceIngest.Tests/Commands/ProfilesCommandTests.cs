using System.Text.Json;
using EvidenceIngest.Commands;
using EvidenceIngest.Recorders.Profiles;

namespace EvidenceIngest.Tests.Commands;

public sealed class ProfilesCommandTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("profiles-");
    private readonly StringWriter _output = new();
    private readonly StringWriter _errors = new();

    public static TheoryData<string> Shipped =>
        [.. ProfileCatalogue.Load([ProfileCatalogue.ShippedFolder]).Profiles.Select(p => p.Name)];

    public void Dispose()
    {
        _output.Dispose();
        _errors.Dispose();
        _folder.Delete(recursive: true);
    }

    [Fact]
    public void Check_accepts_what_is_shipped()
    {
        Assert.Equal(0, ProfilesCommand.Check([ProfileCatalogue.ShippedFolder], _output, _errors));
        Assert.StartsWith("24 个档案无误", _output.ToString(), StringComparison.Ordinal);
        Assert.Empty(_errors.ToString());
    }

    [Fact]
    public void Check_names_file_line_field_what_is_wrong_and_what_would_be_right()
    {
        WriteDsj("mine.yaml", "driver: mass-storage", "driver: telepathy");
        Assert.Equal(1, ProfilesCommand.Check([_folder.FullName], _output, _errors));
        Assert.Equal(
            $"{_folder.Name}/mine.yaml:4 driver: 'telepathy' is no driver → one of folder, mass-storage, mtp{Environment.NewLine}", _errors.ToString());
        Assert.Empty(_output.ToString());
    }

    [Theory]
    [MemberData(nameof(Shipped))]
    public void Explain_gives_every_source_of_a_shipped_profile(string name)
    {
        var text = Explain(name);
        var profile = ProfileCatalogue.Load([ProfileCatalogue.ShippedFolder]).Find(name)!;
        Assert.All(profile.Facts, fact => Assert.Contains(fact.Source, text, StringComparison.Ordinal));
        Assert.Contains(profile.Title, text, StringComparison.Ordinal);
        // Every field of a profile has a Chinese name.
        Assert.All(profile.Facts.SelectMany(f => f.Fields), field => Assert.DoesNotContain($"：{field}。", text, StringComparison.Ordinal));
    }

    [Fact]
    public void Explain_shows_what_would_be_sent_in_the_order_in_which_it_would_be()
    {
        var text = Explain("ambarella-text");
        string[] sent = ["确认身份", "@Ver;8;00000000;#", "读取设备信息", "@Gdv;8;{password};#", "解锁，使", "@ATH;8;{password};#", "校准设备时钟", "@Sdt;8;"];
        var places = sent.Select(s => text.IndexOf(s, StringComparison.Ordinal)).ToList();
        Assert.DoesNotContain(-1, places);
        Assert.Equal(places.Order(), places);
    }

    [Theory]
    [InlineData("dsj-msc", "允许：仅删除已入库并取得回执的文件")]
    [InlineData("dsj-msc", "不发送任何专用命令")]
    [InlineData("jieli-dv16", "不允许：“与设备的通信（dialogue.unlock）”仅为推断")]
    [InlineData("ambarella-text", "不允许：档案未开放清除")]
    [InlineData("zfymc", "只能在 Windows 采集站上使用")]
    [InlineData("zfymc", "USB 特征未知，不会自动识别")]
    [InlineData("managed-fleets", "--bay folder:")]
    [InlineData("managed-fleets", "识别后拒绝采集，不向设备发送任何内容")]
    public void Explain_says_what_may_be_done(string name, string sentence) =>
        Assert.Contains(sentence, Explain(name), StringComparison.Ordinal);

    [Fact]
    public void Explain_of_an_unknown_or_faulty_profile_says_so()
    {
        Assert.Equal(1, ProfilesCommand.Explain([ProfileCatalogue.ShippedFolder], "nobody", _output, _errors));
        Assert.Contains("没有名为“nobody”的可用档案", _errors.ToString(), StringComparison.Ordinal);
        WriteDsj("mine.yaml", "names: true", "names: perhaps");
        Assert.Equal(1, ProfilesCommand.Explain([_folder.FullName], "mine", _output, _errors));
        Assert.Contains("match.names: 'perhaps' is neither → true or false", _errors.ToString(), StringComparison.Ordinal);
        Assert.Empty(_output.ToString());
    }

    [Fact]
    public void Test_name_says_what_a_name_gives()
    {
        Assert.Equal(0, TestNames("dsj-msc", false, "J800000_00000020170730100947_0016IMP.mp4"));
        Assert.Equal(
            "J800000_00000020170730100947_0016IMP.mp4：录像；设备 J800000，警号 000000，时间 2017-07-30 10:09:47，序号 16，重点标记",
            _output.ToString().Trim());
    }

    [Theory]
    [InlineData("gopro", "GX020123.MP4", "录像；设备 —，警号 —，时间 —，序号 —，录像编号 123，分段 2，无重点标记", 0)]
    [InlineData("hengan-names", "20181210/FILE0001.jpg", "照片；设备 —，警号 —，时间 2018-12-10，序号 1，无重点标记", 0)]
    [InlineData("dcam-android", "Media/IMP/DCAM_1_2_20190102_030405.mp4", "设备 1，警号 2，时间 2019-01-02 03:04:05，序号 —，重点标记", 0)]
    [InlineData("dcam-android", "DCAM_1_2_20190102_030405.mp4.md5", "附属文件（设备自带校验值）", 0)]
    [InlineData("dsj-msc", "holiday.mp4", "不符合档案，采集后隔离待查", 1)]
    [InlineData("dsj-msc", "", "不符合档案", 1)]
    public void Test_name_tells_recordings_companions_and_strangers(string profile, string file, string said, int code)
    {
        Assert.Equal(code, TestNames(profile, false, file));
        Assert.StartsWith(file + "：", _output.ToString(), StringComparison.Ordinal);
        Assert.Contains(said, _output.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void Test_name_writes_one_JSON_object_per_name()
    {
        Assert.Equal(1, TestNames("dsj-msc", true, "J800000_00000020170730100947_0016.mp4", "holiday.mp4"));
        var lines = _output.ToString().Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(l => JsonDocument.Parse(l).RootElement).ToList();
        Assert.Equal([true, false], lines.Select(l => l.GetProperty("fits").GetBoolean()));
        Assert.Equal(("J800000", 16, "Video"), (
            lines[0].GetProperty("device").GetString(), lines[0].GetProperty("number").GetInt32(), lines[0].GetProperty("kind").GetString()));
    }

    private int TestNames(string profile, bool json, params string[] files) =>
        ProfilesCommand.TestNames([ProfileCatalogue.ShippedFolder], profile, files, json, _output, _errors);

    private string Explain(string name)
    {
        Assert.Equal(0, ProfilesCommand.Explain([ProfileCatalogue.ShippedFolder], name, _output, _errors));
        return _output.ToString();
    }

    private void WriteDsj(string name, string right, string wrong)
    {
        var text = File.ReadAllText(Path.Combine(ProfileCatalogue.ShippedFolder, "dsj-msc.yaml"));
        Assert.Contains(right, text, StringComparison.Ordinal);
        File.WriteAllText(Path.Combine(_folder.FullName, name), text.Replace(right, wrong, StringComparison.Ordinal));
    }
}
