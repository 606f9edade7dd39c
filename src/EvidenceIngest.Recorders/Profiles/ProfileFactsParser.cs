using System.Collections.Frozen;

namespace EvidenceIngest.Recorders.Profiles;

/// <summary>Reads where a profile's statements come from, and demands that none is without a source.</summary>
internal static class ProfileFactsParser
{
    /// <summary>Fields that say something about the device. The others (title, method, identity …) are our own decisions.</summary>
    private static readonly string[] Claims =
        ["driver", "model", "readySeconds", "match", "names", "keyFolders", "kinds", "sidecars", "ignore", "chapterJoinSeconds", "dialogue"];

    /// <summary>Whoever is wrong about one of these may write to, or delete from, the wrong thing.</summary>
    private static readonly string[] Deciding = ["driver", "match", "names", "dialogue"];

    private static readonly FrozenDictionary<string, Trust> Marks = new Dictionary<string, Trust>
    {
        ["inferred"] = Trust.Inferred,
        ["documented"] = Trust.Documented,
        ["tested"] = Trust.Tested,
    }.ToFrozenDictionary();

    public static IReadOnlyList<ProfileFact> Parse(YamlFields profile)
    {
        var present = Claims.Where(profile.Has).ToList();
        var marked = new HashSet<string>(StringComparer.Ordinal);
        var facts = new List<ProfileFact>();
        foreach (var fact in profile.Mappings("facts"))
        {
            var fields = fact.Texts("fields", "a list of fields of this profile");
            if (fields.Count == 0)
                fact.Wrong("fields", "is missing or empty", ProfileParser.Among(present));
            foreach (var field in fields)
            {
                if (!IsThere(profile, present, field))
                    fact.Wrong("fields", $"'{field}' is no statement of this profile", $"{ProfileParser.Among(present)}, or a part such as match.usbIds");
                else if (!marked.Add(field))
                    fact.Wrong("fields", $"'{field}' is marked twice", "each field once");
            }

            var trust = fact.Text("trust", ProfileParser.Among(Marks.Keys), required: true);
            if (trust is not null && !Marks.ContainsKey(trust))
                fact.Wrong("trust", $"'{trust}' is none", ProfileParser.Among(Marks.Keys));
            var source = fact.Text("source", "where that stands, or which device was tried", required: true);
            facts.Add(new ProfileFact(fields, trust is null ? Trust.Inferred : Marks.GetValueOrDefault(trust), source ?? ""));
            fact.RefuseOthers();
        }

        foreach (var unmarked in present.Where(p => !marked.Contains(p)))
            profile.Wrong("facts", $"nothing says how far '{unmarked}' can be trusted", $"'{unmarked}' in the fields of one entry");
        return facts;
    }

    /// <summary>The field that makes a profile read-only, or null: an inferred profile writes nothing to a device.</summary>
    public static string? InferredDecision(IEnumerable<ProfileFact> facts) => facts.Where(f => f.Trust == Trust.Inferred)
        .SelectMany(f => f.Fields).FirstOrDefault(f => Deciding.Contains(f.Split('.')[0]));

    private static bool IsThere(YamlFields profile, List<string> present, string field) => field.Split('.') switch
    {
        [var whole] => present.Contains(whole),
        [var whole, var part] => present.Contains(whole) && profile.MappingIfAny(whole)?.Has(part) == true,
        _ => false,
    };
}
