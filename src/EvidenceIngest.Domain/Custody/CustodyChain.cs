using System.Text.Json;
using EvidenceIngest.Domain.Transparency;

namespace EvidenceIngest.Domain.Custody;

/// <summary>
/// A custody event as it is stored: the exact bytes, and their hash with a leaf prefix as in RFC 6962
/// (<c>SHA-256(0x00 || bytes)</c>), so that the same hash serves as a leaf of a Merkle log.
/// </summary>
/// <param name="Event">The parsed fact.</param>
/// <param name="Bytes">Its JSON as it was hashed.</param>
/// <param name="Hash">Lower-case hexadecimal.</param>
public sealed record ChainedEvent(CustodyEvent Event, byte[] Bytes, string Hash);

/// <summary>保管链: every event carries the hash of the one before it, so none can be changed, dropped or moved unnoticed.</summary>
public static class CustodyChain
{
    /// <summary>What the first event of a chain names as the hash before it.</summary>
    public const string Genesis = "0000000000000000000000000000000000000000000000000000000000000000";

    /// <summary>Links a new event to the chain whose last event is given; null starts a chain.</summary>
    public static ChainedEvent Append(
        CustodyEvent? last, string? lastHash, string itemId, DateTimeOffset at, string actor, CustodyEventKind kind, string detail)
    {
        var linked = new CustodyEvent(
            itemId, (last?.Sequence ?? 0) + 1, at.ToUniversalTime(), actor, kind, detail, lastHash ?? Genesis);
        var bytes = EvidenceJson.ToBytes(linked);
        return new ChainedEvent(linked, bytes, HashOf(bytes));
    }

    public static string HashOf(ReadOnlySpan<byte> eventBytes) => Convert.ToHexStringLower(MerkleHash.Leaf(eventBytes));

    /// <summary>Re-derives a whole chain from its stored bytes.</summary>
    /// <returns>The first thing that does not hold, or null when the chain is whole.</returns>
    public static ChainBreak? Verify(string itemId, IEnumerable<(byte[] Bytes, string Hash)> stored)
    {
        var previous = Genesis;
        var sequence = 0;
        foreach (var (bytes, hash) in stored)
        {
            sequence++;
            if (HashOf(bytes) != hash)
                return new ChainBreak(sequence, "the stored hash is not the hash of the stored bytes");
            CustodyEvent link;
            try
            {
                link = EvidenceJson.FromBytes<CustodyEvent>(bytes);
            }
            catch (JsonException e)
            {
                return new ChainBreak(sequence, "the bytes are no custody event: " + e.Message);
            }

            if (link.ItemId != itemId)
                return new ChainBreak(sequence, $"the event belongs to item {link.ItemId}");
            if (link.Sequence != sequence)
                return new ChainBreak(sequence, $"the event says it is number {link.Sequence}");
            if (link.PreviousHash != previous)
                return new ChainBreak(sequence, "the event does not follow the one before it");
            previous = hash;
        }

        return null;
    }
}

/// <param name="Sequence">Position in the chain, from 1.</param>
/// <param name="Reason">What does not hold.</param>
public sealed record ChainBreak(int Sequence, string Reason);
