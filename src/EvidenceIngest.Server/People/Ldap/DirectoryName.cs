using System.Text;

namespace EvidenceIngest.Server.People.Ldap;

/// <summary>Values in distinguished names.</summary>
internal static class DirectoryName
{
    /// <summary>The template's name of a person; as a principal name (<c>{name}@agency.local</c>, Active Directory) nothing needs an escape.</summary>
    public static string Of(string template, string userName) =>
        template.Replace(DirectoryOptions.NamePlaceholder, template.Contains('=', StringComparison.Ordinal) ? Escape(userName) : userName, StringComparison.Ordinal);

    /// <summary>RFC 4514, section 2.4.</summary>
    internal static string Escape(string value)
    {
        var escaped = new StringBuilder();
        for (var i = 0; i < value.Length; i++)
        {
            var c = value[i];
            if (c == '\0')
                escaped.Append("\\00");
            else if (c is '"' or '+' or ',' or ';' or '<' or '>' or '\\' or '=' || (i == 0 && c is ' ' or '#') || (i == value.Length - 1 && c == ' '))
                escaped.Append('\\').Append(c);
            else
                escaped.Append(c);
        }

        return escaped.ToString();
    }
}
