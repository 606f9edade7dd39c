using System.Globalization;
using EvidenceIngest.Server.Supervision;

namespace EvidenceIngest.Web.Supervision;

internal static class SupervisionWords
{
    public static (string Chinese, string English) Of(SupervisedBy by) => by switch
    {
        SupervisedBy.Unit => ("单位", "Unit"),
        SupervisedBy.Officer => ("人员", "Officer"),
        SupervisedBy.Dock => ("采集站", "Dock"),
        SupervisedBy.Month => ("月份", "Month"),
        _ => (by.ToString(), by.ToString()),
    };

    public static SupervisionRow Sum(IReadOnlyList<SupervisionRow> rows) => new(
        "", rows.Sum(r => r.Items), rows.Sum(r => r.Sealed), rows.Sum(r => r.OnTime), rows.Sum(r => r.Late), rows.Sum(r => r.Incomplete), rows.Sum(r => r.Unlinked), rows.Sum(r => r.Quarantined));

    /// <summary>Of those of which it can be told; null while there is none.</summary>
    public static double? Share(SupervisionRow row) => row.OnTime + row.Late == 0 ? null : (double)row.OnTime / (row.OnTime + row.Late);

    /// <summary>Rounded down: 100 % means all of them.</summary>
    public static string Rate(SupervisionRow row) => Share(row) is { } share ? (Math.Floor(share * 1000) / 10).ToString("0.#", CultureInfo.InvariantCulture) + "%" : "–";
}
