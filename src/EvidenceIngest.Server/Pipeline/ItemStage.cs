namespace EvidenceIngest.Server.Pipeline;

/// <summary>A step of the pipeline; <see cref="Stages"/> has their order.</summary>
public enum Stage
{
    /// <summary>Read back, compare, lock, receipt.</summary>
    Seal,

    /// <summary>Read the media's facts.</summary>
    Inspect,

    /// <summary>Make the files that people look at.</summary>
    Render,

    /// <summary>Write down what is said.</summary>
    Transcribe,
}

/// <summary>Where one stage of one item stands.</summary>
public enum StageState
{
    /// <summary>An earlier stage comes first.</summary>
    Waiting,

    /// <summary>To be done now, or at the time that its next attempt is due.</summary>
    Due,

    Done,

    /// <summary>Nothing to do for this item.</summary>
    NotNeeded,

    /// <summary>It can't be done; the note and a custody event say why.</summary>
    Failed,

    /// <summary>Waits for something that people have to install; the note says what.</summary>
    Awaiting,
}

/// <summary>One row per item and stage: the pipeline's memory. Jobs are made from it and may be lost at any time.</summary>
internal sealed class ItemStage
{
    public required string ItemId { get; init; }

    public required Stage Stage { get; init; }

    public StageState State { get; set; }

    /// <summary>Attempts that failed in a passing way since the stage became due.</summary>
    public int Attempts { get; set; }

    public DateTimeOffset? DueAt { get; set; }

    public string? Note { get; set; }

    public DateTimeOffset ChangedAt { get; set; }

    public bool IsOver => State is not (StageState.Waiting or StageState.Due);

    public void Become(StageState state, DateTimeOffset now, string? note = null)
    {
        State = state;
        Attempts = 0;
        DueAt = state == StageState.Due ? now : null;
        Note = note;
        ChangedAt = now;
    }
}
