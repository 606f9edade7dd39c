using EvidenceIngest.Domain.Redaction;

namespace EvidenceIngest.Web.Redaction;

/// <summary>A plan while somebody draws it.</summary>
internal sealed class PlanDraft
{
    public List<RegionDraft> Regions { get; } = [];

    public List<SoundDraft> Sounds { get; } = [];

    /// <summary>Segments and single words of the transcript that can't be heard.</summary>
    public HashSet<(int Segment, int? Word)> Words { get; } = [];

    /// <summary>The version whose words were chosen.</summary>
    public int? Transcript { get; set; }

    public bool GiveTranscript { get; set; } = true;

    public HushMode WordMode { get; set; } = HushMode.Mute;

    public bool IsEmpty => Regions.Count == 0 && Sounds.Count == 0 && Words.Count == 0;

    public RedactionPlan ToPlan() => new(
        Regions.Count == 0 ? null : [.. Regions.Select(r => new CoveredRegion(r.Mode, [.. r.KeyFrames.OrderBy(k => k.At)], r.From, r.To))],
        Sounds.Count == 0 ? null : [.. Sounds.Select(s => new HushedSound(s.Mode, s.From, s.To))],
        Words.Count > 0 || (GiveTranscript && Transcript is not null) ? Transcript : null,
        Words.Count == 0 ? null : [.. Words.Order().Select(w => new HushedWords(WordMode, w.Segment, w.Word))]);

    /// <param name="plan">As <see cref="ToPlan"/> wrote it.</param>
    /// <param name="transcript">Newest version; words were counted in the plan's own, and mean others in another.</param>
    public static PlanDraft Of(RedactionPlan plan, int? transcript)
    {
        var isSameText = plan.Transcript == transcript;
        var draft = new PlanDraft { Transcript = transcript, GiveTranscript = plan.Transcript is not null, WordMode = plan.Words is { Count: > 0 } words ? words[0].Mode : HushMode.Mute };
        foreach (var region in plan.Regions ?? [])
        {
            var drawn = new RegionDraft { Mode = region.Mode, From = region.From, To = region.To };
            drawn.KeyFrames.AddRange(region.KeyFrames);
            draft.Regions.Add(drawn);
        }

        draft.Sounds.AddRange((plan.Sounds ?? []).Select(s => new SoundDraft { Mode = s.Mode, From = s.From, To = s.To }));
        draft.Words.UnionWith((isSameText ? plan.Words ?? [] : []).Select(w => (w.Segment, w.First)));
        return draft;
    }

    /// <summary>What was drawn at a moment: a key frame of the region, in place of one at the same moment.</summary>
    public static void Place(RegionDraft region, RegionKeyFrame drawn)
    {
        region.KeyFrames.RemoveAll(k => Math.Abs(k.At - drawn.At) < 0.0005);
        region.KeyFrames.Add(drawn);
        region.KeyFrames.Sort((a, b) => a.At.CompareTo(b.At));
    }
}

/// <summary>One place in the picture.</summary>
internal sealed class RegionDraft
{
    public CoverMode Mode { get; set; } = CoverMode.Black;

    public double? From { get; set; }

    public double? To { get; set; }

    public List<RegionKeyFrame> KeyFrames { get; } = [];
}

/// <summary>One stretch of the sound.</summary>
internal sealed class SoundDraft
{
    public HushMode Mode { get; set; } = HushMode.Mute;

    public double? From { get; set; }

    public double? To { get; set; }
}
