namespace EvidenceIngest.Domain.Redaction;

public enum CoverMode
{
    /// <summary>涂黑: nothing of the picture is left.</summary>
    Black,

    /// <summary>模糊: a few coarse fields of colour are left; it can be seen that something moves there.</summary>
    Blur,
}

public enum HushMode
{
    /// <summary>静音</summary>
    Mute,

    /// <summary>以提示音替换: a tone instead of the sound, so that a listener knows that something was said.</summary>
    Bleep,
}

/// <summary>遮蔽方案: what a redacted copy (article 30) must not show and not let be heard. Times are seconds on the recording's line, all chapters joined.</summary>
/// <param name="Regions">Of the picture.</param>
/// <param name="Sounds">Stretches of the sound.</param>
/// <param name="Transcript">A version of the item's transcript: it is given out with the copy, without the words that can't be heard. Null: none is.</param>
/// <param name="Words">Of that version, by their numbers; they can't be heard either.</param>
public sealed record RedactionPlan(
    IReadOnlyList<CoveredRegion>? Regions = null, IReadOnlyList<HushedSound>? Sounds = null, int? Transcript = null, IReadOnlyList<HushedWords>? Words = null);

/// <param name="Mode">Black or Blur.</param>
/// <param name="KeyFrames">1 or more, by time: in between the region moves and grows in a straight line, before the first and behind the last it rests.</param>
/// <param name="From">Seconds; null: from the start.</param>
/// <param name="To">Seconds, not included; null: to the end.</param>
public sealed record CoveredRegion(CoverMode Mode, IReadOnlyList<RegionKeyFrame> KeyFrames, double? From = null, double? To = null);

/// <summary>Fractions of the upright picture, 0 to 1, from its left upper corner.</summary>
/// <param name="At">Seconds.</param>
/// <param name="X">Left edge.</param>
/// <param name="Y">Upper edge.</param>
/// <param name="Width">Of the region.</param>
/// <param name="Height">Of the region.</param>
public sealed record RegionKeyFrame(double At, double X, double Y, double Width, double Height);

/// <param name="Mode">Mute or Bleep.</param>
/// <param name="From">Seconds; null: from the start.</param>
/// <param name="To">Seconds, not included; null: to the end.</param>
public sealed record HushedSound(HushMode Mode, double? From = null, double? To = null);

/// <param name="Mode">Mute or Bleep.</param>
/// <param name="Segment">Of the transcript, from 0.</param>
/// <param name="First">Word of that segment, from 0; null: all of the segment.</param>
/// <param name="Last">Word of that segment, included; null: the first alone.</param>
public sealed record HushedWords(HushMode Mode, int Segment, int? First = null, int? Last = null);
