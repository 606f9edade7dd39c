namespace EvidenceIngest.Recorders.Profiles;

/// <summary>One thing that is wrong with a profile's file.</summary>
/// <param name="File">Folder and name, e.g. hardware-profiles/x.yaml.</param>
/// <param name="Line">From 1.</param>
/// <param name="Field">Path of the field, e.g. names[0].pattern.</param>
/// <param name="Problem">What is wrong.</param>
/// <param name="Expected">What would be right.</param>
public sealed record ProfileProblem(string File, int Line, string Field, string Problem, string Expected)
{
    public override string ToString() => $"{File}:{Line}: {Field}: {Problem}; expected {Expected}";
}

/// <summary>Profiles that can't be used. Nothing runs with half a catalogue: the missing half would be footage not recognised.</summary>
public sealed class ProfileException(IReadOnlyList<ProfileProblem> problems)
    : Exception(string.Join(Environment.NewLine, problems))
{
    public IReadOnlyList<ProfileProblem> Problems { get; } = problems;
}
