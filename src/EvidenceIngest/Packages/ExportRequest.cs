using System.Text.Json;
using EvidenceIngest.Commands;
using EvidenceIngest.Hosting;

namespace EvidenceIngest.Packages;

/// <param name="Items">Ids.</param>
/// <param name="Renditions">Names.</param>
/// <param name="Why">Needed for a new package only.</param>
/// <param name="Case">Number of a case, instead of items.</param>
internal sealed record ExportRequest(IReadOnlyList<string> Items, IReadOnlyList<string> Renditions, string? Why, string? Case)
{
    /// <summary>The package that an interrupted export was fetching, or a new one, noted before anything of it is fetched.</summary>
    public async Task<JsonElement> FindOrMakeAsync(ServiceClient service, string noteFile, CancellationToken ct)
    {
        // An empty one was left by a disk that was full before anything was fetched.
        if (File.Exists(noteFile) && (await File.ReadAllTextAsync(noteFile, ct)).Trim() is { Length: > 0 } noted)
            return await service.GetAsync("packages/" + Uri.EscapeDataString(noted), ct);
        if (Items.Count > 0 == Case is not null || (Case is null && string.IsNullOrWhiteSpace(Why)))
            throw new ServiceException("请用 --item 指定音像资料并用 --why 说明用途，或用 --case 指定案件 / name items with --item and the reason with --why, or a case with --case");
        var package = Case is null ? await MakeAsync(service, Items, Why!, ct) : await OfCaseAsync(service, Case, ct);
        await File.WriteAllTextAsync(noteFile, package.Text("package"), ct);
        return package;
    }

    private Task<JsonElement> MakeAsync(ServiceClient service, IReadOnlyList<string> items, string why, CancellationToken ct) =>
        service.SendAsync(HttpMethod.Post, "packages", new { items, renditions = Renditions, why }, ct);

    /// <summary>The case file where nothing is missing (article 29); otherwise what there is, and what is missing on the screen.</summary>
    private async Task<JsonElement> OfCaseAsync(ServiceClient service, string number, CancellationToken ct)
    {
        var found = await service.GetAsync("cases/" + Uri.EscapeDataString(number), ct);
        if (found.GetProperty("caseFile") is { ValueKind: JsonValueKind.Object } file)
        {
            if (file.Text("package") is { Length: > 0 } package && Renditions.Count == 0 && Why is null)
                return await service.GetAsync("packages/" + package, ct);
            foreach (var lack in file.GetProperty("lacks").EnumerateArray())
                Console.Out.WriteLine("! 案卷缺 / missing: " + lack.GetString());
        }

        var items = found.GetProperty("items").EnumerateArray().Select(i => i.GetString()!).ToList();
        if (items.Count == 0)
            throw new ServiceException($"案件 {number} 未关联音像资料 / no item is linked to the case");
        return await MakeAsync(service, items, Why ?? "案件 " + number, ct);
    }
}
