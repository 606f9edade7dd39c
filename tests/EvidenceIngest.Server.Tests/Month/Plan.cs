using EvidenceIngest.Domain.Evidence;

namespace EvidenceIngest.Server.Tests.Month;

/// <summary>What the month is to bring, and therefore what its figures have to be. Nothing here asks the service.</summary>
internal sealed class Plan
{
    public static readonly TimeSpan Zone = TimeSpan.FromHours(8);

    public static readonly DateOnly First = new(2027, 2, 1);
    public static readonly DateOnly Last = new(2027, 2, 28);

    /// <summary>The notice of the year, invented; the service gets it, and counts with it by itself.</summary>
    public const string Notice =
        "date,kind,occasion\n2027-01-01,holiday,元旦\n2027-02-05,holiday,春节\n2027-02-08,holiday,春节\n2027-02-09,holiday,春节\n2027-02-10,holiday,春节\n2027-02-11,holiday,春节\n2027-02-13,workday,春节\n2027-02-20,workday,春节\n";

    /// <summary>The calendar on the agency's wall: the same notice, as somebody crossed the days out by hand.</summary>
    private static readonly DateOnly[] WorkingDays =
    [
        .. new[] { 27, 28, 29 }.Select(d => new DateOnly(2027, 1, d)),
        .. new[] { 1, 2, 3, 4, 12, 13, 15, 16, 17, 18, 19, 20, 22, 23, 24, 25, 26 }.Select(d => new DateOnly(2027, 2, d)),
        .. new[] { 1, 2, 3, 4, 5, 8, 9, 10 }.Select(d => new DateOnly(2027, 3, d)),
    ];

    private readonly Random _random;

    public Plan(int seed)
    {
        _random = new Random(seed);
        Officers = [new("000101", "张一", "zd1"), new("000102", "张二", "zd1"), new("000103", "张三", "zd1"), new("000201", "李一", "zd2"), new("000202", "李二", "zd2")];
        foreach (var officer in Officers)
            Patrol(officer);
        Cases =
        [
            Case(1, Officers[0], 2, whole: true, [0, 5]),
            Case(2, Officers[1], 3, whole: true, [0, 8]),
            Case(3, Officers[2], 15, whole: true, []),
            Case(4, Officers[3], 16, whole: false, [0]),
            Case(5, Officers[4], 17, whole: false, [0, 1]),
            Case(6, Officers[0], 22, whole: true, [0, 4, 8]),
        ];
        Stranger();
    }

    public IReadOnlyList<PlannedOfficer> Officers { get; }

    public IReadOnlyList<PlannedCase> Cases { get; }

    public List<PlannedRecording> Recordings { get; } = [];

    /// <summary>Those that the figures of the month are about.</summary>
    public IEnumerable<PlannedRecording> OfTheMonth => Recordings.Where(r => r.Day >= First && r.Day <= Last);

    /// <summary>Article 28: two working days after the day on which the recording ended, and that whole day.</summary>
    public static DateOnly StoredBy(DateOnly day) => WorkingDays.Where(d => d > day).ElementAt(1);

    public static DateTimeOffset At(DateOnly day, int hour, int minute = 0) => new(day.ToDateTime(new TimeOnly(hour, minute)), Zone);

    private static DateOnly February(int day) => First.AddDays(day - 1);

    private static DateOnly NextWorkingDay(DateOnly day, int after) => WorkingDays.Where(d => d > day).ElementAt(after);

    /// <summary>Days of an officer, the last days of January and the first of March too, with some around midnight.</summary>
    private void Patrol(PlannedOfficer officer)
    {
        for (var day = First.AddDays(-3); day <= Last.AddDays(2); day = day.AddDays(1))
        {
            if (_random.Next(WorkingDays.Contains(day) ? 2 : 6) > 0)
                continue;
            var at = _random.Next(5) switch { 0 => At(day, 23, 58), 1 => At(day, 0, 1), _ => At(day, _random.Next(8, 17), _random.Next(60)) };
            // Most dock at the end of the next working day; some forget it until it is nearly, or long, too late.
            var docked = NextWorkingDay(day, _random.Next(10) switch { < 6 => 0, < 8 => 1, 8 => 2, _ => 4 });
            Recordings.Add(new PlannedRecording(officer, at, docked, _random.Next(4) == 0 ? MediaKind.Audio : MediaKind.Video)
            {
                IsDescribed = _random.Next(3) > 0, IsTranscribed = _random.Next(2) == 0,
            });
        }
    }

    /// <summary>An act of ten minutes, and what its officer recorded of it: five minutes from each of these on.</summary>
    private PlannedCase Case(int number, PlannedOfficer officer, int day, bool whole, int[] begins)
    {
        var from = At(February(day), 10);
        var found = new PlannedCase($"薛综执罚〔2027〕{number}号", officer, from, whole);
        foreach (var begin in begins)
        {
            Recordings.Add(new PlannedRecording(officer, from.AddMinutes(begin), NextWorkingDay(February(day), 0), MediaKind.Video)
            {
                Case = found, IsDescribed = number is not 5 || begin == 0,
            });
        }

        return found;
    }

    /// <summary>A recorder that nobody was ever given turns up in a dock.</summary>
    private void Stranger() =>
        Recordings.Add(new PlannedRecording(new PlannedOfficer("", "", "zd2"), At(February(18), 11), February(19), MediaKind.Video));
}

internal sealed record PlannedOfficer(string Number, string Name, string Team)
{
    public string Recorder => Number.Length == 0 ? "dev-stranger" : "dev-" + Number;
}

internal sealed record PlannedCase(string Number, PlannedOfficer Officer, DateTimeOffset From, bool IsWhole)
{
    public DateTimeOffset To => From.AddMinutes(10);

    public DateOnly ExecutedOn => DateOnly.FromDateTime(From.DateTime).AddDays(3);
}

internal sealed record PlannedRecording(PlannedOfficer Officer, DateTimeOffset At, DateOnly Docked, MediaKind Kind)
{
    /// <summary>How long each is.</summary>
    public const int Minutes = 5;

    /// <summary>Somebody says what it is to prove.</summary>
    public bool IsDescribed { get; init; }

    /// <summary>Somebody writes down what is said in it, and vouches for that.</summary>
    public bool IsTranscribed { get; init; }

    public PlannedCase? Case { get; init; }

    /// <summary>Its id, once it was delivered.</summary>
    public string Item { get; set; } = "";

    public DateOnly Day => DateOnly.FromDateTime(At.DateTime);

    public bool IsStranger => Officer.Number.Length == 0;

    public bool IsLate => Docked > Plan.StoredBy(DateOnly.FromDateTime(At.AddMinutes(Minutes).DateTime));

    // Nobody knows who produced what a strange recorder brings.
    public bool IsComplete => !IsStranger && IsDescribed && (Kind != MediaKind.Audio || IsTranscribed);
}
