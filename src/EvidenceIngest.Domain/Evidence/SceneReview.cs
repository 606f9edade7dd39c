namespace EvidenceIngest.Domain.Evidence;

/// <summary>What a recording of a scene should show, as article 12 numbers it.</summary>
public enum ScenePoint
{
    /// <summary>（一）执法现场的环境</summary>
    Surroundings,

    /// <summary>（二）当事人、证人、第三人等现场有关人员的体貌特征和言行举止</summary>
    Persons,

    /// <summary>（三）重要涉案物品等相关证据及其主要特征</summary>
    Objects,

    /// <summary>（四）行政执法人员对有关人员、财物采取措施的情况</summary>
    Measures,

    /// <summary>（五）行政执法人员现场送达行政执法文书的情况</summary>
    Service,

    /// <summary>（六）其他应当记录的内容</summary>
    Other,
}

public enum SceneTick
{
    /// <summary>The recording shows it.</summary>
    Shown,

    /// <summary>It should, and doesn't.</summary>
    NotShown,

    /// <summary>The act had nothing of the kind.</summary>
    NotApplicable,
}

/// <summary>A person has watched the recording and says what it shows.</summary>
/// <param name="Points">Every point of article 12 once.</param>
/// <param name="Note">In the person's words; null for none.</param>
/// <param name="ReviewedBy">Who.</param>
/// <param name="ReviewedAt">UTC.</param>
public sealed record SceneReview(IReadOnlyDictionary<ScenePoint, SceneTick> Points, string? Note, string ReviewedBy, DateTimeOffset ReviewedAt)
{
    /// <summary>Points that are neither ticked nor set aside.</summary>
    public static IReadOnlyList<ScenePoint> Unanswered(IReadOnlyDictionary<ScenePoint, SceneTick> points) =>
        [.. Enum.GetValues<ScenePoint>().Where(point => !points.ContainsKey(point))];
}
