using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using EvidenceIngest.Domain.Custody;
using EvidenceIngest.Domain.Events;

namespace EvidenceIngest.Domain.Tests.Events;

public sealed class EventNamesTests
{
    [Fact]
    public void Every_kind_of_custody_event_has_a_name_of_its_own_that_a_filter_takes()
    {
        var names = Enum.GetValues<CustodyEventKind>().Select(kind => EventTypes.Name("item-1", kind)).ToList();
        Assert.Equal(names.Count, names.Distinct().Count());
        Assert.All(names, name => Assert.True(EventFilter.IsPattern(name), name));
        Assert.Contains("item.fixity-failed", names);
        Assert.Equal("service.token-issued", EventTypes.Name(EventTypes.ServiceChain, CustodyEventKind.TokenIssued));
        Assert.DoesNotContain(EventTypes.ItemComplete, names);
    }

    [Theory]
    [InlineData("*", "item.sealed", true)]
    [InlineData("item.*", "item.sealed", true)]
    [InlineData("item.*", "items.sealed", false)]
    [InlineData("item.sealed", "item.sealed", true)]
    [InlineData("item.sealed", "item.sealed-again", false)]
    [InlineData("case.*", "item.sealed", false)]
    public void A_filter_takes_what_it_names(string pattern, string name, bool taken) => Assert.Equal(taken, EventFilter.Wants([pattern], name));

    [Theory]
    [InlineData("")]
    [InlineData(null)]
    [InlineData("item.*.x")]
    [InlineData("Item.sealed")]
    [InlineData("item sealed")]
    [InlineData(".*")]
    [InlineData("**")]
    public void What_is_no_pattern_is_refused(string? pattern) => Assert.False(EventFilter.IsPattern(pattern));

    [Fact]
    public void A_cloud_event_has_what_the_specification_demands()
    {
        var at = new DateTimeOffset(2026, 11, 20, 10, 0, 0, TimeSpan.FromHours(8));
        var bytes = new CloudEvent("item-1/3", new Uri("/evidence/v1/local", UriKind.Relative), "item.sealed", "item-1", at, 42, "dock-1", null, new JsonObject { ["sequence"] = 3 }).ToBytes();
        var json = JsonDocument.Parse(bytes).RootElement;

        Assert.Equal("1.0", json.GetProperty("specversion").GetString());
        Assert.Equal("item-1/3", json.GetProperty("id").GetString());
        Assert.Equal("/evidence/v1/local", json.GetProperty("source").GetString());
        Assert.Equal("internal.evidence-ingest.item.sealed.v1", json.GetProperty("type").GetString());
        Assert.Equal(at, json.GetProperty("time").GetDateTimeOffset());
        Assert.EndsWith("Z", json.GetProperty("time").GetString(), StringComparison.Ordinal);
        // Attribute names are lower-case letters and digits; an attribute that isn't there isn't null.
        Assert.All(json.EnumerateObject(), member => Assert.Matches("^[a-z0-9]{1,20}$", member.Name));
        Assert.False(json.TryGetProperty("recorder", out _));
        Assert.Equal("0000000000000000042", json.GetProperty("sequence").GetString());
    }
}

public sealed class EventTopicsTests
{
    [Theory]
    [InlineData("dock-1", "dock-1")]
    [InlineData("folder:/media/a b", "folder:%2Fmedia%2Fa b")]
    [InlineData("#", "%23")]
    [InlineData("+", "%2B")]
    [InlineData("$SYS", "%24SYS")]
    [InlineData("a$", "a$")]
    [InlineData("100%", "100%25")]
    [InlineData("a\0b\n", "a%00b%0A")]
    [InlineData("", "%")]
    [InlineData("-", "%2D")]
    [InlineData("鲁〔2026〕12号", "鲁〔2026〕12号")]
    [InlineData("\uFFFF", "%EF%BF%BF")]
    public void A_name_is_one_level_that_no_wildcard_hides_in(string name, string level) => Assert.Equal(level, EventTopics.Part(name));

    [Fact]
    public void Long_names_stay_apart_and_short_enough()
    {
        var (one, other) = (EventTopics.Part(new string('长', 4000) + "一"), EventTopics.Part(new string('长', 4000) + "二"));
        Assert.NotEqual(one, other);
        Assert.All([one, other], part => Assert.InRange(Encoding.UTF8.GetByteCount(part), 100, 160));
    }

    [Fact]
    public void Broken_surrogates_become_well_formed_text()
    {
        var part = EventTopics.Part("a\uD800b");
        Assert.Equal(part, Encoding.UTF8.GetString(Encoding.UTF8.GetBytes(part)));
    }

    [Fact]
    public void Every_event_has_its_place()
    {
        var topics = new EventTopics("371700/zfj");
        Assert.Equal("evidence/v1/371700%2Fzfj/dock-1/item/item-1/sealed", topics.Of("item.sealed", "item-1", "dock-1"));
        Assert.Equal("evidence/v1/371700%2Fzfj/-/item/item-1/sealed", topics.Of("item.sealed", "item-1", null));
        Assert.Equal("evidence/v1/371700%2Fzfj/dock-1/state", topics.Of(EventTypes.DockState, "dock-1", "dock-1"));
        Assert.Equal("evidence/v1/371700%2Fzfj/-/case/鲁 1%2F2/closed", topics.Of("case.closed", "鲁 1/2", null));
        Assert.Equal("evidence/v1/371700%2Fzfj/-/service/token-issued", topics.Of("service.token-issued", "service", null));
    }
}

public sealed class WebhookSignatureTests
{
    private static readonly DateTimeOffset At = new(2026, 11, 20, 10, 0, 0, TimeSpan.Zero);
    private static readonly TimeSpan Tolerance = TimeSpan.FromMinutes(5);

    [Fact]
    public void A_receiver_takes_what_was_signed_and_nothing_else()
    {
        var header = WebhookSignature.Make("whsec_x", At, "body"u8);

        Assert.True(WebhookSignature.IsRight("whsec_x", header, "body"u8, At.AddMinutes(4), Tolerance));
        Assert.False(WebhookSignature.IsRight("whsec_y", header, "body"u8, At, Tolerance));
        Assert.False(WebhookSignature.IsRight("whsec_x", header, "bodY"u8, At, Tolerance));
        Assert.False(WebhookSignature.IsRight("whsec_x", header, "body"u8, At.AddMinutes(6), Tolerance));
        Assert.False(WebhookSignature.IsRight("whsec_x", header.Replace("t=1", "t=2", StringComparison.Ordinal), "body"u8, At.AddYears(31), Tolerance));
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("t=,v1=")]
    [InlineData("v1=00,t=1")]
    [InlineData("t=99999999999999999999,v1=0000000000000000000000000000000000000000000000000000000000000000")]
    public void Nonsense_is_not_right_and_no_error(string? header) => Assert.False(WebhookSignature.IsRight("s", header, "b"u8, At, Tolerance));
}
