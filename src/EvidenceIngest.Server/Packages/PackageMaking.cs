using System.Globalization;
using System.Text;
using EvidenceIngest.Domain;
using EvidenceIngest.Domain.Custody;
using EvidenceIngest.Domain.Packages;
using EvidenceIngest.Server.Access;
using EvidenceIngest.Server.AccessRequests;
using EvidenceIngest.Server.Catalogue;
using EvidenceIngest.Server.Custody;
using EvidenceIngest.Server.Items;
using EvidenceIngest.Server.Redaction;
using EvidenceIngest.Server.Receipts;
using EvidenceIngest.Server.Transparency;
using Microsoft.EntityFrameworkCore;

namespace EvidenceIngest.Server.Packages;

/// <summary>
/// Makes an evidence package: everything that somebody needs who trusts nobody. Only the small files are made; the digests of
/// masters and renditions are known, so the manifest is signed without reading them.
/// </summary>
internal sealed class PackageMaking(
    EvidenceCatalogue catalogue, PackageComposition composition, LogSequencer sequencer, WitnessFile witness, ReceiptKey key, ServerOptions options, TimeProvider time)
{
    public const int MostItems = 1000;

    private const int LongestWhy = 500;

    private const string NoPrintedReport =
        "未生成report.pdf：服务器缺少字体，请打印report.html，并请管理员安装fonts-droid-fallback、fonts-dejavu-core"
        + " / there is no report.pdf, because the server lacks fonts: print report.html; an administrator installs fonts-droid-fallback and fonts-dejavu-core";

    public Task<PackageView> MakeAsync(Guid id, PackageRequest request, string by, CancellationToken ct) => MakeAsync("pk-" + id.ToString("N"), request, by, ct);

    /// <summary>Idempotent for one id: what was made is not made again, and what a kill left half-made is finished.</summary>
    public async Task<PackageView> MakeAsync(string id, PackageRequest request, string by, CancellationToken ct)
    {
        Texts.Demand(request.Why, "why", LongestWhy);
        var items = request.Items.Distinct(StringComparer.Ordinal).ToList();
        if (items.Count is 0 or > MostItems)
            throw RequestRefusedException.Invalid("items", $"应为 1 至 {MostItems} 件资料 / must name 1 to {MostItems} items");
        foreach (var item in items)
            Texts.Demand(item, "items", 100);
        if (request.Renditions?.FirstOrDefault(r => r?.StartsWith(AccessCopy.Prefix, StringComparison.Ordinal) == true) is { } bound)
            throw RequestRefusedException.Invalid("renditions", $"{bound} 是某一查阅申请专用的查看件，不得导出 / {bound} was made for an access request: it is shown through that request's own links alone");
        if (request.Renditions?.FirstOrDefault(r => r?.StartsWith(LinkMark.Prefix, StringComparison.Ordinal) == true) is { } marked)
            throw RequestRefusedException.Invalid("renditions", $"{marked} 是某一水印链接专用的衍生件，不得导出 / was made for a watermarked link: it is shown through that link alone");
        if (await catalogue.ReadAsync(db => db.Packages.AnyAsync(p => p.Id == id, ct), ct))
            return await FindAsync(id, ct);
        var package = new Package { Id = id, MadeAt = time.GetUtcMilliseconds(), MadeBy = by, Why = request.Why, Items = items };

        // First the event, then the chain with it: whoever holds the package sees that its making was recorded.
        await catalogue.WriteAsync(db => RecordAsync(db, package, request.Renditions ?? [], ct), ct);
        var head = await HeadAsync(ct);
        var files = await catalogue.ReadAsync(db => composition.ComposeAsync(db, package, request.Renditions ?? [], head, ct), ct);
        files.AddRange(Sign(package, files));
        await catalogue.WriteAsync(
            async db =>
            {
                if (await db.Packages.AnyAsync(p => p.Id == package.Id, ct))
                    return;
                db.Add(package);
                await db.SaveChangesAsync(ct);
                db.AddRange(files);
            },
            ct);
        return View(package, files.Select(f => new PackageFileView(f.Path, f.Bytes, f.Sha256)));
    }

    public async Task<PackageView> FindAsync(string id, CancellationToken ct)
    {
        var package = await catalogue.ReadAsync(db => db.Packages.SingleOrDefaultAsync(p => p.Id == id, ct), ct)
            ?? throw RequestRefusedException.NotFound($"没有证据包 {id}，或者不在您的职责范围内 / there is no package {id}");
        var files = await catalogue.ReadAsync(
            db => db.PackageFiles.Where(f => f.PackageId == id).Select(f => new PackageFileView(f.Path, f.Bytes, f.Sha256)).ToListAsync(ct), ct);
        return View(package, files);
    }

    private static PackageView View(Package package, IEnumerable<PackageFileView> files)
    {
        var sorted = files.OrderBy(f => f.Path, StringComparer.Ordinal).ToList();
        IReadOnlyList<string> notes = sorted.Any(f => f.Path == PackageLayout.PrintedReport) ? [] : [NoPrintedReport];
        return new PackageView(package.Id, package.MadeAt, package.MadeBy, package.Why, package.Items, sorted, notes);
    }

    private static async Task RecordAsync(CatalogueDb db, Package package, IReadOnlyList<string> renditions, CancellationToken ct)
    {
        foreach (var id in package.Items.Order(StringComparer.Ordinal))
        {
            var item = await db.Items.SingleOrDefaultAsync(i => i.Id == id, ct) ?? throw ItemRegister.NoItem(id);
            if (!item.IsSealed)
                throw RequestRefusedException.Conflict(item.State == ItemState.Disposed ? $"资料 {id} 已到期销毁 / item {id} was disposed of after its term" : $"资料 {id} 尚未入库 / item {id} is not sealed yet");
            foreach (var rendition in renditions)
                await db.DemandReleasedAsync(id, rendition, ct);
            // The answer to a commit may have been lost.
            var chain = await db.ReadChainAsync(id, ct);
            if (PackageComposition.EndOf(chain, package) is null)
            {
                await db.AppendAsync(
                    id, package.MadeAt, Actors.Operator(package.MadeBy), CustodyEventKind.Exported,
                    $"{package.Id}: masters{string.Concat(renditions.Select(r => ", " + r))}; {package.Why}", ct);
            }
        }
    }

    /// <summary>Covers what was just recorded.</summary>
    private async Task<LogHead> HeadAsync(CancellationToken ct)
    {
        try
        {
            return (await sequencer.RunAsync(await witness.LastAsync(ct), ct))!;
        }
        catch (Exception e) when (e is HistoryChangedException or InvalidDataException)
        {
            throw RequestRefusedException.Conflict($"保管链日志存疑，查清之前不导出任何内容，请立即联系系统管理员 / nothing is exported while the custody log is in doubt: {e.Message}");
        }
    }

    /// <summary>The bag's tag files, with the statement that fixes them.</summary>
    private List<PackageFile> Sign(Package package, List<PackageFile> payload)
    {
        var local = TimeZoneInfo.ConvertTime(package.MadeAt, options.AgencyZone);
        var tags = new List<PackageFile>
        {
            PackageFile.Small(package, PackageLayout.Declaration, Encoding.UTF8.GetBytes(PackageLayout.DeclarationText)),
            PackageFile.Small(package, PackageLayout.Info, Encoding.UTF8.GetBytes(string.Create(
                CultureInfo.InvariantCulture,
                $"Bagging-Date: {local:yyyy-MM-dd}\nExternal-Identifier: {package.Id}\nPayload-Oxum: {payload.Sum(f => f.Bytes)}.{payload.Count}\nBag-Software-Agent: EvidenceIngest\n"))),
            PackageFile.Small(package, PackageLayout.Manifest, Encoding.UTF8.GetBytes(BagManifest.Write(payload.Select(f => (f.Path, f.Sha256))))),
        };
        if (payload.All(f => f.Sm3 is not null))
            tags.Add(PackageFile.Small(package, PackageLayout.Sm3Manifest, Encoding.UTF8.GetBytes(BagManifest.Write(payload.Select(f => (f.Path, f.Sm3!))))));
        var statement = new PackageStatement(
            package.Id, package.MadeAt, package.MadeBy, package.Why, package.Items, tags.ToDictionary(t => t.Path, t => t.Sha256), key.PublicPem);
        tags.Add(PackageFile.Small(package, PackageLayout.Statement, EvidenceJson.ToBytes(key.Sign(PackageStatement.PayloadType, EvidenceJson.ToBytes(statement)))));
        tags.Add(PackageFile.Small(package, PackageLayout.TagManifest, Encoding.UTF8.GetBytes(BagManifest.Write(tags.Select(f => (f.Path, f.Sha256))))));
        return tags;
    }
}
