using EvidenceIngest.Server.Access;
using EvidenceIngest.Server.Items;
using EvidenceIngest.Server.People;
using EvidenceIngest.Server.Search;
using EvidenceIngest.Web.Words;
using Microsoft.AspNetCore.Components;

namespace EvidenceIngest.Web.Register;

/// <summary>One list with a query box: the register without words, what was found with them.</summary>
public sealed partial class RegisterPage
{
    private const int PageSize = 50;

    private readonly HashSet<string> _chosen = new(StringComparer.Ordinal);
    private readonly List<FoundItem> _rows = [];
    private IReadOnlyList<SavedSearchView> _saved = [];
    private IReadOnlyList<UnitView> _units = [];
    private RegisterFilter _filter = new();
    private SearchFacets? _found;
    private string? _words;
    private string? _asked;
    private string? _next;
    private string? _saveAs;
    private string? _done;
    private string? _address;
    private bool _posters;
    private bool _read;
    private bool _mayHear;

    private string Counted => _found is { } found
        ? T[$"找到{(found.More ? "至少" : "")} {Say.Number(found.Count)} 件", $"{(found.More ? "at least " : "")}{Say.Number(found.Count)} found"]
        : _rows.Count == 0 ? "" : T[$"已列出 {Say.Number(_rows.Count)} 件{(_next is null ? "" : "，还有更多")}", $"{Say.Number(_rows.Count)} listed{(_next is null ? "" : ", there are more")}"];

    protected override async Task OnInitializedAsync()
    {
        _mayHear = Visitor.May(Scopes.Link);
        await TryAsync(async () =>
        {
            _units = await Api.GetAsync<IReadOnlyList<UnitView>>("units", Left);
            _saved = await Api.GetAsync<IReadOnlyList<SavedSearchView>>("me/searches", Left);
        });
        await ReadAddressAsync();
        Navigation.LocationChanged += Moved;
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
            Navigation.LocationChanged -= Moved;
        base.Dispose(disposing);
    }

    private void Moved(object? sender, Microsoft.AspNetCore.Components.Routing.LocationChangedEventArgs e) => _ = InvokeAsync(ReadAddressAsync);

    /// <summary>The address says what is asked for, so that a list can be linked, and found again by going back.</summary>
    private async Task ReadAddressAsync()
    {
        var address = Navigation.ToAbsoluteUri(Navigation.Uri);
        if (address.AbsolutePath != "/items" || address.Query == _address)
            return;
        _address = address.Query;
        (_filter, _words) = RegisterFilter.Parse(address.Query);
        _asked = _words;
        _chosen.Clear();
        await TryAsync(() => ReadAsync(anew: true));
    }

    private async Task SearchAsync()
    {
        var address = _filter.Query(_words);
        if (address == _address || (address.Length == 0 && string.IsNullOrEmpty(_address)))
            await TryAsync(() => ReadAsync(anew: true));
        else
            Navigation.NavigateTo("/items" + address);
    }

    private Task ClearAsync()
    {
        (_filter, _words) = (new RegisterFilter(), null);
        return SearchAsync();
    }

    private async Task MoreAsync() => await TryAsync(() => ReadAsync(anew: false));

    private async Task ReadAsync(bool anew)
    {
        var cursor = anew ? null : _next;
        var (path, query) = (string.IsNullOrWhiteSpace(_asked) || !_mayHear ? "items" : "search", _filter.Query(_asked));
        query += (query.Length == 0 ? "?" : "&") + $"limit={PageSize}" + (cursor is null ? "" : "&cursor=" + Uri.EscapeDataString(cursor));
        if (path == "search")
        {
            var page = await Api.GetAsync<SearchPage>($"search{query}{(anew ? "&count=true" : "")}", Left);
            Show(page.Items, page.Next, anew, page.Found);
        }
        else
        {
            var page = await Api.GetAsync<ItemPage>("items" + query, Left);
            Show(page.Items.Select(i => new FoundItem(i, 0, [])), page.Next, anew, null);
        }
    }

    private void Show(IEnumerable<FoundItem> items, string? next, bool anew, SearchFacets? found)
    {
        if (anew)
        {
            _rows.Clear();
            _found = found;
        }

        _rows.AddRange(items);
        (_next, _read) = (next, true);
    }

    private void Choose(string item, bool chosen) => _ = chosen ? _chosen.Add(item) : _chosen.Remove(item);

    private void ChooseAll(bool chosen)
    {
        _chosen.Clear();
        if (chosen)
            _chosen.UnionWith(_rows.Select(r => r.Item.Item));
    }

    private Task ChooseAsync((string Name, string Value) facet)
    {
        _filter = _filter.With(facet.Name, facet.Value);
        return SearchAsync();
    }

    private async Task BulkDoneAsync(BulkAnswer answer)
    {
        _done = T[$"已处理 {answer.Items.Count} 件，其中 {answer.Changed} 件的信息有变化。", $"{answer.Items.Count} recordings done, the fields of {answer.Changed} changed."];
        _chosen.Clear();
        await TryAsync(() => ReadAsync(anew: true));
    }

    private async Task SaveAsync() => await TryAsync(async () =>
    {
        var name = _saveAs!.Trim();
        await Api.SendAsync(HttpMethod.Put, "me/searches/" + Uri.EscapeDataString(name), new SavedSearchRequest(_filter.Saved(_words)), Left);
        _saved = await Api.GetAsync<IReadOnlyList<SavedSearchView>>("me/searches", Left);
        _saveAs = null;
    });

    private async Task ForgetAsync(SavedSearchView saved) => await TryAsync(async () =>
    {
        await Api.SendAsync(HttpMethod.Delete, "me/searches/" + Uri.EscapeDataString(saved.Name), null, Left);
        _saved = await Api.GetAsync<IReadOnlyList<SavedSearchView>>("me/searches", Left);
    });

    /// <summary>A place where a word stands, as a link to the second when it was said.</summary>
    private RenderFragment Hit(string item, SearchHit hit) => builder =>
    {
        builder.OpenElement(0, "span");
        builder.AddAttribute(1, "class", "soft");
        builder.AddContent(2, T[ItemWords.Of(hit.Field)] + T["：", ": "]);
        if (hit.Start is { } start)
        {
            builder.OpenElement(3, "a");
            builder.AddAttribute(4, "href", FormattableString.Invariant($"/items/{item}?t={start:0.###}"));
            builder.AddContent(5, Say.Length(start));
            builder.CloseElement();
            builder.AddContent(6, " ");
        }

        var at = 0;
        foreach (var mark in hit.Marks.OrderBy(m => m.Start))
        {
            if (mark.Start < at || mark.Start + mark.Length > hit.Text.Length)
                continue;
            builder.AddContent(7, hit.Text[at..mark.Start]);
            builder.OpenElement(8, "mark");
            builder.AddContent(9, hit.Text.Substring(mark.Start, mark.Length));
            builder.CloseElement();
            at = mark.Start + mark.Length;
        }

        builder.AddContent(10, hit.Text[at..]);
        builder.CloseElement();
    };
}
