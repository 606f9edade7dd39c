using Amazon.S3;

namespace EvidenceIngest.Server.Vault;

/// <summary>
/// Asks the store and notes its answers. A refusal counts only when the store answered it; a store that can't be reached
/// proves nothing and throws <see cref="VaultUnavailableException"/>.
/// </summary>
internal sealed class ProbeAttempts(StoreCall store)
{
    private readonly List<VaultProbeAttempt> _noted = [];

    public IReadOnlyList<VaultProbeAttempt> Noted => _noted;

    /// <summary>The store must refuse, whoever asks.</summary>
    public async Task RefusesAsync(string tried, Func<CancellationToken, Task<string>> attack, CancellationToken ct)
    {
        var (answer, refusal) = await AskAsync(tried, attack, ct);
        // 404 is no refusal: the version would be gone.
        Note(tried, answer, refusal is not null and not 404);
    }

    public async Task<bool> AllowsAsync(
        string tried, Func<CancellationToken, Task<string>> call, CancellationToken ct, VaultProbeLevel level = VaultProbeLevel.Lock)
    {
        var (answer, refusal) = await AskAsync(tried, call, ct);
        return Note(tried, answer, refusal is null, level);
    }

    /// <summary>This user must not have the right. A complaint about the request itself means that it has.</summary>
    public async Task DeniesAsync(string tried, Func<CancellationToken, Task<string>> attack, CancellationToken ct)
    {
        var (answer, refusal) = await AskAsync(tried, attack, ct);
        // 405 and 501: the store doesn't have this at all.
        Note(tried, answer, refusal is 401 or 403 or 405 or 501, VaultProbeLevel.Right);
    }

    /// <summary>A setting that has to be known before something is tried; noted only when it can't be read.</summary>
    public async Task<T?> ReadAsync<T>(string tried, Func<CancellationToken, Task<T>> read, CancellationToken ct)
        where T : class
    {
        T? held = null;
        var (answer, _) = await AskAsync(
            tried,
            async t =>
            {
                held = await read(t);
                return "read";
            },
            ct);
        if (held is null)
            Note(tried, $"not tried: what is set can't be read, so it could not be put back: {answer}", asRequired: false, VaultProbeLevel.Right);
        return held;
    }

    public async Task<(string Answer, int? Refusal)> AskAsync(
        string tried, Func<CancellationToken, Task<string>> call, CancellationToken ct)
    {
        try
        {
            return (await store.RunAsync($"answer the probe's attempt to {tried}", call, IsAnswer, ct), null);
        }
        catch (AmazonS3Exception e)
        {
            return (StoreAnswer.Words(e), (int)e.StatusCode);
        }
    }

    public bool Note(string tried, string answer, bool asRequired, VaultProbeLevel level = VaultProbeLevel.Lock)
    {
        _noted.Add(new VaultProbeAttempt(tried, answer, asRequired, level));
        return asRequired;
    }

    private static bool IsAnswer(AmazonS3Exception e) => !StoreAnswer.IsPassing(e) || e.ErrorCode == "NotImplemented";
}
