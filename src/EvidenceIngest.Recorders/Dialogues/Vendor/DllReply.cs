using System.Buffers.Binary;
using System.Globalization;
using EvidenceIngest.Recorders.Profiles.Dialogue;
using EvidenceIngest.VendorDll;

namespace EvidenceIngest.Recorders.Dialogues.Vendor;

/// <summary>The reply of a call as bytes: its buffers, then its result code.</summary>
internal static class DllReply
{
    /// <exception cref="InvalidDataException">The answer doesn't belong to this call.</exception>
    public static byte[] Of(DllCallStep call, VendorAnswer answer)
    {
        var outputs = call.Arguments.OfType<DllOutput>().ToList();
        var code = call.Arguments.Any(a => a is DllResult) ? answer.Result : answer.Returned;
        if (code is null || answer.Out?.Count != outputs.Count || !answer.Out.Zip(outputs).All(p => p.First?.Length == 2 * p.Second.Bytes))
            throw new InvalidDataException("it lacks a result or a buffer");
        var reply = new byte[call.ResultAt + sizeof(int)];
        var at = 0;
        foreach (var hex in answer.Out)
            at += Convert.FromHexString(hex, reply.AsSpan(at), out _, out var written) == System.Buffers.OperationStatus.Done
                ? written : throw new InvalidDataException("a buffer is no hexadecimal");
        BinaryPrimitives.WriteInt32LittleEndian(reply.AsSpan(at), code.Value);
        return reply;
    }

    public static string Shown(this DllCallStep call, ReadOnlySpan<byte> reply, Transcript transcript)
    {
        var code = BinaryPrimitives.ReadInt32LittleEndian(reply[^sizeof(int)..]);
        // What a function returns by itself has a meaning of its maker's.
        var meaning = call.Arguments.Any(a => a is DllResult) ? $" ({VendorResult.Meaning(code)})" : "";
        var result = string.Create(CultureInfo.InvariantCulture, $"result {code}{meaning}");
        var buffers = reply[..^sizeof(int)];
        return buffers.ContainsAnyExcept((byte)0) ? $"{result}, {transcript.Show(buffers, call.Reply.Confidential)}" : result;
    }
}
