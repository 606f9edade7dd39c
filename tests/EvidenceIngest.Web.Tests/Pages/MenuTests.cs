using System.Text.RegularExpressions;
using EvidenceIngest.EndToEnd.Tests.Installations;
using EvidenceIngest.Web.Tests.Offices;

namespace EvidenceIngest.Web.Tests.Pages;

public sealed partial class MenuTests(Office office)
{
    /// <summary>Log-in, dock screens and the page that says that there is none have no menu.</summary>
    private static readonly string[] WithoutMenu = ["/login", "/not-found", "/dock/{DockId}"];

    /// <summary>Nobody has all of the menu; between them these have every entry.</summary>
    private static readonly Person[] Visitors = [Person.Custodian, Person.System, Person.Auditor];

    [Fact]
    public async Task Of_every_page_the_menu_says_where_one_is()
    {
        var routes = Directory.EnumerateFiles(Path.Combine(Installation.Checkout, "src/EvidenceIngest.Web"), "*.razor", SearchOption.AllDirectories)
            .SelectMany(file => Route().Matches(File.ReadAllText(file)).Select(m => m.Groups[1].Value)).Except(WithoutMenu).ToList();
        Assert.True(routes.Count > 30, string.Join(' ', routes));
        // "/admin" leads on to its first part.
        var open = routes.Select(route => Parameter().Replace(route, office.ItemOf("photo"))).ToHashSet(StringComparer.Ordinal);
        var wrong = new List<string>();
        foreach (var person in Visitors)
        {
            await using var visit = await office.VisitAsync(person);
            foreach (var path in open.ToList())
            {
                await visit.GoAsync(path);
                var lit = await visit.Page.EvaluateAsync<string[]>("[...document.querySelectorAll('.top [aria-current=page]')].map(a => a.getAttribute('href'))");
                if (lit.Length > 1)
                    wrong.Add($"{person}: {path} lights {string.Join(' ', lit)}");
                if (lit.Length == 1)
                    open.Remove(path);
            }

            visit.Forgive("40");
        }

        Assert.Empty(wrong);
        Assert.Empty(open);
    }

    [GeneratedRegex("^@page \"([^\"]+)\"", RegexOptions.Multiline)]
    private static partial Regex Route();

    [GeneratedRegex(@"\{[^}]+\}")]
    private static partial Regex Parameter();
}
