using System.Text;
using System.Text.RegularExpressions;

namespace EvidenceIngest.Server.Api;

/// <param name="Id">What generated clients call it; stays as it is for as long as v1 does.</param>
/// <param name="Summary">In a few words.</param>
/// <param name="Description">What else there is to know.</param>
/// <param name="HasETag">It has one, or takes <c>If-Match</c>.</param>
internal sealed partial record OperationWords(string Id, string Summary, string Description, bool HasETag)
{
    private static readonly Lazy<Dictionary<string, OperationWords>> All = new(Read);

    /// <summary>Null for a route that <c>operations.txt</c> doesn't know; a test fails for it.</summary>
    /// <param name="method">GET, POST…</param>
    /// <param name="path">Names of parameters in braces; what may follow a name there is left out.</param>
    public static OperationWords? Of(string method, string path) => All.Value.GetValueOrDefault($"{method} {Constraint().Replace(path, "{$1}")}");

    private static Dictionary<string, OperationWords> Read()
    {
        using var file = typeof(OperationWords).Assembly.GetManifestResourceStream("operations.txt") ?? throw new InvalidOperationException("operations.txt is missing");
        using var reader = new StreamReader(file, Encoding.UTF8);
        var words = new Dictionary<string, OperationWords>();
        while (reader.ReadLine() is { } line)
        {
            if (line.Length == 0 || line[0] == '#')
                continue;
            var cells = line.Split('|', StringSplitOptions.TrimEntries);
            words.Add(cells[0], new OperationWords(cells[1], cells[2], cells[3], cells[4] == "etag"));
        }

        return words;
    }

    [GeneratedRegex(@"\{\**(\w+)[^}]*\}")]
    private static partial Regex Constraint();
}
