using System.Diagnostics.CodeAnalysis;
using System.Globalization;

namespace EvidenceIngest.Server.Access;

/// <summary>What every text from outside must be: short enough, well-formed, without control characters.</summary>
internal static class Texts
{
    public static void Demand([NotNull] string? text, string field, int maxLength)
    {
        if (string.IsNullOrWhiteSpace(text))
            throw RequestRefusedException.Invalid(field, "must not be empty");
        Allow(text, field, maxLength);
    }

    /// <exception cref="RequestRefusedException">It is no day.</exception>
    public static DateOnly Day(string? text, string field) =>
        DateOnly.TryParseExact(text, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var day)
            ? day
            : throw RequestRefusedException.Invalid(field, "must look like 2026-11-20");

    public static void Allow(string? text, string field, int maxLength)
    {
        if (text is null)
            return;
        if (text.Length > maxLength)
            throw RequestRefusedException.Invalid(field, $"is longer than {maxLength} characters");
        for (var i = 0; i < text.Length; i++)
        {
            if (char.IsControl(text[i]))
                throw RequestRefusedException.Invalid(field, "contains control characters");
            if (!char.IsSurrogate(text[i]))
                continue;
            if (i + 1 == text.Length || !char.IsSurrogatePair(text[i], text[i + 1]))
                throw RequestRefusedException.Invalid(field, "is not well-formed Unicode");
            i++;
        }
    }
}
