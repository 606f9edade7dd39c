using System.Globalization;
using EvidenceIngest.Domain.Custody;
using EvidenceIngest.Server;
using EvidenceIngest.Server.Custody.Reading;

namespace EvidenceIngest.Web.Words;

/// <summary>
/// Texts of the pages. Both languages stand side by side where a text is used, so a missing translation does not compile. Pages
/// know it as <c>T</c>.
/// </summary>
public sealed class Say(ServerOptions server, IHttpContextAccessor http)
{
    private Language? _chosen;

    /// <summary>Set once a page is live, when there is no request any more to read it from.</summary>
    public Language Language
    {
        get => _chosen ?? LanguageChoice.Of(http.HttpContext);
        set => _chosen = value;
    }

    public string Tag => Language == Language.English ? "en" : "zh-CN";

    public string this[string chinese, string english] => Language == Language.English ? english : chinese;

    public string this[(string Chinese, string English) words] => this[words.Chinese, words.English];

    /// <summary>Day and minute where the agency is.</summary>
    public string Minute(DateTimeOffset? at) => Local(at, "yyyy-MM-dd HH:mm");

    public string Second(DateTimeOffset? at) => Local(at, "yyyy-MM-dd HH:mm:ss");

    public string Day(DateTimeOffset? at) => Local(at, "yyyy-MM-dd");

    /// <summary>With the zone, as everywhere where a time may be quoted.</summary>
    public string Exact(DateTimeOffset? at) => at is { } known ? this[$"{Second(known)}（{Zone(known)}）", $"{Second(known)} ({Zone(known)})"] : "";

    public DateTimeOffset Local(DateTimeOffset at) => TimeZoneInfo.ConvertTime(at, server.AgencyZone);

    /// <summary>The instant of what a clock at the agency shows.</summary>
    public DateTimeOffset At(DateTime local)
    {
        var wall = DateTime.SpecifyKind(local, DateTimeKind.Unspecified);
        return new DateTimeOffset(wall, server.AgencyZone.GetUtcOffset(wall));
    }

    /// <summary>Today where the agency is.</summary>
    public DateOnly DayOf(DateTimeOffset at) => DateOnly.FromDateTime(Local(at).DateTime);

    /// <summary>Of all times on the pages that don't say it themselves.</summary>
    public string ZoneName => server.AgencyZone.Id == "Asia/Shanghai" ? this["北京时间（UTC+8:00）", "Beijing time (UTC+8:00)"] : server.AgencyZone.Id;

    private string Zone(DateTimeOffset at)
    {
        var offset = server.AgencyZone.GetUtcOffset(at);
        var utc = string.Create(CultureInfo.InvariantCulture, $"UTC{(offset < TimeSpan.Zero ? '-' : '+')}{offset:h\\:mm}");
        return server.AgencyZone.Id == "Asia/Shanghai" ? this[$"北京时间 {utc}", $"Beijing, {utc}"] : utc;
    }

    /// <summary>What a custody event says; in English as it was recorded.</summary>
    public string Reading(CustodyEventKind kind, string detail) => Language == Language.English ? detail : CustodyReading.Chinese(kind, detail, server.AgencyZone);

    /// <summary>What docks and servers note: lines in English, which are read in Chinese, or in both languages at once.</summary>
    public string Note(string? note) => string.Join('\n', (note ?? "").Split('\n').Select(line => Language == Language.English ? TwoLanguages.Part(line)?.English ?? line : CustodyReading.Note(line, server.AgencyZone)));

    /// <summary>What was found wrong with a recording; in English as it was recorded.</summary>
    public string Finding(string detail) => Language == Language.English ? detail : CustodyReading.Finding(detail, server.AgencyZone);

    /// <summary>Seconds of a recording as 1:02:03 or 2:03.</summary>
    public static string Length(double? seconds)
    {
        if (seconds is not { } known || !double.IsFinite(known))
            return "–";
        var span = TimeSpan.FromSeconds(Math.Max(0, Math.Min(known, 3.6e8)));
        return span.TotalHours >= 1
            ? string.Create(CultureInfo.InvariantCulture, $"{(int)span.TotalHours}:{span.Minutes:00}:{span.Seconds:00}")
            : string.Create(CultureInfo.InvariantCulture, $"{span.Minutes}:{span.Seconds:00}");
    }

    /// <summary>Bytes in the unit that keeps the number short.</summary>
    public static string Bytes(long bytes) => bytes switch
    {
        >= 1L << 40 => string.Create(CultureInfo.InvariantCulture, $"{bytes / (double)(1L << 40):0.0} TiB"),
        >= 1L << 30 => string.Create(CultureInfo.InvariantCulture, $"{bytes / (double)(1L << 30):0.0} GiB"),
        >= 1L << 20 => string.Create(CultureInfo.InvariantCulture, $"{bytes / (double)(1L << 20):0.0} MiB"),
        >= 1L << 10 => string.Create(CultureInfo.InvariantCulture, $"{bytes / (double)(1L << 10):0} KiB"),
        _ => string.Create(CultureInfo.InvariantCulture, $"{bytes} B"),
    };

    public static string Number(long number) => number.ToString("#,0", CultureInfo.InvariantCulture);

    private string Local(DateTimeOffset? at, string format) => at is { } known ? Local(known).ToString(format, CultureInfo.InvariantCulture) : "";
}
