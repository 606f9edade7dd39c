using System.Diagnostics.CodeAnalysis;
using System.Globalization;

namespace EvidenceIngest.Server.Access;

/// <summary>What every text from outside must be: short enough, well-formed, without control characters.</summary>
internal static class Texts
{
    public static void Demand([NotNull] string? text, string field, int maxLength)
    {
        if (string.IsNullOrWhiteSpace(text))
            throw RequestRefusedException.Invalid(field, "不能为空 / must not be empty");
        Allow(text, field, maxLength);
    }

    /// <summary>
    /// A name from a route. Routing leaves an escaped slash as it is, and case numbers and folders' recorder ids may have one. Whoever
    /// checks a name and whoever acts on it both read it here: unescaped twice, it would be another name.
    /// </summary>
    public static string FromRoute(string value) => value.Replace("%2F", "/", StringComparison.OrdinalIgnoreCase);

    /// <exception cref="RequestRefusedException">It is no day.</exception>
    public static DateOnly Day(string? text, string field) =>
        DateOnly.TryParseExact(text, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var day) && IsPlausible(day)
            ? day
            : throw RequestRefusedException.Invalid(field, "日期应如 2026-11-20 / must look like 2026-11-20");

    /// <summary>Whether terms and time zones can be added without leaving the calendar.</summary>
    public static bool IsPlausible(DateOnly day) => day.Year is >= 1900 and < 2200;

    public static void Allow(string? text, string field, int maxLength)
    {
        if (text is null)
            return;
        if (text.Length > maxLength)
            throw RequestRefusedException.Invalid(field, $"超过 {maxLength} 个字 / is longer than {maxLength} characters");
        if (Fault(text) is { } fault)
            throw RequestRefusedException.Invalid(field, fault);
    }

    /// <summary>Why it is no text that anybody could have meant; null when it is one.</summary>
    public static string? Fault(string text)
    {
        for (var i = 0; i < text.Length; i++)
        {
            if (char.IsControl(text[i]))
                return "含有控制字符 / contains control characters";
            if (!char.IsSurrogate(text[i]))
                continue;
            if (i + 1 == text.Length || !char.IsSurrogatePair(text[i], text[i + 1]))
                return "含有无效字符 / is not well-formed Unicode";
            i++;
        }

        return null;
    }
}
