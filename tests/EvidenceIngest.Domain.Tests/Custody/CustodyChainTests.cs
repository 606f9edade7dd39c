using System.Text;
using EvidenceIngest.Domain.Custody;

namespace EvidenceIngest.Domain.Tests.Custody;

public sealed class CustodyChainTests
{
    private const string Item = "ev-20261120-0123456789";

    [Fact]
    public void A_whole_chain_verifies() => Assert.Null(Verify(Chain(4)));

    [Fact]
    public void An_empty_chain_verifies() => Assert.Null(Verify([]));

    [Fact]
    public void A_changed_byte_is_found_where_it_is()
    {
        var chain = Chain(4);
        chain[2].Bytes[10] ^= 1;
        Assert.Equal(3, Verify(chain)?.Sequence);
    }

    [Fact]
    public void A_changed_event_with_a_fitting_hash_breaks_the_next_link()
    {
        var chain = Chain(4);
        var text = Encoding.UTF8.GetString(chain[1].Bytes).Replace("fact 2", "fact X", StringComparison.Ordinal);
        var bytes = Encoding.UTF8.GetBytes(text);
        chain[1] = (bytes, CustodyChain.HashOf(bytes));
        Assert.Equal(3, Verify(chain)?.Sequence);
    }

    [Fact]
    public void A_dropped_event_is_noticed()
    {
        var chain = Chain(4);
        chain.RemoveAt(1);
        Assert.Equal(2, Verify(chain)?.Sequence);
    }

    [Fact]
    public void Two_events_that_change_places_are_noticed()
    {
        var chain = Chain(4);
        (chain[1], chain[2]) = (chain[2], chain[1]);
        Assert.Equal(2, Verify(chain)?.Sequence);
    }

    [Fact]
    public void An_event_of_another_item_is_noticed() =>
        Assert.Equal(1, CustodyChain.Verify("ev-20261120-other", Chain(1))?.Sequence);

    private static ChainBreak? Verify(List<(byte[] Bytes, string Hash)> chain) => CustodyChain.Verify(Item, chain);

    private static List<(byte[] Bytes, string Hash)> Chain(int length)
    {
        var chain = new List<(byte[], string)>();
        ChainedEvent? last = null;
        for (var i = 1; i <= length; i++)
        {
            last = CustodyChain.Append(
                last?.Event, last?.Hash, Item, DateTimeOffset.UnixEpoch.AddSeconds(i), "dock:1", CustodyEventKind.Offloaded, $"fact {i}");
            chain.Add((last.Bytes, last.Hash));
        }

        return chain;
    }
}
