using EvidenceIngest.Server.Access;
using EvidenceIngest.Server.Search;

namespace EvidenceIngest.Server.Tests.Search;

public sealed class SearchTermTests
{
    [Theory]
    [InlineData("酒精", "酒精")]
    [InlineData("酒精 测试", "酒精|测试")]
    [InlineData("酒精　测试", "酒精|测试")]
    [InlineData("\"officer badge\" 粤B12345", "officer badge|粤B12345")]
    [InlineData("“光明 路”-喝酒", "光明 路|!喝酒")]
    [InlineData("张三 -\"no entry\" －李四", "张三|!no entry|!李四")]
    [InlineData("ev-20261120-k3v9x0q2ra", "ev-20261120-k3v9x0q2ra")]
    [InlineData("张三 张三", "张三")]
    [InlineData("张三 。 -", "张三")]
    [InlineData("\"没有 收尾", "没有 收尾")]
    [InlineData("  ", "")]
    [InlineData(null, "")]
    public void A_query_is_taken_apart_as_people_type_it(string? query, string terms) =>
        Assert.Equal(terms, string.Join('|', SearchTerm.Parse(query, "q").Select(t => (t.LeftOut ? "!" : "") + t.Words)));

    [Theory]
    [InlineData("。！？")]
    [InlineData("-酒精")]
    [InlineData("\"\"")]
    [InlineData("%_")]
    [InlineData("1 2 3 4 5 6 7 8 9")]
    public void What_can_find_nothing_or_is_too_much_is_refused(string query) =>
        Assert.Throws<RequestRefusedException>(() => SearchTerm.Parse(query, "q"));

    [Fact]
    public void A_query_has_an_end() => Assert.Throws<RequestRefusedException>(() => SearchTerm.Parse(new string('酒', SearchTerm.LongestQuery + 1), "q"));
}
