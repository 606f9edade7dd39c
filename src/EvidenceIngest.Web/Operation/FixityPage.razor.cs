using EvidenceIngest.Server.Access;
using EvidenceIngest.Server.Fixity;
using EvidenceIngest.Web.Api;
using Microsoft.AspNetCore.Components;

namespace EvidenceIngest.Web.Operation;

/// <summary>What reading the vaults again has found, and a person's decision about each finding.</summary>
public partial class FixityPage
{
    private readonly List<FixityFindingView> _findings = [];
    private FixityStatus? _status;
    private FixityFindingView? _resolving;
    private FixityFindingView? _restoring;
    private string? _next;
    private string? _said;

    /// <summary>Only findings that nobody has settled, unless somebody asks for all.</summary>
    [SupplyParameterFromQuery]
    public bool? Open { get; set; }

    private bool OpenOnly => Open ?? true;

    private bool May => Visitor.May(Scopes.Write, Scopes.System);

    protected override Task OnParametersSetAsync() => TryAsync(LoadAsync);

    private async Task LoadAsync()
    {
        _status = await Api.GetAsync<FixityStatus>("fixity", Left);
        _findings.Clear();
        _next = null;
        await MoreAsync();
    }

    private async Task MoreAsync()
    {
        var page = await Api.GetAsync<FixityFindingPage>("fixity/findings" + ServiceApi.Query(("open", OpenOnly ? "true" : null), ("cursor", _next)), Left);
        _findings.AddRange(page.Findings);
        _next = page.Next;
    }

    private async Task HurryAsync()
    {
        if (await TryAsync(async () => _status = await Api.SendAsync<FixityStatus>(HttpMethod.Post, "fixity/hurry", null, Left)))
            _said = T["已改为全速复核。", "It reads on at full rate."];
    }

    private async Task ResolveAsync(string why)
    {
        if (!await TryAsync(() => Api.SendAsync(HttpMethod.Post, $"fixity/findings/{_resolving!.Finding}/resolve", new FindingDecision(why), Left)))
            return;
        (_resolving, _said) = (null, T["已记录处理情况。", "Settled."]);
        await TryAsync(LoadAsync);
    }

    private async Task RestoreAsync()
    {
        if (!await TryAsync(() => Api.SendAsync(HttpMethod.Post, $"fixity/findings/{_restoring!.Finding}/restore", null, Left)))
            return;
        (_restoring, _said) = (null, T["已安排恢复，完成后自动标记。", "It is being restored, and marked when that is done."]);
        await TryAsync(LoadAsync);
    }
}
