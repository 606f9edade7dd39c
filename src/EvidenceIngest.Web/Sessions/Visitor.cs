using EvidenceIngest.Server.Access;
using EvidenceIngest.Server.People;
using EvidenceIngest.Web.Api;
using Microsoft.AspNetCore.Components.Authorization;

namespace EvidenceIngest.Web.Sessions;

/// <summary>Who is in front of this page, and what they may do; kept for as long as the page is open.</summary>
internal sealed class Visitor(AuthenticationStateProvider state)
{
    /// <summary>Told when the API no longer knows the session: whoever typed something keeps it and logs in again.</summary>
    public event Action? Over;

    public event Action? Changed;

    /// <summary>Null when nobody is logged in.</summary>
    public string? Token { get; private set; }

    /// <summary>Null until <see cref="LoadAsync"/> has run.</summary>
    public AccountView? Account { get; private set; }

    public IReadOnlyList<Role> Roles => Account is null ? [] : [.. Account.Roles.Where(r => r.InForce).Select(r => r.Role).Distinct()];

    /// <summary>Whether a page would be of any use to them; the API decides each time anew.</summary>
    public bool May(params string[] anyOf) => Roles.Any(role => Scopes.Of(role).Any(anyOf.Contains));

    public async Task LoadAsync(ServiceApi api, CancellationToken ct)
    {
        Token ??= SessionCookie.TokenOf((await state.GetAuthenticationStateAsync()).User);
        if (Token is null)
            return;
        Account = await api.GetAsync<AccountView>("me", ct);
        Changed?.Invoke();
    }

    public void Renew(string token) => Token = token;

    public void SessionIsOver() => Over?.Invoke();
}
