using EvidenceIngest.Domain.Deadlines;
using EvidenceIngest.Domain.Retention;

namespace EvidenceIngest.Domain.Tests.Retention;

public sealed class RetentionTermTests
{
    private static readonly DateTimeOffset Sealed = new(2026, 2, 28, 12, 0, 0, TimeSpan.Zero);
    private static readonly RetentionClass Usual = new("ordinary", "ten years", "定期10年", 120, "规定");
    private static readonly RetentionClass Long = new("long", "thirty years", "定期30年", 360, "规定");
    private static readonly RetentionClass Permanent = new("permanent", "for ever", "永久", null, "规定");

    [Fact]
    public void The_longest_ground_wins_whatever_its_place()
    {
        var grounds = new[]
        {
            new RetentionGround("every item", Usual, Sealed), new RetentionGround("key mark", Long, Sealed), new RetentionGround("case 1", Usual, Sealed.AddYears(1)),
        };

        var term = RetentionTerm.Of(grounds, []);

        Assert.Equal(Sealed.AddMonths(360), term.Until);
        Assert.True(term.HasEnd);
        Assert.False(term.IsUsual);
        Assert.Equal("key mark: 定期30年", term.Because);
    }

    [Fact]
    public void An_open_case_a_hold_and_a_permanent_class_have_no_end()
    {
        var usual = new RetentionGround("every item", Usual, Sealed);
        var open = RetentionTerm.Of([usual, new RetentionGround("case 1", Long, null)], []);
        var held = RetentionTerm.Of([usual], ["hold 1"]);
        var permanent = RetentionTerm.Of([usual, new RetentionGround("matter", Permanent, Sealed)], []);

        Assert.All([open, held, permanent], term => Assert.False(term.HasEnd));
        Assert.All([open, held, permanent], term => Assert.Equal(Sealed.AddMonths(120), term.Until));
        Assert.Equal([null, null, "permanent"], new[] { open, held, permanent }.Select(t => t.PermanentClass));
        Assert.Equal("case 1: 定期30年, not running yet", open.Because);
    }

    [Fact]
    public void A_class_is_only_ever_replaced_by_one_that_keeps_as_long()
    {
        Assert.True(Usual.IsAtMost(Usual) && Usual.IsAtMost(Long) && Long.IsAtMost(Permanent) && Permanent.IsAtMost(Permanent));
        Assert.False(Long.IsAtMost(Usual) || Permanent.IsAtMost(Long));
    }

    [Theory]
    [InlineData("2026-01-31", "2026-03-02T23:59:59+08:00")]
    [InlineData("2028-02-01", "2028-03-02T23:59:59+08:00")]
    [InlineData("2026-12-15", "2027-01-14T23:59:59+08:00")]
    public void A_case_file_is_due_at_the_end_of_the_thirtieth_day(string executed, string deadline) =>
        Assert.Equal(
            DateTimeOffset.Parse(deadline, null),
            CaseFileDeadline.For(DateOnly.Parse(executed, null), TimeZoneInfo.FindSystemTimeZoneById("Asia/Shanghai")));
}
