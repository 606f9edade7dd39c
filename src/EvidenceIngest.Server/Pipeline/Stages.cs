namespace EvidenceIngest.Server.Pipeline;

/// <summary>
/// What happens to an item, in order. Start reading here:
/// <list type="number">
/// <item><see cref="Stage.Seal"/> (<see cref="Sealing"/>): begins when the dock completes the delivery; ends with the receipt.</item>
/// <item><see cref="Stage.Inspect"/> (<see cref="Inspecting"/>): the media's facts, damage, the final kind.</item>
/// <item><see cref="Stage.Render"/> (<see cref="Rendering"/>): what people look at instead of the master.</item>
/// <item><see cref="Stage.Transcribe"/> (<see cref="Transcribing"/>): an engine's draft of what is said, where a model is there.</item>
/// </list>
/// Every stage is idempotent: it commits its result and the next stage's turn in one transaction, and does nothing when it
/// isn't its turn. So a job that is lost, repeated or run twice changes nothing; <see cref="PipelineSweep"/> makes it anew.
/// </summary>
internal static class Stages
{
    /// <summary>The order of the pipeline.</summary>
    public static IReadOnlyList<Stage> InOrder { get; } = [Stage.Seal, Stage.Inspect, Stage.Render, Stage.Transcribe];

    /// <summary>
    /// The job that does a stage. Inspecting and rendering share one, because both need the masters on a local disk and an
    /// hour of footage is too much to fetch twice; their results are recorded separately all the same.
    /// </summary>
    public static string JobOf(Stage stage) => stage switch
    {
        Stage.Seal => SealJob.Name,
        Stage.Transcribe => TranscribeJob.Name,
        _ => DeriveJob.Name,
    };

    /// <summary>Waits before the next attempt; sealing comes back soonest, for a dock and a deadline wait for it.</summary>
    public static TimeSpan Backoff(Stage stage, int attempts)
    {
        var most = stage == Stage.Seal ? TimeSpan.FromSeconds(30) : TimeSpan.FromMinutes(5);
        return Doubled(TimeSpan.FromSeconds(1), attempts, most);
    }

    /// <summary>
    /// As <see cref="Backoff"/>, where the machine failed and not the recording. It may take its operator a while; and a recording that brings the
    /// tools down each time must not keep the others waiting for ever.
    /// </summary>
    public static TimeSpan MachineBackoff(int attempts) => Doubled(TimeSpan.FromSeconds(30), attempts, TimeSpan.FromDays(1));

    private static TimeSpan Doubled(TimeSpan first, int attempts, TimeSpan most)
    {
        var doubled = first * Math.Pow(2, Math.Clamp(attempts - 1, 0, 20));
        return doubled < most ? doubled : most;
    }
}
