using System.Security.Cryptography;
using System.Text;

namespace EvidenceIngest.Server.Transcription.SpeechModels;

/// <summary>What <c>model.json</c> says of a model's folder.</summary>
/// <param name="Language">That people speak in what it hears.</param>
/// <param name="Name">Of its folder.</param>
/// <param name="LicenceFile">Text of its licence, among its files; null when nobody had one.</param>
/// <param name="SelfTest">Null when the maker gave none: then nobody knows that it hears anything.</param>
/// <param name="Files">All of them, by path.</param>
/// <param name="AddedAt">UTC.</param>
public sealed record SpeechModel(string Language, string Name, string? LicenceFile, ModelSelfTest? SelfTest, IReadOnlyList<ModelFile> Files, DateTimeOffset AddedAt)
{
    /// <summary>SHA-256 over a line <c>DIGEST  PATH</c> for each file, as sha256sum prints them, in the order of their paths.</summary>
    public string Digest() => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(string.Concat(
        Files.OrderBy(f => f.Path, StringComparer.Ordinal).Select(f => $"{f.Sha256}  {f.Path}\n")))));
}

/// <param name="Path">Below the model's folder, with slashes.</param>
/// <param name="Bytes">Length.</param>
/// <param name="Sha256">Lower-case hexadecimal.</param>
public sealed record ModelFile(string Path, long Bytes, string Sha256);

/// <param name="Sound">WAV, 16 bit, 16 kHz, mono, among the model's files.</param>
/// <param name="Words">That it has to hear in it.</param>
public sealed record ModelSelfTest(string Sound, IReadOnlyList<string> Words);

/// <summary>A folder below the model folder, and what is wrong with it, if anything.</summary>
/// <param name="Folder">Its path.</param>
/// <param name="Model">Null when its record can't be read.</param>
/// <param name="Trouble">Null when its record can be read.</param>
public sealed record FoundModel(string Folder, SpeechModel? Model, string? Trouble);

/// <summary>It is no model that can be taken, or not the one that was added; the message is for people.</summary>
public sealed class ModelRefusedException(string message, Exception? cause = null) : Exception(message, cause);
