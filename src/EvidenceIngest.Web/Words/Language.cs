namespace EvidenceIngest.Web.Words;

public enum Language
{
    Chinese,
    English,
}

/// <summary>The language of whoever looks, kept by their browser.</summary>
internal static class LanguageChoice
{
    private const string Cookie = "evidence-language";

    /// <summary>Chinese unless somebody chose otherwise: a browser's own setting tells more about who installed it.</summary>
    public static Language Of(HttpContext? http) => http?.Request.Cookies[Cookie] == "en" ? Language.English : Language.Chinese;
}
