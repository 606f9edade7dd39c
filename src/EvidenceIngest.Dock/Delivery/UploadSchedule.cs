namespace EvidenceIngest.Dock.Delivery;

/// <summary>When uploads may run: the night window, unless a recording would miss its deadline by waiting for it.</summary>
internal sealed class UploadSchedule(DockOptions options, TimeProvider time)
{
    private readonly TimeZoneInfo _zone = TimeZoneInfo.FindSystemTimeZoneById(options.AgencyZone);

    public bool MaySend(DateTimeOffset deadline)
    {
        if (options.Upload.Window is not { } window)
            return true;
        var now = TimeZoneInfo.ConvertTime(time.GetUtcNow(), _zone);
        var clock = TimeOnly.FromDateTime(now.DateTime);
        if (clock.IsBetween(window.From, window.To))
            return true;
        // The law's two working days outrank the network's rest.
        var opens = now + (window.From - clock);
        return deadline <= opens + (window.To - window.From);
    }
}
