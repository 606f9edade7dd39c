using Microsoft.AspNetCore.Components;
using EvidenceIngest.Web.Api;

namespace EvidenceIngest.Web.Parts;

/// <summary>
/// A page that reads itself anew every few seconds. It stops after a while: each reading counts as use of the session, and a page
/// that somebody left open must not keep a session alive for the whole day.
/// </summary>
public abstract class LivePage : Page
{
    private static readonly TimeSpan Beat = TimeSpan.FromSeconds(4);
    private static readonly TimeSpan Lasting = TimeSpan.FromMinutes(15);

    private DateTimeOffset _until;

    /// <summary>When it was read last; null before the first time.</summary>
    protected DateTimeOffset? ReadAt { get; private set; }

    /// <summary>Why what is shown may be old; null when it isn't.</summary>
    protected ApiProblemException? Trouble { get; private set; }

    protected bool IsPaused { get; private set; }

    [Inject]
    private protected TimeProvider Clock { get; set; } = null!;

    /// <param name="left">Ends when the page is left.</param>
    protected abstract Task ReadAsync(CancellationToken left);

    protected override async Task OnAfterRenderAsync(bool firstRender)
    {
        if (firstRender)
            await RunAsync(Left);
    }

    protected Task ResumeAsync() => RunAsync(Left);

    private async Task RunAsync(CancellationToken left)
    {
        (IsPaused, _until) = (false, Clock.GetUtcNow() + Lasting);
        while (!left.IsCancellationRequested && !IsPaused)
        {
            try
            {
                await ReadAsync(left);
                (ReadAt, Trouble) = (Clock.GetUtcNow(), null);
            }
            catch (ApiProblemException e)
            {
                Trouble = e;
            }
            catch (OperationCanceledException) when (left.IsCancellationRequested)
            {
                return;
            }

            IsPaused = Clock.GetUtcNow() >= _until;
            StateHasChanged();
            if (!IsPaused)
                await Task.Delay(Beat, Clock, left).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ContinueOnCapturedContext);
        }
    }
}
