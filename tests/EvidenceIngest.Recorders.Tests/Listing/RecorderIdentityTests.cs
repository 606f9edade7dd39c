using System.Text.RegularExpressions;

namespace EvidenceIngest.Recorders.Tests.Listing;

public sealed class RecorderIdentityTests
{
    private const string Named = "J800000_00000020260730100000_0016.mp4";

    [Fact]
    public void The_number_in_the_names_comes_first_for_recorders_that_write_it() =>
        Assert.Equal("dev-J800000", new Card().With(Named).Read(attachment: Card.Usb("BWC0001")).RecorderId);

    [Fact]
    public void Names_that_disagree_say_nothing() => Assert.Equal(
        "usb-46f4-0001-BWC0001",
        new Card().With(Named).With("J800001_00000020260730110000_0016.mp4").Read(attachment: Card.Usb("BWC0001")).RecorderId);

    [Fact]
    public void A_serial_number_tells_recorders_of_unknown_make_apart() =>
        Assert.Equal("usb-46f4-0001-BWC0001", new Card().With("a.mp4").Read("generic-msc", Card.Usb("BWC0001")).RecorderId);

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("0123456789ABCDEF")]
    [InlineData("000000000000")]
    [InlineData("000000000001")]
    [InlineData("FFFFFFFF")]
    [InlineData("12")]
    public void A_makers_placeholder_is_no_serial_number(string? serial)
    {
        var card = new Card().With("a.mp4");
        Assert.Equal("vol-1A2B-3C4D", card.Read("generic-msc", Card.Usb(serial), "1A2B-3C4D").RecorderId);
        Assert.StartsWith("unidentified-", card.Read("generic-msc", Card.Usb(serial)).RecorderId, StringComparison.Ordinal);
    }

    [Fact]
    public void A_folder_is_its_path_when_nothing_better_is_known()
    {
        var id = new Card().With("a.mp4").Read("folder", Support.Recorders.Attachment("/media/card")).RecorderId;
        Assert.Matches("^path-[0-9a-f]{12}$", id);
        Assert.NotEqual(id, new Card().With("a.mp4").Read("folder", Support.Recorders.Attachment("/media/card2")).RecorderId);
    }

    [Fact]
    public void Ids_hold_only_plain_characters_and_stay_distinct()
    {
        string[] serials = ["执法0001", "执法0002", "a b/c", "a b\\c", new string('x', 70) + 'y', new string('x', 70) + 'z', "../../etc"];
        var ids = serials.Select(s => new Card().Read("generic-msc", Card.Usb(s)).RecorderId).ToList();
        Assert.All(ids, id => Assert.Matches(new Regex(@"\A[A-Za-z0-9._-]{1,100}\z"), id));
        Assert.Equal(serials.Length, ids.Distinct(StringComparer.Ordinal).Count());
    }
}
