namespace EvidenceIngest.Web.Words;

/// <summary>Lines of the API that stand in both languages: <c>中文 / English</c>.</summary>
internal static class BothLanguages
{
    private const string Between = " / ";

    /// <summary>The half that is read here. A line that can't be parted for certain is shown whole.</summary>
    public static string Half(this Say say, string line)
    {
        var halves = line.Split(Between);
        return halves.Length == 2 ? say[halves[0], halves[1]] : line;
    }
}
