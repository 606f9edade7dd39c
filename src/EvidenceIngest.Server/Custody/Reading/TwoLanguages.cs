namespace EvidenceIngest.Server.Custody.Reading;

/// <summary>Lines that say one thing twice: <c>中文 / English</c>.</summary>
internal static class TwoLanguages
{
    private const string Between = " / ";

    /// <returns>Null unless there is Chinese before the last stroke and none after it: whoever parts a person's own words loses half of them.</returns>
    public static (string Chinese, string English)? Part(string line) =>
        line.LastIndexOf(Between, StringComparison.Ordinal) is > 0 and var at && line[..at].Any(IsChinese) && !line[at..].Any(IsChinese)
            ? (line[..at], line[(at + Between.Length)..])
            : null;

    private static bool IsChinese(char c) => c >= 0x2e80;
}
