namespace EvidenceIngest.Recorders.Profiles;

/// <summary>A profile's dialogue as people read it, in the order in which it is spoken. What it means is read elsewhere.</summary>
internal static class DialogueOutline
{
    private static readonly string[] Channel = ["transport", "inquiry", "usb", "tcp"];

    public static IReadOnlyList<DialoguePart> Of(YamlFields? dialogue)
    {
        if (dialogue is null)
            return [];
        var clock = dialogue.MappingIfAny("clock");
        DialoguePart[] parts =
        [
            new("channel", [dialogue.Outline(Channel)]),
            Part("probe", dialogue, "probe"),
            Part("info", dialogue, "info"),
            Part("clock.read", clock, "read"),
            Part("unlock", dialogue, "unlock"),
            Part("clock.set", clock, "set"),
        ];
        return [.. parts.Where(p => p.Steps.Count > 0)];
    }

    private static DialoguePart Part(string name, YamlFields? fields, string list) => new(
        name, fields?.Has(list) == true ? [.. fields.Mappings(list).Select(step => step.Outline())] : []);
}
