using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;

namespace EvidenceIngest.Server.Events.Webhooks;

/// <summary>
/// Sends one webhook its events until it is removed: those of one subject one after the other, those of different ones side by
/// side. A receiver that takes nothing is left alone for longer and longer, and then asked with a single event.
/// </summary>
internal sealed class WebhookSending(WebhookQueue queue, WebhookCall call, WebhookSecrets secrets, PlacedSignal placed, EventsOptions options, TimeProvider time, ILogger<WebhookSending> log)
{
    private const int Batch = 400;

    /// <summary>A batch that takes longer ends early, so that what was taken is known to be soon.</summary>
    private static readonly TimeSpan BatchLimit = TimeSpan.FromSeconds(3);
    private static readonly TimeSpan LookInterval = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan LongestSilence = TimeSpan.FromMinutes(5);
    private static readonly TimeSpan KeyPause = TimeSpan.FromSeconds(30);

    /// <summary>Runs until the webhook is removed; whatever goes wrong is told and tried again.</summary>
    public async Task RunAsync(Webhook webhook, CancellationToken ct)
    {
        var failures = 0;
        while (true)
        {
            try
            {
                var next = placed.Next;
                var outcome = await RoundAsync(webhook, failures > 0 ? 1 : Batch, ct);
                failures = outcome switch { true => 0, false => failures + 1, null => failures };
                if (outcome is false)
                    await Task.Delay(Pauses.After(failures, options.Webhooks.FirstPause, Shorter(LongestSilence, options.Webhooks.LongestPause)), time, ct);
                else if (outcome is null && await queue.IsRemovedAsync(webhook.Id, ct))
                    return;
                else if (outcome is null)
                    await PlacedSignal.WaitAsync(next, Shorter(LookInterval, options.Webhooks.FirstPause), time, ct);
            }
            catch (Exception e) when (!ct.IsCancellationRequested)
            {
                log.SendingStalled(webhook.Id, e.GetBaseException().Message);
                await Task.Delay(e is WebhookKeyException ? KeyPause : LookInterval, time, ct);
            }
        }
    }

    /// <returns>Whether anything was taken; null when nothing was due.</returns>
    internal async Task<bool?> RoundAsync(Webhook webhook, int most, CancellationToken ct)
    {
        var due = await queue.DueAsync(webhook.Id, most, ct);
        if (due.Count == 0)
            return null;
        var secret = await SecretAsync(webhook, ct);
        var sent = new ConcurrentBag<SentEvent>();
        try
        {
            await SendAsync(new Uri(webhook.Url), secret, due, sent, ct);
        }
        finally
        {
            // Also while the server stops: what was taken needn't be sent twice.
            if (!sent.IsEmpty)
                await queue.SaveAsync(webhook, sent, CancellationToken.None);
        }

        return sent.IsEmpty ? null : sent.Any(s => s.Outcome.Result == CallResult.Taken);
    }

    private Task SendAsync(Uri url, string secret, List<DueEvent> due, ConcurrentBag<SentEvent> sent, CancellationToken ct)
    {
        var begun = time.GetTimestamp();
        return Parallel.ForEachAsync(
            due.GroupBy(e => e.Subject),
            new ParallelOptions { MaxDegreeOfParallelism = options.Webhooks.Lanes, CancellationToken = ct },
            async (subject, stop) =>
            {
                foreach (var happened in subject)
                {
                    if (time.GetElapsedTime(begun) > BatchLimit)
                        return;
                    var outcome = await call.SendAsync(url, secret, happened.Body, stop);
                    sent.Add(new SentEvent(happened, outcome));
                    // What comes after it waits with it.
                    if (outcome.Result != CallResult.Taken)
                        return;
                }
            });
    }

    private async Task<string> SecretAsync(Webhook webhook, CancellationToken ct)
    {
        try
        {
            return secrets.Of(webhook.Salt, webhook.SecretSha256);
        }
        catch (WebhookKeyException e)
        {
            await queue.FailAsync(webhook, e.Message, ct);
            throw;
        }
    }

    private static TimeSpan Shorter(TimeSpan a, TimeSpan b) => a < b ? a : b;
}
