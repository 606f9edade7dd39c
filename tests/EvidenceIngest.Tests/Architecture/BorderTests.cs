using System.Xml.Linq;

namespace EvidenceIngest.Tests.Architecture;

/// <summary>Which project may know which: the table of docs/architecture.md.</summary>
public sealed class BorderTests
{
    [Theory]
    [InlineData("EvidenceIngest.Domain", "")]
    [InlineData("EvidenceIngest.Recorders", "EvidenceIngest.Domain")]
    [InlineData("EvidenceIngest.Dock", "EvidenceIngest.Domain EvidenceIngest.Recorders")]
    [InlineData("EvidenceIngest.Server", "EvidenceIngest.Domain")]
    [InlineData("EvidenceIngest.Web", "EvidenceIngest.Server")]
    [InlineData("EvidenceIngest.VendorDll", "")]
    public void A_project_refers_only_to_what_it_may_use(string project, string allowed)
    {
        var references = Load(project).Descendants("ProjectReference")
            .Select(r => Path.GetFileNameWithoutExtension(((string)r.Attribute("Include")!).Replace('\\', '/')));
        Assert.Equal(allowed.Split(' ', StringSplitOptions.RemoveEmptyEntries).Order(), references.Order());
    }

    [Fact]
    public void The_domain_uses_no_package_and_no_framework_beyond_the_runtime() =>
        Assert.DoesNotContain(
            Load("EvidenceIngest.Domain").Descendants(), e => e.Name.LocalName is "PackageReference" or "FrameworkReference");

    [Fact]
    public void The_process_of_a_makers_library_uses_no_package_and_shares_only_the_protocol_with_the_dock()
    {
        Assert.DoesNotContain(Load("EvidenceIngest.VendorDll").Descendants(), e => e.Name.LocalName is "PackageReference" or "FrameworkReference");
        var shared = Load("EvidenceIngest.Recorders").Descendants("Compile").Select(c => Path.GetFileName((string)c.Attribute("Include")!));
        Assert.Equal(["BoundedLines.cs", "VendorProtocol.cs"], shared.Order());
    }

    [Fact]
    public void The_dock_holds_no_vault_and_no_database_client()
    {
        var packages = new[] { "EvidenceIngest.Dock", "EvidenceIngest.Recorders" }
            .SelectMany(p => Load(p).Descendants("PackageReference")).Select(r => (string)r.Attribute("Include")!);
        Assert.DoesNotContain(packages, p => p.StartsWith("AWSSDK", StringComparison.Ordinal)
            || p.StartsWith("Npgsql", StringComparison.Ordinal) || p.Contains("EntityFramework", StringComparison.Ordinal));
    }

    /// <summary>Log-in and dock screens have nobody whose rights the API could ask for; everything else goes through it.</summary>
    [Fact]
    public void The_pages_reach_the_evidence_by_the_api_alone()
    {
        string[] forbidden = ["Server.Catalogue", "IVault", "CatalogueDb", "EvidenceCatalogue", "EntityFrameworkCore", "Npgsql"];
        var files = SourceTree.CSharp("src/EvidenceIngest.Web").Concat(SourceTree.Files("src/EvidenceIngest.Web", "*.razor"));
        Assert.DoesNotContain(files, f => forbidden.Any(SourceTree.Read(f).Contains));
        Assert.DoesNotContain(Load("EvidenceIngest.Web").Descendants("PackageReference"), r => (string)r.Attribute("Include")! != "Microsoft.AspNetCore.App.Internal.Assets");
    }

    [Fact]
    public void Folders_are_features_never_kinds_of_type()
    {
        string[] kinds = ["Interfaces", "Models", "Services", "Helpers", "Utils", "Common", "Entities", "Dtos", "Managers"];
        var folders = SourceTree.CSharp("src").SelectMany(file => Path.GetDirectoryName(file)!.Split('/'));
        Assert.Empty(folders.Intersect(kinds, StringComparer.OrdinalIgnoreCase));
    }

    [Fact]
    public void The_top_level_holds_the_agreed_things_and_nothing_else()
    {
        string[] agreed = ["src", "tests", "hardware-profiles", "scripts", "docs", "artifacts", "EvidenceIngest.sln", "README.md", "Dockerfile", "global.json"];
        var others = Directory.EnumerateFileSystemEntries(SourceTree.Root).Select(e => Path.GetFileName(e)!)
            .Where(n => !n.StartsWith('.') && !n.StartsWith("Directory.", StringComparison.Ordinal)).Except(agreed);
        Assert.Empty(others);
    }

    private static XDocument Load(string project) =>
        XDocument.Parse(SourceTree.Read($"src/{project}/{project}.csproj"));
}
