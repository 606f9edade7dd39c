namespace EvidenceIngest.Domain.Evidence;

/// <summary>What a file is that belongs to a recording without being one.</summary>
public enum SidecarRole
{
    /// <summary>Positions.</summary>
    Gps,

    /// <summary>The recorder's own digest of the recording.</summary>
    Md5,

    /// <summary>The recorder's log.</summary>
    Log,

    /// <summary>A small picture.</summary>
    Thumbnail,

    /// <summary>The same recording in less quality.</summary>
    Proxy,
}
