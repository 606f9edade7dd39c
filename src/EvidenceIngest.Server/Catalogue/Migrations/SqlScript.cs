namespace EvidenceIngest.Server.Catalogue.Migrations;

/// <summary>
/// Migrations are SQL files beside their classes: triggers, partial indexes and reasons read better there than in builder
/// calls. A test compares what they make with what the model expects, so the two can't drift apart.
/// </summary>
internal static class SqlScript
{
    public static string Read(string name)
    {
        using var stream = typeof(SqlScript).Assembly.GetManifestResourceStream(name)
            ?? throw new InvalidOperationException($"the migration script {name} is not in the assembly");
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd();
    }
}
