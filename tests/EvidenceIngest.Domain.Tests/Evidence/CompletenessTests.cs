using EvidenceIngest.Domain.Evidence;

namespace EvidenceIngest.Domain.Tests.Evidence;

public sealed class CompletenessTests
{
    private static readonly MetadataValue Said = new("值", MetadataSource.Person);
    private static readonly EvidenceMetadata Full = new(Said, Said, Said, Said);

    [Fact]
    public void Nothing_is_missing_when_all_four_are_there() =>
        Assert.Empty(Completeness.Missing(MediaKind.Video, Full, transcriptConfirmed: false));

    [Fact]
    public void Each_missing_field_is_named()
    {
        Assert.Equal([Requirement.MethodOfProduction], Missing(Full with { MethodOfProduction = null }));
        Assert.Equal([Requirement.TimeOfProduction], Missing(Full with { TimeOfProduction = null }));
        Assert.Equal([Requirement.Producer], Missing(Full with { Producer = null }));
        Assert.Equal([Requirement.ObjectOfProof], Missing(Full with { ObjectOfProof = null }));
    }

    [Fact]
    public void Blank_is_missing() =>
        Assert.Equal([Requirement.Producer], Missing(Full with { Producer = new MetadataValue(" ", MetadataSource.Person) }));

    [Fact]
    public void Sound_needs_a_confirmed_transcript()
    {
        Assert.Equal([Requirement.Transcript], Completeness.Missing(MediaKind.Audio, Full, transcriptConfirmed: false));
        Assert.Empty(Completeness.Missing(MediaKind.Audio, Full, transcriptConfirmed: true));
    }

    private static IReadOnlyList<Requirement> Missing(EvidenceMetadata metadata) =>
        Completeness.Missing(MediaKind.Photo, metadata, transcriptConfirmed: false);
}
