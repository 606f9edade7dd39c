using EvidenceIngest.Server.Access;
using EvidenceIngest.Server.Items;
using EvidenceIngest.Server.Reminders;
using EvidenceIngest.Web.Words;
using Microsoft.AspNetCore.Components;

namespace EvidenceIngest.Web.Today;

/// <summary>What is late, near its deadline, incomplete, unlinked or in quarantine; every line leads to where it is mended.</summary>
public sealed partial class TodayPage
{
    private const int Shown = 5;

    private static readonly (string Query, (string, string) Title, Reason Why)[] Kinds =
    [
        ("lack=time", ("逾期入库", "Stored late"), Reason.Late),
        ("state=quarantined", ("隔离待处理", "In quarantine"), Reason.Quarantined),
        ("state=sealed&lack=requirement", ("信息待补录", "Incomplete"), Reason.Incomplete),
        ("state=sealed&lack=case", ("未关联案件", "Without a case"), Reason.Unlinked),
    ];

    private readonly List<ItemList> _lists = [];
    private ReminderCounts? _counts;
    private IReadOnlyList<ReminderView>? _reminders;
    private IReadOnlyList<ItemSummary>? _own;
    private DateTimeOffset _at;

    private enum Reason
    {
        Late,
        Quarantined,
        Incomplete,
        Unlinked,
    }

    [Inject]
    private TimeProvider Clock { get; set; } = null!;

    protected override Task OnInitializedAsync() => TryAsync(async () =>
    {
        _at = Clock.GetUtcNow();
        if (Visitor.May(Scopes.Reminders))
        {
            _reminders = [.. (await Api.GetAsync<ReminderPage>("me/reminders?limit=50", Left)).Reminders.Where(r => r.DoneAt is null)];
            _counts = await Api.GetAsync<ReminderCounts>("me/reminders/count", Left);
        }

        if (Visitor.May(Scopes.Read))
        {
            foreach (var (query, title, why) in Kinds)
            {
                var page = await Api.GetAsync<ItemPage>($"items?{query}&limit={Shown}", Left);
                _lists.Add(new ItemList("/items?" + query, title, why, page.Items, page.Next is not null));
            }
        }

        if (Visitor.May(Scopes.Own) && Visitor.Account?.OfficerNumber is not null)
            _own = (await Api.GetAsync<ItemPage>("me/items?limit=50", Left)).Items;
    });

    private string Because(ItemSummary item, Reason why) => why switch
    {
        Reason.Quarantined => string.Join(T["、", ", "], ItemWords.Reasons(item.Reason).Select(r => T[r])),
        Reason.Incomplete => T["缺少：", "lacks: "] + string.Join(T["、", ", "], item.Missing.Select(m => T[ItemWords.Of(m)])),
        Reason.Late => T["期限 ", "due "] + T.Minute(item.Deadline),
        _ => item.ObjectOfProof ?? T["证明对象未填写", "no object of proof yet"],
    };

    /// <summary>The page where a duty is done.</summary>
    private static string Where(ReminderView duty) => duty.Duty switch
    {
        DutyKind.Storage or DutyKind.Requirements => "/items/" + Uri.EscapeDataString(duty.About),
        DutyKind.CaseFile => "/cases/" + Uri.EscapeDataString(duty.About),
        DutyKind.AccessDecision => "/access",
        DutyKind.RecorderOut => "/recorders",
        DutyKind.ReviewCorrection => "/reviews",
        _ => "/supervision",
    };

    private sealed record ItemList(string Address, (string, string) Title, Reason Why, IReadOnlyList<ItemSummary> Items, bool More);
}
