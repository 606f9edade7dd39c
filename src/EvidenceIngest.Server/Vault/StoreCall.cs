using Amazon.S3;
using Microsoft.Extensions.Logging;

namespace EvidenceIngest.Server.Vault;

/// <summary>
/// Every call to the store goes through here: each attempt ends by itself, what passes is tried again, and what stays
/// becomes one of the vault's exceptions. Errors that a caller expects are named by it and reach it as they came.
/// </summary>
internal sealed class StoreCall(VaultOptions options, TimeProvider time, ILogger logger)
{
    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(200);

    /// <param name="what">Completes the sentence "the vault could not …".</param>
    /// <param name="call">Must be repeatable.</param>
    /// <param name="ct">The caller's.</param>
    /// <param name="expected">Error codes that are answers to the caller, thrown as <see cref="AmazonS3Exception"/>.</param>
    public Task<T> RunAsync<T>(
        string what, Func<CancellationToken, Task<T>> call, CancellationToken ct, params string[] expected) =>
        RunAsync(what, call, e => StoreAnswer.Is(e, expected), ct);

    public async Task<T> RunAsync<T>(
        string what, Func<CancellationToken, Task<T>> call, Func<AmazonS3Exception, bool> isExpected, CancellationToken ct)
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                return await WithinLimitAsync(what, call, ct);
            }
            catch (AmazonS3Exception e) when (isExpected(e))
            {
                throw;
            }
            catch (Exception e) when (attempt < options.Attempts && StoreAnswer.IsPassing(e) && !ct.IsCancellationRequested)
            {
                Log.AttemptFailed(logger, what, attempt, options.Attempts, StoreAnswer.Words(e));
                await Task.Delay(FirstPause * Math.Pow(4, attempt - 1), time, ct);
            }
            catch (Exception e) when (StoreAnswer.IsFromStore(e))
            {
                throw StoreAnswer.Translate(what, e);
            }
        }
    }

    private async Task<T> WithinLimitAsync<T>(string what, Func<CancellationToken, Task<T>> call, CancellationToken ct)
    {
        using var limit = new CancellationTokenSource(options.CallTimeout, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(ct, limit.Token);
        try
        {
            return await call(either.Token);
        }
        catch (Exception e) when (limit.IsCancellationRequested && !ct.IsCancellationRequested)
        {
            // Not tried again: a store that hangs is full or ill, and its callers wait for us.
            throw new VaultUnavailableException(
                $"the vault could not {what}: no answer within {options.CallTimeout.TotalSeconds:0.#} s", e);
        }
    }
}
