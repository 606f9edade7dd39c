using EvidenceIngest.Server.Cases;
using EvidenceIngest.Server.Supervision;
using EvidenceIngest.Web.Words;
using Microsoft.AspNetCore.Components;

namespace EvidenceIngest.Web.Cases;

/// <summary>One case: what it is, what belongs to it, what is missing, and what becomes of it.</summary>
public sealed partial class OneCasePage
{
    private Names _names = Names.None;
    private CaseView? _case;
    private CaseReport? _report;
    private CaseDraft _draft = new();
    private string? _draftTag;
    private DateOnly? _executedOn;
    private (string, string)? _done;
    private bool _editing;
    private bool _closing;

    [Parameter]
    public string Number { get; set; } = "";

    protected override async Task OnParametersSetAsync()
    {
        if (_case?.Number != Number)
            _done = null;
        await LoadAsync();
    }

    private Task<bool> LoadAsync() => TryAsync(async () =>
    {
        if (_names == Names.None)
            _names = await Names.ReadAsync(Api, Left);
        await ReadAsync();
    });

    private async Task ReadAsync()
    {
        _case = await Api.GetAsync<CaseView>(CaseAddress.Api(Number), Left);
        _report = await Api.GetAsync<CaseReport>(CaseAddress.Api(Number) + "/report", Left);
    }

    private async Task ChangedAsync((string, string) done)
    {
        _done = done;
        await LoadAsync();
    }

    private void Made(string package) => Navigation.NavigateTo("/packages/" + Uri.EscapeDataString(package));

    private async Task Edit()
    {
        _editing = await TryAsync(ReadDraftAsync);
    }

    private Task<bool> EditAnewAsync() => TryAsync(ReadDraftAsync);

    // The tag belongs to what is shown in the form, not to what the page read before.
    private async Task ReadDraftAsync()
    {
        var read = await Api.GetTaggedAsync<CaseView>(CaseAddress.Api(Number), Left);
        (_case, _draft, _draftTag) = (read.Value, CaseDraft.Of(read.Value, T), read.Tag);
    }

    private async Task SaveAsync()
    {
        var saved = await TryAsync(async () =>
        {
            await Api.ChangeAsync<CaseView>(HttpMethod.Put, CaseAddress.Api(Number), _draft.ToRequest(T, _case!.State, _case.ExecutedOn), _draftTag, Left);
            await ReadAsync();
        });
        if (saved)
            (_editing, _done) = (false, ("已保存。", "Saved."));
    }

    private async Task AskToClose()
    {
        _executedOn = null;
        _closing = await TryAsync(ReadDraftAsync);
    }

    private async Task CloseAsync()
    {
        if (await SetStateAsync(CaseState.Closed, _executedOn))
            (_closing, _done) = (false, ("已结案。资料齐全的，一分钟内生成案卷包。", "Closed. If nothing is missing the case file is made within a minute."));
    }

    private async Task ReopenAsync()
    {
        if (await TryAsync(ReadDraftAsync) && await SetStateAsync(CaseState.Open, _case!.ExecutedOn))
            _done = ("已恢复办理。保管期限停止计算，结案后重新生成案卷包。", "Open again. Nothing of it expires; its case file is made anew after it is closed.");
    }

    private Task<bool> SetStateAsync(CaseState state, DateOnly? executedOn) => TryAsync(async () =>
    {
        await Api.ChangeAsync<CaseView>(HttpMethod.Put, CaseAddress.Api(Number), _draft.ToRequest(T, state, executedOn), _draftTag, Left);
        await ReadAsync();
    });
}
