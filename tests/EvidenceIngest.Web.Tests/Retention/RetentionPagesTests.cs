using EvidenceIngest.Web.Tests.Offices;
using Microsoft.Playwright;

namespace EvidenceIngest.Web.Tests.Retention;

public sealed class RetentionPagesTests(Office office)
{
    [Fact]
    public async Task Terms_are_shown_and_nothing_is_offered_for_disposal_before_its_time()
    {
        await using var visit = await office.VisitAsync(Person.Head);
        await visit.GoAsync("/retention");
        await Assertions.Expect(visit.Page.GetByText("没有期限已满")).ToBeVisibleAsync();
        await Assertions.Expect(visit.Page.GetByRole(AriaRole.Row).Filter(new() { HasText = "10 年" })).ToBeVisibleAsync();
        await Assertions.Expect(visit.Page.GetByRole(AriaRole.Button, new() { Name = "提请销毁" })).ToHaveCountAsync(0);
        await visit.InspectAsync("retention");
    }
}
