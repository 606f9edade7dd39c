namespace EvidenceIngest.Domain.Evidence;

/// <summary>Where a value comes from; people weigh it by that.</summary>
public enum MetadataSource
{
    /// <summary>Nobody said.</summary>
    Unknown,

    /// <summary>The hardware profile.</summary>
    Profile,

    /// <summary>The recorder's own clock or settings, read by the driver.</summary>
    Recorder,

    /// <summary>The file's name on the card.</summary>
    FileName,

    /// <summary>The file system's modification time.</summary>
    FileTime,

    /// <summary>The media container's creation time.</summary>
    Container,

    /// <summary>Who the recorder is assigned to.</summary>
    Assignment,

    /// <summary>A person entered or confirmed it.</summary>
    Person,
}

/// <param name="Value">Chinese or numbers, as people read it.</param>
/// <param name="Source">Where it comes from.</param>
/// <param name="Note">How it was derived, e.g. the clock offset that was applied.</param>
public sealed record MetadataValue(string Value, MetadataSource Source, string? Note = null);

/// <summary>What article 27 demands of every recording.</summary>
/// <param name="MethodOfProduction">制作方法</param>
/// <param name="TimeOfProduction">制作时间, ISO 8601 with the agency's offset.</param>
/// <param name="Producer">制作人</param>
/// <param name="ObjectOfProof">证明对象; only a person can say it.</param>
public sealed record EvidenceMetadata(
    MetadataValue? MethodOfProduction,
    MetadataValue? TimeOfProduction,
    MetadataValue? Producer,
    MetadataValue? ObjectOfProof);

public enum Requirement
{
    MethodOfProduction,
    TimeOfProduction,
    Producer,
    ObjectOfProof,

    /// <summary>Sound carries a written transcript that a person has confirmed.</summary>
    Transcript,
}

/// <summary>完备性: what is missing before an item may be filed (article 27). An incomplete item is safe, but not fileable.</summary>
public static class Completeness
{
    /// <summary>In the order in which people fill them in; empty when complete.</summary>
    public static IReadOnlyList<Requirement> Missing(MediaKind kind, EvidenceMetadata metadata, bool transcriptConfirmed)
    {
        var missing = new List<Requirement>();
        Demand(metadata.MethodOfProduction, Requirement.MethodOfProduction);
        Demand(metadata.TimeOfProduction, Requirement.TimeOfProduction);
        Demand(metadata.Producer, Requirement.Producer);
        Demand(metadata.ObjectOfProof, Requirement.ObjectOfProof);
        if (kind == MediaKind.Audio && !transcriptConfirmed)
            missing.Add(Requirement.Transcript);
        return missing;

        void Demand(MetadataValue? value, Requirement requirement)
        {
            if (string.IsNullOrWhiteSpace(value?.Value))
                missing.Add(requirement);
        }
    }
}
