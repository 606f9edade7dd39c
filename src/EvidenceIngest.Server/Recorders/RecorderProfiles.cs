using EvidenceIngest.Domain.Evidence;
using EvidenceIngest.Server.Access;
using EvidenceIngest.Server.Catalogue;
using Microsoft.EntityFrameworkCore;

namespace EvidenceIngest.Server.Recorders;

public enum ProfileTrust
{
    /// <summary>推断: concluded from other facts; nobody has seen it.</summary>
    Inferred,

    /// <summary>有文献: stands in a named public source.</summary>
    Documented,

    /// <summary>实机验证: tried on a device.</summary>
    Tested,
}

/// <summary>硬件档案, as the machine of the server that answers has them: docks on other machines read their own.</summary>
/// <param name="Profiles">In the order in which a dock asks them.</param>
/// <param name="Faults">File, line and field of what can't be read. A dock doesn't start with such a file.</param>
/// <param name="Elsewhere">That docks reported recorders by, and that aren't on this machine.</param>
public sealed record RecorderProfilesView(IReadOnlyList<RecorderProfileView> Profiles, IReadOnlyList<string> Faults, IReadOnlyList<ProfileUse> Elsewhere);

/// <param name="Profile">What is known of a family of recorders.</param>
/// <param name="Recorders">Within reach, that docks recognised by it.</param>
public sealed record RecorderProfileView(RecorderProfile Profile, int Recorders);

/// <param name="Profile">Name, as the dock told it.</param>
/// <param name="Recorders">Within reach.</param>
public sealed record ProfileUse(string Profile, int Recorders);

/// <param name="Name">Of its file, without ending.</param>
/// <param name="Title">In Chinese, for people.</param>
/// <param name="Model">What the model is called when the device doesn't say; null when it does, or nobody knows.</param>
/// <param name="IsOwn">The site's own, not one that came with the program.</param>
/// <param name="Trust">Of its least certain statement.</param>
/// <param name="Driver">How its files are read: mass-storage, mtp, folder.</param>
/// <param name="UsbIds">vendor:product, or vendor:first-last; empty when others things tell it.</param>
/// <param name="Interface">USB class/subclass/protocol in hexadecimal, or null.</param>
/// <param name="Kinds">What it may record.</param>
/// <param name="Unlocks">Something is said to it before it shows its files.</param>
/// <param name="SetsClock">Its clock is set after its footage is safe.</param>
/// <param name="NeedsWindows">Only a maker's Windows library opens it.</param>
/// <param name="MatchesNothing">Nobody knows its USB ids: the site has to write them into a copy.</param>
/// <param name="MayBeCleared">Footage may be deleted from it against a receipt, where the site allows that at all.</param>
/// <param name="Refusal">Recognised and refused: what the officer is told to do instead, in Chinese; null for what can be read.</param>
public sealed record RecorderProfile(
    string Name, string Title, string? Model, bool IsOwn, ProfileTrust Trust, string Driver, IReadOnlyList<string> UsbIds, string? Interface, IReadOnlyList<MediaKind> Kinds,
    bool Unlocks, bool SetsClock, bool NeedsWindows, bool MatchesNothing, bool MayBeCleared, string? Refusal);

/// <summary>What lies on the machine of a server; the program that starts it reads them, since a server itself knows no hardware.</summary>
/// <param name="Profiles">That can be read.</param>
/// <param name="Faults">Of those that can't.</param>
public sealed record ProfilesOfMachine(IReadOnlyList<RecorderProfile> Profiles, IReadOnlyList<string> Faults);

internal static class RecorderProfileEndpoints
{
    public static void MapRecorderProfiles(this IEndpointRouteBuilder api) =>
        api.MapGet("/recorder-profiles", ListAsync).RequireToken(TokenKind.Operator, Scopes.Read, Scopes.System).Concerns(Data.Checked).WithTags("Recorders").Produces<RecorderProfilesView>();

    private static async Task<IResult> ListAsync(HttpContext http, ServerOptions options, EvidenceCatalogue catalogue, CancellationToken ct)
    {
        var used = await catalogue.ReadAsync(
            db => http.Caller().Reach.Of(db.Recorders).Where(r => r.Profile != null).GroupBy(r => r.Profile!).Select(g => new { g.Key, Count = g.Count() }).ToDictionaryAsync(g => g.Key, g => g.Count, ct), ct);
        var here = options.RecorderProfiles();
        var names = here.Profiles.Select(p => p.Name).ToHashSet(StringComparer.Ordinal);
        return TypedResults.Ok(new RecorderProfilesView(
            [.. here.Profiles.Select(p => new RecorderProfileView(p, used.GetValueOrDefault(p.Name)))], here.Faults,
            [.. used.Where(u => !names.Contains(u.Key)).OrderBy(u => u.Key, StringComparer.Ordinal).Select(u => new ProfileUse(u.Key, u.Value))]));
    }
}
