using EvidenceIngest.Domain.Custody;

namespace EvidenceIngest.Domain.Tests.Custody;

public sealed class CustodyWordsTests
{
    [Fact]
    public void Every_kind_of_event_has_a_Chinese_name_of_its_own()
    {
        var names = Enum.GetValues<CustodyEventKind>().Select(CustodyWords.Chinese).ToList();

        Assert.All(names, name => Assert.All(name, letter => Assert.InRange(letter, '一', '鿿')));
        Assert.Equal(names.Count, names.Distinct().Count());
    }

    [Theory]
    [InlineData("operator:王芳", "操作员 王芳")]
    [InlineData("address:10.0.0.9", "网络地址 10.0.0.9")]
    [InlineData("whoever", "whoever")]
    public void An_actor_is_named_as_officials_would(string actor, string name) => Assert.Equal(name, CustodyWords.Actor(actor));
}
