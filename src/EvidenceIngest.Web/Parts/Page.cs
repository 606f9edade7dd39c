using EvidenceIngest.Web.Api;
using EvidenceIngest.Web.Sessions;
using Microsoft.AspNetCore.Components;

namespace EvidenceIngest.Web.Parts;

/// <summary>
/// What pages share: the API as whoever is logged in, work that shows that it is under way and ends with a word about what went
/// wrong, and a token that ends it when the page is left.
/// </summary>
public abstract class Page : ComponentBase, IDisposable
{
    private readonly CancellationTokenSource _left = new();

    /// <summary>What the last work came to; null when all is well.</summary>
    protected ApiProblemException? Problem { get; set; }

    protected bool Busy { get; private set; }

    /// <summary>Ends when the page is left.</summary>
    protected CancellationToken Left => _left.Token;

    [Inject]
    private protected ServiceApi Api { get; set; } = null!;

    [Inject]
    private protected Visitor Visitor { get; set; } = null!;

    [Inject]
    private protected NavigationManager Navigation { get; set; } = null!;

    public void Dispose()
    {
        Dispose(disposing: true);
        GC.SuppressFinalize(this);
    }

    /// <returns>Whether it worked; otherwise <see cref="Problem"/> says what happened.</returns>
    protected async Task<bool> TryAsync(Func<Task> work)
    {
        if (Busy)
            return false;
        (Busy, Problem) = (true, null);
        StateHasChanged();
        try
        {
            await work();
            return true;
        }
        catch (ApiProblemException e)
        {
            Problem = e;
            return false;
        }
        catch (OperationCanceledException) when (_left.IsCancellationRequested)
        {
            return false;
        }
        finally
        {
            Busy = false;
            if (!_left.IsCancellationRequested)
                StateHasChanged();
        }
    }

    protected virtual void Dispose(bool disposing)
    {
        if (!disposing)
            return;
        _left.Cancel();
        _left.Dispose();
    }
}
