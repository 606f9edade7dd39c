using System.Text.Json;
using EvidenceIngest.Commands;
using EvidenceIngest.Hosting;

namespace EvidenceIngest.Packages;

/// <param name="Items">Ids.</param>
/// <param name="Renditions">Names.</param>
/// <param name="Why">Needed for a new package only.</param>
internal sealed record ExportRequest(IReadOnlyList<string> Items, IReadOnlyList<string> Renditions, string? Why)
{
    /// <summary>The package that an interrupted export was fetching, or a new one, noted before anything of it is fetched.</summary>
    public async Task<JsonElement> FindOrMakeAsync(ServiceClient service, string noteFile, CancellationToken ct)
    {
        if (File.Exists(noteFile))
            return await service.GetAsync("packages/" + Uri.EscapeDataString((await File.ReadAllTextAsync(noteFile, ct)).Trim()), ct);
        if (Items.Count == 0 || string.IsNullOrWhiteSpace(Why))
            throw new ServiceException("请用 --item 指定音像资料，用 --why 说明用途 / name items with --item and the reason with --why");
        var package = await service.SendAsync(HttpMethod.Post, "packages", new { items = Items, renditions = Renditions, why = Why }, ct);
        await File.WriteAllTextAsync(noteFile, package.Text("package"), ct);
        return package;
    }
}
