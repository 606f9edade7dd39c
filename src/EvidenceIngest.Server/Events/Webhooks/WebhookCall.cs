using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using EvidenceIngest.Domain.Events;

namespace EvidenceIngest.Server.Events.Webhooks;

/// <summary>Sends one event to one receiver, signed. What the receiver answers is not kept: it may be anything.</summary>
internal sealed class WebhookCall(HttpClient http, EventsOptions options, TimeProvider time)
{
    private static readonly TimeSpan LongestRetryAfter = TimeSpan.FromHours(1);

    /// <summary>Never throws but for <paramref name="ct"/>: a receiver's failure is an outcome.</summary>
    public async Task<CallOutcome> SendAsync(Uri url, string secret, byte[] body, CancellationToken ct)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, url) { Content = new ByteArrayContent(body) };
        request.Content.Headers.ContentType = new MediaTypeHeaderValue(CloudEvent.MediaType, "utf-8");
        request.Headers.TryAddWithoutValidation(WebhookSignature.Header, WebhookSignature.Make(secret, time.GetUtcNow(), body));
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(ct);
        limit.CancelAfter(options.Webhooks.CallLimit);
        try
        {
            using var answer = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, limit.Token);
            return Judge(answer);
        }
        catch (OperationCanceledException) when (!ct.IsCancellationRequested)
        {
            return new CallOutcome(CallResult.Away, string.Create(CultureInfo.InvariantCulture, $"no answer within {options.Webhooks.CallLimit.TotalSeconds:0.#} s"));
        }
        catch (HttpRequestException e)
        {
            return new CallOutcome(CallResult.Away, e.GetBaseException().Message);
        }
    }

    private CallOutcome Judge(HttpResponseMessage answer)
    {
        var status = (int)answer.StatusCode;
        var said = string.Create(CultureInfo.InvariantCulture, $"the receiver answered {status}");
        return status switch
        {
            >= 200 and < 300 => new CallOutcome(CallResult.Taken, said),
            >= 300 and < 400 => new CallOutcome(CallResult.Refused, said + "; redirects are not followed: register the address that it leads to"),
            (int)HttpStatusCode.RequestTimeout or 425 or (int)HttpStatusCode.TooManyRequests => new CallOutcome(CallResult.Busy, said, RetryAfter(answer)),
            >= 400 and < 500 => new CallOutcome(CallResult.Refused, said),
            _ => new CallOutcome(CallResult.Busy, said, RetryAfter(answer)),
        };
    }

    private TimeSpan? RetryAfter(HttpResponseMessage answer)
    {
        var wait = answer.Headers.RetryAfter switch
        {
            { Delta: { } delta } => delta,
            { Date: { } date } => date - time.GetUtcNow(),
            _ => TimeSpan.Zero,
        };
        return wait <= TimeSpan.Zero ? null : wait < LongestRetryAfter ? wait : LongestRetryAfter;
    }
}

internal enum CallResult
{
    Taken,

    /// <summary>It can't be reached, or doesn't answer.</summary>
    Away,

    /// <summary>It says that it can't now.</summary>
    Busy,

    /// <summary>It says no; repeated, it will most likely say so again.</summary>
    Refused,
}

internal sealed record CallOutcome(CallResult Result, string Said, TimeSpan? RetryAfter = null);
