using System.Net.Http.Json;
using System.Text.RegularExpressions;
using EvidenceIngest.Domain;
using EvidenceIngest.Domain.Custody;
using EvidenceIngest.Domain.Packages;
using EvidenceIngest.EndToEnd.Tests.Installations;
using EvidenceIngest.Server.Items;
using EvidenceIngest.Server.Packages.Report;
using EvidenceIngest.Server.Packages.Report.Pdf;
using EvidenceIngest.Server.Tests.Support;

namespace EvidenceIngest.Server.Tests.Packages;

/// <summary>The list that people print and sign.</summary>
public sealed partial class ReportTests(PrivateCluster cluster)
{
    private const string Hostile = "<script>alert(1)</script>\"'&<img src=x onerror=alert(2)>\u202Egpj.";

    [Fact]
    public async Task Both_forms_are_in_the_manifest_and_name_every_file_digest_field_and_event()
    {
        await using var rig = await PackageRig.StartAsync(await TestServer.StartAsync(cluster, withJobs: false));
        await PatchAsync(rig, new MetadataPatch(null, null, "王某", "证明现场处置经过", "补录"));
        await rig.MakeAsync("移送检察院");

        Assert.Equal(PackageOutcome.Proven, (await rig.VerifyAsync()).Outcome);
        Assert.Empty(rig.View.Notes);
        var manifest = BagManifest.Read(rig.Package.Text(PackageLayout.Manifest));
        Assert.Contains(PackageLayout.Report, manifest.Keys);
        Assert.Contains(PackageLayout.PrintedReport, manifest.Keys);
        var (printed, pages) = await ReadPdfAsync(rig.Package.Files[PackageLayout.PrintedReport]);
        var read = rig.Package.Text(PackageLayout.Report);
        foreach (var (form, text) in new[] { ("PDF", Packed(printed)), ("HTML", Packed(System.Net.WebUtility.HtmlDecode(Tags().Replace(read, "")))) })
        {
            void Holds(string expected) => Assert.True(text.Contains(Packed(expected), StringComparison.Ordinal), $"{form} lacks {expected}");
            foreach (var (path, digest) in manifest.Where(f => f.Key.Contains("/masters/", StringComparison.Ordinal)))
            {
                Holds(path);
                Holds(digest);
            }

            foreach (var digest in BagManifest.Read(rig.Package.Text(PackageLayout.Sm3Manifest)).Where(f => f.Key.Contains("/masters/", StringComparison.Ordinal)))
                Holds(digest.Value);
            Holds(rig.Key.KeyId);
            Holds(rig.Package.Id);
            Holds("移送检察院");
            Holds("证明现场处置经过（来源：人工填写");
            Holds("王某");
            Holds("缺"); // The other item has no object of proof.
            Holds("快90秒");
            Holds("1-2");
            foreach (var kind in new[] { CustodyEventKind.Docked, CustodyEventKind.Sealed, CustodyEventKind.MetadataChanged, CustodyEventKind.Exported })
                Holds(CustodyWords.Chinese(kind));
        }

        for (var page = 1; page <= pages; page++)
            Assert.Contains(Packed($"第{page}页共{pages}页"), Packed(printed), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Hostile_texts_are_shown_and_never_obeyed()
    {
        var hostile = TestDock.Record();
        var file = hostile.Manifest.Files[0] with { RecorderPath = $"DCIM/{Hostile}{new string('长', 60)}{new string('x', 150)}.MP4" };
        hostile = hostile with { Manifest = hostile.Manifest with { Files = [file], Recorder = hostile.Manifest.Recorder with { Model = Hostile } } };
        await using var rig = await PackageRig.StartAsync(await TestServer.StartAsync(cluster, withJobs: false), hostile);
        await PatchAsync(rig, new MetadataPatch(null, null, Hostile, "]]></style><b>", Hostile));
        await rig.MakeAsync(Hostile);

        var html = rig.Package.Text(PackageLayout.Report);

        Assert.Equal(
            ["!DOCTYPE", "html", "head", "meta", "title", "style", "body", "h1", "h2", "h3", "p", "table", "colgroup", "col", "tr", "th", "td", "thead", "tbody", "div", "span"],
            Tags().Matches(html).Select(t => t.Value.TrimStart('<', '/').TrimEnd('>').Split(' ')[0]).Distinct().OrderBy(t => Order.IndexOf(t)));
        Assert.Contains("&lt;script&gt;alert(1)&lt;/script&gt;", html, StringComparison.Ordinal);
        Assert.Contains("[U+202E]", html, StringComparison.Ordinal);
        Assert.DoesNotContain("\u202E", html, StringComparison.Ordinal);
        Assert.DoesNotContain("http", html.Replace("http-equiv", "", StringComparison.Ordinal), StringComparison.Ordinal);
        var (printed, _) = await ReadPdfAsync(rig.Package.Files[PackageLayout.PrintedReport]);
        Assert.Contains(Packed("<script>alert(1)</script>"), Packed(printed), StringComparison.Ordinal);
        Assert.Contains(new string('x', 150), Packed(printed), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Without_fonts_the_package_is_whole_and_says_what_it_lacks()
    {
        var none = Directory.CreateTempSubdirectory("evidence-no-fonts-");
        try
        {
            Directory.CreateDirectory(Path.Combine(none.FullName, "droid"));
            await File.WriteAllTextAsync(Path.Combine(none.FullName, "droid/DroidSansFallbackFull.ttf"), "no font");
            await using var rig = await PackageRig.StartAsync(await TestServer.StartAsync(cluster, withJobs: false, fontFolder: none.FullName));

            Assert.Equal(PackageOutcome.Proven, (await rig.VerifyAsync()).Outcome);
            Assert.DoesNotContain(PackageLayout.PrintedReport, rig.Package.Files.Keys);
            Assert.Contains(PackageLayout.Report, rig.Package.Files.Keys);
            Assert.Contains("fonts-droid-fallback", Assert.Single(rig.View.Notes), StringComparison.Ordinal);
            var again = await rig.Server.Operator.GetFromJsonAsync<Server.Packages.PackageView>($"/api/v1/packages/{rig.Package.Id}", EvidenceJson.Options);
            Assert.Equal(rig.View.Notes, again!.Notes);
        }
        finally
        {
            none.Delete(recursive: true);
        }
    }

    [Fact]
    public async Task A_row_that_is_longer_than_a_page_goes_on_and_titles_come_again()
    {
        var fonts = ReportFonts.Find("/usr/share/fonts/truetype", out _)!;
        var story = string.Concat(Enumerable.Range(0, 3000).Select(i => $"第{i}句，"));
        var pdf = ReportPdf.Write(
            new ReportDocument("长文", "pk-long", [new ReportTable([("甲栏", 0.2), ("乙栏", 0.8)], [["一", story], ["二", "完 𠮷 ☃ \uE000"]])]), fonts);

        var (text, pages) = await ReadPdfAsync(pdf);

        Assert.True(pages > 3);
        Assert.Equal(pages, text.Split("乙栏").Length - 1);
        var withoutFeet = PageEnds().Replace(Packed(text), "");
        Assert.Contains(Packed(story), withoutFeet, StringComparison.Ordinal);
        Assert.Contains("完", text, StringComparison.Ordinal);
        Assert.Contains("〓", text, StringComparison.Ordinal);
    }

    private static List<string> Order { get; } =
        ["!DOCTYPE", "html", "head", "meta", "title", "style", "body", "h1", "h2", "h3", "p", "table", "colgroup", "col", "tr", "th", "td", "thead", "tbody", "div", "span"];

    [GeneratedRegex("<[^>]*>")]
    private static partial Regex Tags();

    [GeneratedRegex("pk-long第[0-9]+页共[0-9]+页(甲栏乙栏)?")]
    private static partial Regex PageEnds();

    /// <summary>Lines are broken anywhere, so only what is not white space counts.</summary>
    private static string Packed(string text) => string.Concat(text.Where(c => !char.IsWhiteSpace(c)));

    private static async Task PatchAsync(PackageRig rig, MetadataPatch patch)
    {
        using var content = JsonContent.Create(patch, options: EvidenceJson.Options);
        using var answer = await rig.Server.Operator.PatchAsync($"/api/v1/items/{rig.Items[0]}/metadata", content);
        Assert.True(answer.IsSuccessStatusCode, await answer.Content.ReadAsStringAsync());
    }

    /// <summary>As another program reads it: poppler's pdftotext, which ends each page with a form feed.</summary>
    private static async Task<(string Text, int Pages)> ReadPdfAsync(byte[] pdf)
    {
        var file = Path.Combine(Path.GetTempPath(), $"evidence-report-{Guid.NewGuid():N}.pdf");
        try
        {
            await File.WriteAllBytesAsync(file, pdf);
            var (exitCode, output, error) = await ChildProcess.RunAsync("pdftotext", ["-raw", file, "-"], new Dictionary<string, string>(), TimeSpan.FromMinutes(1));
            Assert.True(exitCode == 0 && error.Length == 0, error);
            return (output, output.Count(c => c == '\f'));
        }
        finally
        {
            File.Delete(file);
        }
    }
}
