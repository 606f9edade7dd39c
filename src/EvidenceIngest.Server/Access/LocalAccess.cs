using EvidenceIngest.Server.Catalogue;
using EvidenceIngest.Server.Docks;
using EvidenceIngest.Server.People;
using Microsoft.EntityFrameworkCore;

namespace EvidenceIngest.Server.Access;

/// <summary>What the process that hosts the server may do without a token: let itself in. Waits until the catalogue is ready.</summary>
public sealed class LocalAccess
{
    private readonly CatalogueStart _start;
    private readonly EvidenceCatalogue _catalogue;
    private readonly Enrolment _enrolment;
    private readonly Accounts _accounts;
    private readonly TimeProvider _time;

    internal LocalAccess(CatalogueStart start, EvidenceCatalogue catalogue, Enrolment enrolment, Accounts accounts, TimeProvider time) =>
        (_start, _catalogue, _enrolment, _accounts, _time) = (start, catalogue, enrolment, accounts, time);

    /// <summary>Random 256 bits, fit for <see cref="EnsureOperatorTokenAsync"/>; keep it in a file that only its owner can read.</summary>
    public static string NewToken() => Secret.NewToken();

    /// <summary>Makes the token of the machine's owner known. Idempotent; a token that was revoked stays so.</summary>
    /// <param name="name">Who acts with it, as custody events name them.</param>
    /// <param name="token">As <see cref="NewToken"/> made it; the server keeps its hash only.</param>
    /// <param name="ct">Ends the wait.</param>
    public async Task EnsureOperatorTokenAsync(string name, string token, CancellationToken ct)
    {
        const int ShortestToken = 40;
        ArgumentOutOfRangeException.ThrowIfLessThan(token.Length, ShortestToken, nameof(token));
        await _start.WhenReadyAsync(ct);
        var hash = Secret.Hash(token);
        await _catalogue.WriteAsync(
            async db =>
            {
                if (await db.ApiTokens.SingleOrDefaultAsync(t => t.Hash == hash, ct) is { } known)
                {
                    // A newer version may let the owner do more.
                    known.Scopes = Scopes.Of(Role.Local);
                    return;
                }

                db.Add(new ApiToken
                {
                    Id = Guid.NewGuid(),
                    Hash = hash,
                    Kind = TokenKind.Operator,
                    Name = name,
                    Role = Role.Local,
                    Scopes = Scopes.Of(Role.Local),
                    CreatedAt = _time.GetUtcNow(),
                });
            },
            ct);
    }

    /// <summary>Makes the first account, the security administrator's, when there is none at all.</summary>
    /// <param name="by">Who starts the service, as custody events name them.</param>
    /// <param name="ct">Ends the wait.</param>
    /// <returns>Its one-time password, to be shown once; null when there are accounts already.</returns>
    public async Task<string?> EnsureFirstAccountAsync(string by, CancellationToken ct)
    {
        await _start.WhenReadyAsync(ct);
        return await _accounts.EnsureFirstAsync(by, ct);
    }

    /// <summary>A one-time code that enrols one dock.</summary>
    public async Task<DockInvitation> InviteDockAsync(string invitedBy, CancellationToken ct)
    {
        await _start.WhenReadyAsync(ct);
        return await _enrolment.InviteAsync(invitedBy, ct);
    }
}
