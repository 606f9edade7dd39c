namespace EvidenceIngest.Dock.Bays;

/// <summary>Where a bay stands; what the officer's screen shows.</summary>
public enum BayState
{
    /// <summary>空闲. May carry a notice about the recorder that was just pulled.</summary>
    Empty,

    /// <summary>已识别.</summary>
    Recognised,

    /// <summary>解锁中: identification takes longer than a moment, or the recorder must be told to show its disk.</summary>
    Unlocking,

    /// <summary>读取目录.</summary>
    Listing,

    /// <summary>采集中: footage is being copied; don't take the recorder.</summary>
    Offloading,

    /// <summary>已采集，等待入库: everything is safe on the dock.</summary>
    Delivering,

    /// <summary>已入库: the server holds everything locked and has signed for it.</summary>
    Sealed,

    /// <summary>清除中.</summary>
    Clearing,

    /// <summary>可以取走.</summary>
    SafeToRemove,

    /// <summary>不能使用: permanently, for the reason shown.</summary>
    Refused,

    /// <summary>出错: for the reason shown; tried again by itself while the recorder is in the bay.</summary>
    Failed,
}

internal static class BayTransitions
{
    /// <summary>
    /// The order of the workflow. Leaving the bay (Empty) and failing are possible anywhere; everything else has its place.
    /// </summary>
    public static bool IsAllowed(BayState from, BayState to) => to switch
    {
        BayState.Empty => true,
        BayState.Failed or BayState.Refused => from != BayState.SafeToRemove,
        BayState.Unlocking => from is BayState.Empty or BayState.Failed,
        BayState.Recognised => from is BayState.Empty or BayState.Unlocking or BayState.Failed,
        BayState.Listing => from is BayState.Recognised,
        BayState.Offloading => from is BayState.Listing,
        BayState.Delivering => from is BayState.Offloading,
        BayState.Sealed => from is BayState.Delivering,
        BayState.Clearing => from is BayState.Sealed,
        BayState.SafeToRemove => from is BayState.Sealed or BayState.Clearing,
        _ => false,
    };
}
