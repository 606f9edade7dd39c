using EvidenceIngest.Recorders.Discovery;
using EvidenceIngest.Recorders.Drivers;
using EvidenceIngest.Recorders.Listing;
using EvidenceIngest.Recorders.Profiles;

namespace EvidenceIngest.Recorders.Tests.Support;

/// <summary>The shipped profiles and a folder driver as the service wires them.</summary>
internal static class Recorders
{
    public static readonly TimeZoneInfo Shanghai = TimeZoneInfo.FindSystemTimeZoneById("Asia/Shanghai");

    public static ProfileCatalogue Shipped { get; } = ProfileCatalogue.Load([ProfileCatalogue.ShippedFolder]);

    public static HardwareProfile Profile(string name) => Shipped.Find(name) ?? throw new InvalidOperationException(name);

    public static CardDriver FolderDriver(FolderPresence? presence = null) =>
        new(new FolderCards(presence ?? new FolderPresence()), new CardReader(Shanghai, TimeProvider.System), TimeProvider.System);

    public static FolderAttachment Attachment(string path) => new(new BayId("folder:" + path), path);

    public static async Task<RecorderListing> ListFolderAsync(string path, string profile = "folder")
    {
        var driver = FolderDriver();
        await using var recorder = await driver.OpenAsync(Attachment(path), Profile(profile), CancellationToken.None);
        return await driver.ListAsync(recorder, CancellationToken.None);
    }

    public static IEnumerable<RecorderFile> Files(this RecorderListing listing) =>
        listing.Recordings.SelectMany(r => r.Files).Concat(listing.Strangers);
}
