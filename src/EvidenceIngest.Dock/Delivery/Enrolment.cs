using EvidenceIngest.Domain.Deliveries;
using EvidenceIngest.Domain.Receipts;
using Microsoft.Extensions.Logging;

namespace EvidenceIngest.Dock.Delivery;

/// <summary>Makes the dock known to its server, once, with the administrator's one-time code.</summary>
internal sealed class Enrolment(ServerApi api, CredentialStore credentials, DockOptions options, ILogger<Enrolment> log)
{
    public bool IsEnrolled => credentials.Current is not null;

    /// <summary>True when the dock is enrolled.</summary>
    /// <exception cref="DockNotTrustedException">There is no code, or the server doesn't take it.</exception>
    public async Task<bool> EnsureAsync(CancellationToken ct)
    {
        if (IsEnrolled)
            return true;
        if (options.EnrolmentCode is not { Length: > 0 } code)
            throw new DockNotTrustedException("this dock is not enrolled and was given no one-time code");
        // On disk before it is known to anybody: a killed dock comes back with the same token and is let in again.
        var token = credentials.PendingToken();
        EnrolmentAnswer answer;
        try
        {
            answer = await api.EnrolAsync(new EnrolmentRequest(code, options.Name, CredentialStore.HashOf(token)), ct);
        }
        catch (ServerRefusedException e)
        {
            throw new DockNotTrustedException("the one-time code was refused: " + e.Message);
        }

        credentials.Keep(new DockCredentials(options.Server, answer.DockId, token, answer.ReceiptPublicKey));
        using var key = new VerificationKey(answer.ReceiptPublicKey);
        log.Enrolled(answer.DockId, key.KeyId);
        return true;
    }
}
