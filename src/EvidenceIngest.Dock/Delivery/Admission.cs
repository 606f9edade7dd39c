using EvidenceIngest.Domain.Deliveries;
using EvidenceIngest.Recorders.Discovery;
using EvidenceIngest.Recorders.Drivers;

namespace EvidenceIngest.Dock.Delivery;

/// <summary>
/// Asks the server whether a recorder may be offloaded at this site. Only a clear no counts: without an answer its footage is
/// brought into safety, and the server keeps it in quarantine if it must.
/// </summary>
internal sealed class Admission(ServerApi api, CredentialStore credentials)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    /// <exception cref="RecorderRefusedException">The site doesn't take it; its footage is untouched.</exception>
    public async Task AskAsync(DockedRecorder recorder, string recorderId, CancellationToken ct)
    {
        // Naming a folder is a person's word already.
        if (recorder.Attachment is FolderAttachment || credentials.Current is null)
            return;
        RecorderAdmission answer;
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(ct);
        limit.CancelAfter(Patience);
        try
        {
            answer = await api.AdmissionAsync(recorderId, limit.Token);
        }
        catch (Exception e) when (
            !ct.IsCancellationRequested
            && e is OperationCanceledException or ServerUnreachableException or ServerBusyException or ServerRefusedException or DockNotTrustedException)
        {
            return;
        }

        if (!answer.Accepted)
        {
            throw new RecorderRefusedException(
                $"{recorder.Attachment.Bay}: the server does not admit recorder {recorderId}",
                answer.Advice ?? "服务器不允许采集该记录仪，请联系管理员。设备内的音像资料未受影响。");
        }
    }
}
