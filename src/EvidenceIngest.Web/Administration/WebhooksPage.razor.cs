using EvidenceIngest.Server.Events.Webhooks;

namespace EvidenceIngest.Web.Administration;

/// <summary>Addresses that are told events, and what they did not take.</summary>
public partial class WebhooksPage
{
    private const int PageOfDead = 100;

    private readonly List<DeadLetter> _dead = [];
    private IReadOnlyList<WebhookView>? _webhooks;
    private RegisteredWebhook? _made;
    private WebhookView? _removing;
    private Guid? _deadOf;
    private string? _said;
    private bool _adding;
    private string _name = "";
    private string _url = "";
    private string _types = "";

    protected override Task OnInitializedAsync() => TryAsync(LoadAsync);

    private async Task LoadAsync() => _webhooks = await Api.GetAsync<IReadOnlyList<WebhookView>>("webhooks", Left);

    private void Begin() => (_adding, _made, _said, _name, _url, _types, Problem) = (true, null, null, "", "", "", null);

    private async Task AddAsync()
    {
        var types = _types.Split([' ', ',', '，', '、'], StringSplitOptions.RemoveEmptyEntries);
        var wanted = new WebhookRequest(_name.Trim(), _url.Trim(), types.Length == 0 ? null : types);
        await TryAsync(async () =>
        {
            _made = await Api.SendAsync<RegisteredWebhook>(HttpMethod.Post, "webhooks", wanted, Left);
            await LoadAsync();
        });
    }

    private async Task RemoveAsync()
    {
        if (!await TryAsync(() => Api.SendAsync(HttpMethod.Delete, $"webhooks/{_removing!.Id}", null, Left)))
            return;
        (_said, _removing) = (T[$"已删除：{_removing!.Name}", $"Removed: {_removing.Name}"], null);
        await TryAsync(LoadAsync);
    }

    private Task<bool> ShowDeadAsync(WebhookView webhook)
    {
        _dead.Clear();
        _deadOf = webhook.Id;
        return MoreDeadAsync(webhook);
    }

    private Task<bool> MoreDeadAsync(WebhookView webhook) => TryAsync(async () =>
        _dead.AddRange(await Api.GetAsync<IReadOnlyList<DeadLetter>>($"webhooks/{webhook.Id}/dead?after={(_dead.Count == 0 ? 0 : _dead[^1].Position)}&limit={PageOfDead}", Left)));

    private async Task ReplayAsync(WebhookView webhook, long? position)
    {
        ReplayAnswer? answer = null;
        if (!await TryAsync(async () => answer = await Api.SendAsync<ReplayAnswer>(HttpMethod.Post, $"webhooks/{webhook.Id}/replay", new ReplayRequest(position), Left)))
            return;
        (_said, _deadOf) = (T[$"重新推送 {answer!.Replayed} 条。", $"{answer.Replayed} are sent again."], null);
        await TryAsync(LoadAsync);
    }
}
