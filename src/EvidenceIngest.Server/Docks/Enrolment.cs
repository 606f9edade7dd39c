using EvidenceIngest.Domain.Custody;
using EvidenceIngest.Domain.Deliveries;
using EvidenceIngest.Server.Access;
using EvidenceIngest.Server.Catalogue;
using EvidenceIngest.Server.Custody;
using EvidenceIngest.Server.Receipts;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging;

namespace EvidenceIngest.Server.Docks;

/// <param name="Code">For <see cref="EnrolmentRequest"/>; shown once.</param>
/// <param name="ExpiresAt">UTC.</param>
public sealed record DockInvitation(string Code, DateTimeOffset ExpiresAt);

/// <summary>Lets docks in: a code that an operator made turns into a token, once.</summary>
internal sealed class Enrolment(EvidenceCatalogue catalogue, ReceiptKey key, TimeProvider time, ILogger<Enrolment> log)
{
    private static readonly TimeSpan CodeValidFor = TimeSpan.FromHours(24);

    public async Task<DockInvitation> InviteAsync(string invitedBy, CancellationToken ct)
    {
        var code = Secret.NewCode();
        var now = time.GetUtcNow();
        var row = new EnrolmentCode { Hash = Secret.Hash(code), CreatedBy = invitedBy, CreatedAt = now, ExpiresAt = now + CodeValidFor };
        await catalogue.WriteAsync(
            async db =>
            {
                if (await db.EnrolmentCodes.AnyAsync(c => c.Hash == row.Hash, ct))
                    return;
                db.Add(row);
                await db.AppendToServiceAsync(
                    new NewEvent(now, Actors.Operator(invitedBy), CustodyEventKind.DockInvited, $"a code that enrols one dock until {row.ExpiresAt:O}"), ct);
            },
            ct);
        return new DockInvitation(code, row.ExpiresAt);
    }

    /// <exception cref="RequestRefusedException">Unknown, used and expired codes get the same answer.</exception>
    public async Task<EnrolmentAnswer> EnrolAsync(EnrolmentRequest request, CancellationToken ct)
    {
        Texts.Demand(request.Code, "code", 100);
        Texts.Demand(request.Name, "name", 100);
        Texts.Demand(request.TokenSha256, "tokenSha256", 64);
        if (!IsSha256(request.TokenSha256))
            throw RequestRefusedException.Invalid("tokenSha256", "must be 64 lower-case hexadecimal characters");
        var (code, token) = (Secret.Hash(request.Code.Trim()), Convert.FromHexString(request.TokenSha256));
        var dockId = await catalogue.WriteAsync(db => EnrolAsync(db, code, request.Name, token, ct), ct)
            ?? throw new RequestRefusedException(StatusCodes.Status403Forbidden, "the code is unknown, used or expired: ask for a new invitation");
        log.Enrolled(dockId);
        return new EnrolmentAnswer(dockId, key.PublicPem);
    }

    private static bool IsSha256(string text) => text.Length == 64 && text.All(char.IsAsciiHexDigitLower);

    /// <returns>The dock's id; null when the code opens nothing.</returns>
    private async Task<string?> EnrolAsync(CatalogueDb db, byte[] hash, string name, byte[] token, CancellationToken ct)
    {
        var now = time.GetUtcNow();
        // The answer was lost: whoever has both the code and the token is the dock that was enrolled with them.
        var known = await db.EnrolmentCodes.Where(c => c.Hash == hash && c.DockId != null).Select(c => c.DockId).SingleOrDefaultAsync(ct);
        if (known is not null && await db.ApiTokens.AnyAsync(t => t.DockId == known && t.Hash == token, ct))
            return known;
        // One statement decides between two docks that come with the same code.
        var won = await db.EnrolmentCodes
            .Where(c => c.Hash == hash && c.UsedAt == null && c.ExpiresAt > now)
            .ExecuteUpdateAsync(set => set.SetProperty(c => c.UsedAt, now), ct);
        if (won == 0)
            return null;
        var dockId = "dock-" + Secret.NewCode()[..11].Replace("-", "", StringComparison.Ordinal);
        db.Add(new Dock { Id = dockId, Name = name, EnrolledAt = now });
        await db.SaveChangesAsync(ct);
        await db.EnrolmentCodes.Where(c => c.Hash == hash).ExecuteUpdateAsync(set => set.SetProperty(c => c.DockId, dockId), ct);
        db.Add(new ApiToken
        {
            Id = Guid.NewGuid(),
            Hash = token,
            Kind = TokenKind.Dock,
            Name = dockId,
            DockId = dockId,
            Scopes = [],
            CreatedAt = now,
        });
        await db.AppendToServiceAsync(
            new NewEvent(now, Actors.Dock(dockId), CustodyEventKind.DockEnrolled, $"as '{name}', with a code of {await InviterAsync(db, hash, ct)}"), ct);
        return dockId;
    }

    private static Task<string> InviterAsync(CatalogueDb db, byte[] hash, CancellationToken ct) =>
        db.EnrolmentCodes.Where(c => c.Hash == hash).Select(c => c.CreatedBy).SingleAsync(ct);
}
