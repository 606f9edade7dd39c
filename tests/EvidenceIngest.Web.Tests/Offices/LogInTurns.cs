namespace EvidenceIngest.Web.Tests.Offices;

/// <summary>The service lets one address try twenty log-ins a minute, and all tests come from one: whoever logs in waits for a turn.</summary>
internal static class LogInTurns
{
    private const int PerMinute = 17;

    private static readonly Queue<DateTimeOffset> Taken = new();

    public static async Task TakeAsync()
    {
        while (Taken.TryPeek(out var first) && Taken.Count >= PerMinute)
        {
            var wait = first.AddSeconds(65) - DateTimeOffset.UtcNow;
            if (wait > TimeSpan.Zero)
                await Task.Delay(wait);
            Taken.Dequeue();
        }

        Taken.Enqueue(DateTimeOffset.UtcNow);
    }
}
