using EvidenceIngest.Server.Search;

namespace EvidenceIngest.Server.Tests.Search;

public sealed class TextMarksTests
{
    [Theory]
    [InlineData("车牌是粤Ｂ１２３４５，请核对", "粤b12345", "车牌是[粤Ｂ１２３４５]，请核对")]
    [InlineData("The OFFICER's badge", "officer", "The [OFFICER]'s badge")]
    [InlineData("officer -- badge", "Officer Badge", "[officer -- badge]")]
    [InlineData("哈哈哈哈", "哈哈", "[哈哈哈哈]")]
    [InlineData("𠀀𠀁刀", "𠀁", "𠀀[𠀁]刀")]
    [InlineData("没有", "刀", "没有")]
    public void Marks_stand_on_the_text_as_it_was_written(string text, string term, string marked)
    {
        var (shown, marks) = TextMarks.Excerpt(text, [term]);
        Assert.Equal(marked, Mark(shown, marks));
    }

    [Fact]
    public void Overlapping_terms_become_one_mark() =>
        Assert.Equal("请[出示证件]吧", Mark("请出示证件吧", TextMarks.Excerpt("请出示证件吧", ["出示证", "示证件", "证件"]).Marks));

    [Fact]
    public void A_long_text_is_cut_around_the_term_and_never_through_a_character()
    {
        var text = string.Concat(Enumerable.Repeat("𠀀", 200)) + "折叠刀" + string.Concat(Enumerable.Repeat("𠀁", 200));

        var (shown, marks) = TextMarks.Excerpt(text, ["折叠刀"]);

        var mark = Assert.Single(marks);
        Assert.Equal("折叠刀", shown.Substring(mark.Start, mark.Length));
        Assert.True(shown is { Length: < 170 } and ['…', .., '…'], shown);
        Assert.True(shown.EnumerateRunes().All(r => r.Value != 0xFFFD));
    }

    private static string Mark(string text, IReadOnlyList<TextMark> marks) =>
        marks.Reverse().Aggregate(text, (t, m) => t.Insert(m.Start + m.Length, "]").Insert(m.Start, "["));
}
