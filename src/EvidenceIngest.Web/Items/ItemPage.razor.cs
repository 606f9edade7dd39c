using EvidenceIngest.Server.Access;
using EvidenceIngest.Server.Items;
using EvidenceIngest.Web.Words;
using Microsoft.AspNetCore.Components;

namespace EvidenceIngest.Web.Items;

/// <summary>One recording: what it shows, what is written about it, and what happened to it.</summary>
public sealed partial class ItemPage
{
    // A stage may end at any moment: the page follows while something is under way.
    private static readonly TimeSpan LookInterval = TimeSpan.FromSeconds(3);

    private ItemDetail? _item;
    private Player? _player;
    private PeriodicTimer? _timer;
    private bool _mayLook;

    [Parameter]
    public string Id { get; set; } = "";

    /// <summary>Where to begin, in seconds.</summary>
    [SupplyParameterFromQuery(Name = "t")]
    public double? From { get; set; }

    [SupplyParameterFromQuery(Name = "show")]
    public string? Shown { get; set; }

    private string Title => $"{T[ItemWords.Kind(_item!.Summary.Kind)]} {T.Minute(_item.Summary.RecordedAt)} {_item.Summary.Producer}".Trim();

    private (string Key, (string, string) Words)[] Tabs =>
    [
        ("custody", ("保管链", "Custody chain")), ("files", ("文件与校验", "Files and digests")), ("renditions", ("衍生件", "Renditions")),
        .. _mayLook ? [("excerpts", ("剪辑与截图", "Clips and stills")), ("redact", ("遮蔽", "Redaction"))] : Array.Empty<(string, (string, string))>(),
        ("keeping", ("保存期限与冻结", "Retention and holds")),
        .. Visitor.May(Scopes.Link, Scopes.Write) ? [("hand-out", ("链接与导出", "Links and export"))] : Array.Empty<(string, (string, string))>(),
    ];

    protected override async Task OnParametersSetAsync()
    {
        Shown ??= "custody";
        if (_item?.Summary.Item == Id)
            return;
        _mayLook = Visitor.May(Scopes.Link);
        await ReadAsync();
        _timer ??= Follow();
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
            _timer?.Dispose();
        base.Dispose(disposing);
    }

    private async Task ReadAsync() => await TryAsync(async () => _item = await Api.GetAsync<ItemDetail>("items/" + Uri.EscapeDataString(Id), Left));

    private void Show(string tab) => Navigation.NavigateTo(Navigation.GetUriWithQueryParameter("show", tab), replace: true);

    private PeriodicTimer Follow()
    {
        var timer = new PeriodicTimer(LookInterval);
        _ = FollowAsync(timer);
        return timer;
    }

    private async Task FollowAsync(PeriodicTimer timer)
    {
        while (await timer.WaitForNextTickAsync())
        {
            if (_item is { Summary.Done: false })
                await InvokeAsync(ReadAsync);
        }
    }
}
