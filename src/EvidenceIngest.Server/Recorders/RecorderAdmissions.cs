using EvidenceIngest.Domain.Deliveries;
using EvidenceIngest.Server.Catalogue;
using Microsoft.EntityFrameworkCore;

namespace EvidenceIngest.Server.Recorders;

/// <summary>
/// Whether a dock may offload a recorder. Only the site's rule for unknown recorders can refuse one: a recorder that is out of
/// service or disputed holds footage all the same, which is better sealed in quarantine than left on a card.
/// </summary>
internal sealed class RecorderAdmissions(EvidenceCatalogue catalogue, ServerOptions options)
{
    public async Task<RecorderAdmission> AskAsync(string recorderId, CancellationToken ct)
    {
        if (options.UnknownRecorders == UnknownRecorders.Quarantine
            || await catalogue.ReadAsync(db => db.RecorderAssignments.AnyAsync(a => a.RecorderId == recorderId, ct), ct))
        {
            return new RecorderAdmission(true, null);
        }

        return new RecorderAdmission(
            false, $"记录仪（{recorderId}）尚未登记配发，按本单位规定不予采集。请联系管理员登记后重新插入；设备内的音像资料未受影响。");
    }
}
