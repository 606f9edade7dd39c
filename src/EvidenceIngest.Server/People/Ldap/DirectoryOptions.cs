namespace EvidenceIngest.Server.People.Ldap;

/// <summary>The agency's directory (LDAP, Active Directory), which knows the passwords of some accounts.</summary>
public sealed class DirectoryOptions
{
    public const string NamePlaceholder = "{name}";

    public required string Host { get; init; }

    public required int Port { get; init; }

    public required DirectoryTransport Transport { get; init; }

    /// <summary>Authorities that may vouch for the directory, PEM; null for the machine's own.</summary>
    public string? CaFile { get; init; }

    /// <summary>What an account is called there, with <c>{name}</c> for its user name; null when it is searched for.</summary>
    public string? NameTemplate { get; init; }

    /// <summary>How it is searched for; null when the template says.</summary>
    public DirectorySearch? Search { get; init; }

    /// <summary>A whole question, with connecting, may take so long.</summary>
    public TimeSpan Limit { get; init; } = TimeSpan.FromSeconds(5);

    public string Address => $"{(Transport == DirectoryTransport.Tls ? "ldaps" : "ldap")}://{Host}:{Port}";
}

public enum DirectoryTransport
{
    /// <summary>TLS from the first byte.</summary>
    Tls,

    /// <summary>TLS after the StartTLS operation, before anything else is sent.</summary>
    StartTls,

    /// <summary>None; the settings allow it on loopback alone.</summary>
    Plain,
}

/// <param name="Base">Where the search begins; it goes down the whole tree.</param>
/// <param name="Attribute">That equals the user name: uid, sAMAccountName.</param>
/// <param name="User">Who searches.</param>
/// <param name="Password">Of <paramref name="User"/>.</param>
public sealed record DirectorySearch(string Base, string Attribute, string User, string Password);
