using EvidenceIngest.Domain.Evidence;

namespace EvidenceIngest.Recorders.Tests.Listing;

public sealed class ChaptersTests
{
    private const string First = "J800000_00000020260730100000_0016.mp4";

    [Theory]
    [InlineData("J800000_00000020260730101000_0017.mp4")]
    [InlineData("J800000_00000020260730101000_0017IMP.mp4")]
    [InlineData("J800000_00000020260730101003_0017.mp4")]
    [InlineData("J800000_00000020260730100958_0017.mp4")]
    public void Files_that_follow_each_other_are_one_recording(string next)
    {
        var recording = Assert.Single(new Card().With(next, "2026-07-30 10:20:00").With(First, "2026-07-30 10:10:00").Read().Recordings);
        Assert.Equal([First, next], recording.Files.Select(f => f.Path));
        Assert.Equal(next.Contains("IMP", StringComparison.Ordinal), recording.KeyMarked);
    }

    [Theory]
    [InlineData("J800000_00000020260730101004_0017.mp4")] // too late
    [InlineData("J800000_00000020260730100957_0017.mp4")] // too early
    [InlineData("J800000_00000020260730101000_0018.mp4")] // not the next number
    [InlineData("J800001_00000020260730101000_0017.mp4")] // another recorder
    [InlineData("J800000_00000120260730101000_0017.mp4")] // another officer
    [InlineData("J800000_00000020260730101000_0017.avi")] // another container
    [InlineData("J800000_00000020260730101000_0017.jpg")] // another kind
    public void Files_that_differ_in_anything_stay_apart(string next) => Assert.Equal(
        2, new Card().With(First, "2026-07-30 10:10:00").With(next, "2026-07-30 10:20:00").Read().Recordings.Count);

    [Fact]
    public void A_profile_without_chapters_joins_nothing() => Assert.Equal(
        2, new Card().With("a.mp4").With("b.mp4").Read("generic-msc").Recordings.Count);

    [Fact]
    public void A_photo_taken_meanwhile_has_a_number_of_its_own_and_splits_nothing_else()
    {
        var listing = new Card().With(First, "2026-07-30 10:10:00")
            .With("J800000_00000020260730101000_0017.mp4", "2026-07-30 10:20:00")
            .With("J800000_00000020260730101500_0017.jpg").Read();
        Assert.Equal([2, 1], listing.Recordings.Select(r => r.Files.Count));
        Assert.Empty(listing.Findings);
    }

    [Fact]
    public void A_missing_number_is_a_finding_on_the_recorder_and_on_both_neighbours()
    {
        var listing = new Card().With("J800000_00000020260730100000_0016.mp4").With("J800000_00000020260730110000_0018.mp4")
            .With("J800000_00000020260730120000_0022.jpg").With("J800000_00000020260730130000_0023.mp4").Read();
        Assert.Collection(
            listing.Findings,
            f => Assert.StartsWith("number 0017 is not on the recorder", f.Detail, StringComparison.Ordinal),
            f => Assert.StartsWith("numbers 0019-0021 are not on the recorder", f.Detail, StringComparison.Ordinal));
        Assert.All(listing.Findings, f => Assert.Equal(FindingCode.FootageGap, f.Code));
        Assert.Equal([1, 2, 1, 0], listing.Recordings.Select(r => r.Findings.Count));
    }

    [Fact]
    public void A_counter_that_started_anew_and_another_recorder_are_no_gaps() => Assert.Empty(new Card()
        .With("J800000_00000020260730100000_9999.mp4").With("J800000_00000020260730110000_0001.mp4")
        .With("J800001_00000020260730120000_0500.mp4").With("J800000_00000020260730130000_0002.mp4").Read().Findings);
}
