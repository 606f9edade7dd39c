using EvidenceIngest.Domain.Transcripts;

namespace EvidenceIngest.Server.Transcription;

/// <summary>
/// An engine that writes down what is said, opened for one language and one piece of work. It hears windows of sound one by one
/// and remembers nothing between them, so that a window heard again gives the same words. The contract suite is
/// <c>TranscriberContract</c>.
/// </summary>
internal interface ITranscriber : IDisposable
{
    /// <summary>Engine, version and model, as the transcript's record names what made its words.</summary>
    string Source { get; }

    /// <param name="window">PCM, 16 bit little-endian, 16 kHz, mono.</param>
    /// <param name="ct">Ends it within a second.</param>
    /// <returns>In the order of speech, with times from the window's beginning; empty where nobody speaks.</returns>
    /// <exception cref="TranscriberUnavailableException">Worth a retry.</exception>
    /// <exception cref="TranscriberFaultException">The same sound would fail again.</exception>
    Task<IReadOnlyList<TranscriptSegment>> TranscribeAsync(ReadOnlyMemory<byte> window, CancellationToken ct);
}

/// <summary>The engine can't be used at the moment, whatever the sound.</summary>
internal sealed class TranscriberUnavailableException(string message, Exception? cause = null) : Exception(message, cause);

/// <summary>The engine could not do it with this sound, or answered what can't be true.</summary>
internal sealed class TranscriberFaultException(string message, Exception? cause = null) : Exception(message, cause);
