using System.Globalization;
using EvidenceIngest.Domain.Evidence;
using EvidenceIngest.Recorders.Cards;
using EvidenceIngest.Recorders.Discovery;
using EvidenceIngest.Recorders.Profiles;

namespace EvidenceIngest.Recorders.Listing;

/// <summary>Makes sense of a card's files: recordings with their chapters, strangers, and everything worth noticing.</summary>
/// <param name="agencyZone">Recorders write local time without zone: it is the agency's.</param>
/// <param name="time">Tells which times lie in the future.</param>
internal sealed class CardReader(TimeZoneInfo agencyZone, TimeProvider time)
{
    /// <summary>Body-worn recorders came later; earlier dates are a clock that lost its battery.</summary>
    private const int EarliestYear = 2010;

    public RecorderListing Read(
        HardwareProfile profile,
        RecorderAttachment attachment,
        string? volumeId,
        IReadOnlyList<Finding> mediumFindings,
        IReadOnlyList<CardEntry> entries)
    {
        var findings = mediumFindings.ToList();
        var named = new List<NamedFile>();
        var companions = new List<RecorderFile>();
        var strangers = new List<RecorderFile>();
        var shown = entries.Select(e => (Entry: e, Path: RecorderPathText.FromRaw(e.RawPath)))
            .Where(e => !CardClutter.IsClutter(e.Path, e.Entry.Bytes) && !profile.Ignore.Any(i => i.IsMatch(e.Path))).ToList();
        var unusual = UnusualNames.In(shown.Select(e => e.Path));
        foreach (var (entry, path) in shown)
        {
            var oddity = unusual.GetValueOrDefault(path);
            if (entry.Kind != CardEntryKind.File)
                findings.Add(NoFile(entry, path));
            else if (Name(profile, entry, path) is { } file)
                named.Add(oddity is null ? file : file with { Findings = [.. file.Findings, oddity] });
            else if (profile.Sidecars.ContainsKey(FileNaming.EndingOf(path)))
                companions.Add(FileOf(entry, path));
            else
                strangers.Add(FileOf(entry, path));
            if (oddity is not null && (named.Count == 0 || named[^1].File.Path != path))
                findings.Add(oddity);
        }

        var ordered = named.OrderBy(f => f.Start ?? DateTime.MaxValue).ThenBy(f => f.Name.Sequence)
            .ThenBy(f => f.File.Path, StringComparer.Ordinal).ToList();
        findings.AddRange(SequenceGaps.Mark(ordered));
        var joined = Chapters.Join(ordered, profile.ChapterJoin, agencyZone);
        findings.AddRange(Chapters.MarkMissing(joined));
        return new RecorderListing(
            RecorderIdentity.Of(profile, attachment, ordered, volumeId),
            [.. joined.Select(RecordingOf)],
            [.. strangers.OrderBy(f => f.ModifiedAt ?? DateTimeOffset.MaxValue).ThenBy(f => f.Path, StringComparer.Ordinal)],
            findings)
        {
            Sidecars = new SidecarOwners(profile, ordered).Assign(companions),
        };
    }

    private static Recording RecordingOf(IReadOnlyList<NamedFile> chapters)
    {
        var first = chapters[0];
        return new Recording(
            first.Name.Kind,
            [.. chapters.Select(c => c.File)],
            first.Start,
            first.TimeSource,
            first.Name.Officer,
            first.Name.Device,
            chapters.Any(c => c.Name.KeyMarked),
            [.. chapters.SelectMany(c => c.Findings).Distinct()]);
    }

    private static RecorderFile FileOf(CardEntry entry, string path) => new(path, entry.RawPath, entry.Bytes, entry.ModifiedAt);

    private static Finding NoFile(CardEntry entry, string path) => entry.Kind switch
    {
        CardEntryKind.SymbolicLink => new Finding(FindingCode.Foreign, $"'{path}' is a symbolic link and was not followed"),
        CardEntryKind.Special => new Finding(FindingCode.Foreign, $"'{path}' is a device, pipe or socket and was not opened"),
        _ => new Finding(FindingCode.Unreadable, $"'{path}': {entry.Problem}"),
    };

    private NamedFile? Name(HardwareProfile profile, CardEntry entry, string path)
    {
        if (FileNaming.Read(profile, path) is not { } name)
            return null;
        var findings = new List<Finding>();
        if (entry.Bytes == 0)
            findings.Add(new Finding(FindingCode.Empty, $"'{path}' has no content"));
        if (name is { TimeText: not null, Time: null })
            findings.Add(new Finding(FindingCode.ImplausibleTime, $"'{path}': '{name.TimeText}' is no time"));

        var time = NamedTime.Of(name, entry.ModifiedAt, agencyZone);
        if (time.Problem is { } problem)
            findings.Add(new Finding(FindingCode.ImplausibleTime, $"'{path}': {problem}"));
        if (time.Start is { } claimed && !IsPlausible(claimed))
        {
            findings.Add(new Finding(
                FindingCode.ImplausibleTime,
                string.Create(CultureInfo.InvariantCulture, $"'{path}': {claimed:yyyy-MM-dd HH:mm:ss} can't be when it was made")));
        }

        return new NamedFile(FileOf(entry, path), name, time.Start, time.Source, findings);
    }

    private bool IsPlausible(DateTime local) =>
        local.Year >= EarliestYear && local <= TimeZoneInfo.ConvertTime(time.GetUtcNow(), agencyZone).DateTime.AddDays(1);
}
