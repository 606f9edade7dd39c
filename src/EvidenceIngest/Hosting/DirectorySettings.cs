using EvidenceIngest.Server.People.Ldap;
using Microsoft.Extensions.Configuration;

namespace EvidenceIngest.Hosting;

/// <summary>The settings below <c>Server:Directory</c>: where people's passwords are checked, if not here.</summary>
internal static class DirectorySettings
{
    private const string Section = "Server:Directory";
    private const int LdapsPort = 636;
    private const int LdapPort = 389;

    /// <returns>Null when there are none.</returns>
    /// <exception cref="SettingsException">One is missing, wrong, or would show passwords to the network.</exception>
    public static DirectoryOptions? Read(EvidenceHome home, IConfiguration values)
    {
        if (!values.GetSection(Section).GetChildren().Any())
            return null;
        var url = Url(values[Section + ":Url"]);
        var isLdaps = url.Scheme == "ldaps";
        return new DirectoryOptions
        {
            Host = url.IdnHost,
            Port = url.Port > 0 ? url.Port : isLdaps ? LdapsPort : LdapPort,
            Transport = isLdaps ? DirectoryTransport.Tls : Plain(values, url) ? DirectoryTransport.Plain : DirectoryTransport.StartTls,
            CaFile = values[Section + ":CaFile"] is { } file ? Path.GetFullPath(file, home.Root) : null,
            NameTemplate = Template(values),
            Search = Search(home, values),
            Limit = Limit(values[Section + ":Seconds"]),
        };
    }

    private static Uri Url(string? text) =>
        Uri.TryCreate(text, UriKind.Absolute, out var url) && url.Scheme is "ldap" or "ldaps" && url is { Host.Length: > 0, PathAndQuery: "/" or "", UserInfo: "" }
            ? url
            : throw new SettingsException($"{Section}:Url: '{text}' is no address like ldaps://dc1.agency.local or ldap://dc1.agency.local:389");

    private static bool Plain(IConfiguration values, Uri url) => values[Section + ":AllowPlain"] switch
    {
        null or "false" or "False" => false,
        "true" or "True" when url.IsLoopback => true,
        "true" or "True" => throw new SettingsException($"{Section}:AllowPlain: {url.Host} is another machine, and everybody between would read the passwords; use ldaps:// or leave this out for StartTLS"),
        var other => throw new SettingsException($"{Section}:AllowPlain: '{other}' is neither true nor false"),
    };

    private static string? Template(IConfiguration values)
    {
        var template = values[Section + ":UserTemplate"];
        if (template is null == values[Section + ":SearchBase"] is null)
            throw new SettingsException($"{Section}: set either UserTemplate (uid={{name}},ou=people,dc=agency) or SearchBase, with SearchUser and SearchPasswordFile");
        return template is null || template.Contains(DirectoryOptions.NamePlaceholder, StringComparison.Ordinal)
            ? template
            : throw new SettingsException($"{Section}:UserTemplate: '{template}' does not say where the user name goes: {DirectoryOptions.NamePlaceholder}");
    }

    private static DirectorySearch? Search(EvidenceHome home, IConfiguration values)
    {
        if (values[Section + ":SearchBase"] is not { } from)
            return null;
        var password = home.ReadSecret(Required(values, Section + ":SearchPasswordFile"), Section + ":SearchPasswordFile");
        return password.Length > 0
            ? new DirectorySearch(from, values[Section + ":SearchAttribute"] ?? "uid", Required(values, Section + ":SearchUser"), password)
            : throw new SettingsException($"{Section}:SearchPasswordFile: the file is empty");
    }

    private static string Required(IConfiguration values, string key) =>
        values[key] is { Length: > 0 } value ? value : throw new SettingsException($"{key} is not set; SearchBase needs it");

    private static TimeSpan Limit(string? text) => text is null
        ? new DirectoryOptions { Host = "", Port = 0, Transport = DirectoryTransport.Tls }.Limit
        : int.TryParse(text, out var seconds) && seconds is >= 1 and <= 60
            ? TimeSpan.FromSeconds(seconds)
            : throw new SettingsException($"{Section}:Seconds: '{text}' is not a whole number from 1 to 60");
}
