using System.Text;
using EvidenceIngest.Domain;
using EvidenceIngest.Domain.Custody;
using EvidenceIngest.Domain.Deliveries;
using EvidenceIngest.Domain.Digests;
using EvidenceIngest.Domain.Packages;
using EvidenceIngest.Domain.Receipts;
using EvidenceIngest.Domain.Transcripts;
using EvidenceIngest.Server.Catalogue;
using EvidenceIngest.Server.Custody;
using EvidenceIngest.Server.Items;
using EvidenceIngest.Server.Packages.Case;
using EvidenceIngest.Server.Packages.Report;
using EvidenceIngest.Server.Packages.Report.Pdf;
using EvidenceIngest.Server.Receipts;
using EvidenceIngest.Server.Transparency;
using EvidenceIngest.Server.Vault;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging;

namespace EvidenceIngest.Server.Packages;

/// <summary>A package's payload: masters and renditions as the vault has them, and everything that is written about them.</summary>
internal sealed class PackageComposition(ItemRegister register, ReceiptKey key, ServerOptions options, ILogger<PackageComposition> log)
{
    /// <summary>How many events there are up to the making of the package; null when it is not in the chain.</summary>
    public static int? EndOf(List<StoredCustodyEvent> chain, Package package)
    {
        var last = chain.FindLastIndex(e => EvidenceJson.FromBytes<CustodyEvent>(e.Bytes) is { Kind: CustodyEventKind.Exported } link
            && link.Detail.StartsWith(package.Id, StringComparison.Ordinal));
        return last < 0 ? null : last + 1;
    }

    public async Task<List<PackageFile>> ComposeAsync(
        CatalogueDb db, Package package, IReadOnlyList<string> renditions, LogHead head, CancellationToken ct)
    {
        var files = new List<PackageFile>
        {
            PackageFile.Small(package, PackageLayout.TreeHead, head.Envelope),
            PackageFile.Small(package, PackageLayout.PublicKey, Encoding.ASCII.GetBytes(key.PublicPem)),
        };
        await AddTimestampAsync(db, package, head, files, ct);
        var items = new List<PackagedItem>();
        foreach (var id in package.Items)
            items.Add(await AddItemAsync(db, package, id, renditions, head, files, ct));
        files.Add(PackageFile.Small(package, PackageLayout.CaseGraph, new CaseGraph(package, items).Write()));
        AddReport(package, items, files);
        return files;
    }

    /// <summary>The newest token that there is; the head of this package itself is seconds old and rarely stamped already.</summary>
    private static async Task AddTimestampAsync(CatalogueDb db, Package package, LogHead head, List<PackageFile> files, CancellationToken ct)
    {
        var token = await db.LogPublications.Where(p => p.Place.StartsWith(TimestampWitness.PlacePrefix) && p.TreeSize <= head.TreeSize)
            .OrderByDescending(p => p.TreeSize).FirstOrDefaultAsync(ct);
        if (token is null)
            return;
        var stamped = await db.LogHeads.SingleAsync(h => h.TreeSize == token.TreeSize, ct);
        var consistency = await LogRegister.ProveConsistencyAsync(db, stamped.TreeSize, head.TreeSize, ct);
        files.Add(PackageFile.Small(package, PackageLayout.Timestamp, token.Evidence));
        files.Add(PackageFile.Small(package, PackageLayout.TimestampedHead, stamped.Envelope));
        files.Add(PackageFile.Small(package, PackageLayout.TimestampConsistency, EvidenceJson.ToBytes(consistency)));
    }

    private async Task<PackagedItem> AddItemAsync(
        CatalogueDb db, Package package, string id, IReadOnlyList<string> renditions, LogHead head, List<PackageFile> files, CancellationToken ct)
    {
        var item = await db.Items.Include(i => i.Files).Include(i => i.Renditions).SingleAsync(i => i.Id == id, ct);
        var masters = item.Files.OrderBy(f => f.Position).Select(f => PackageFile.Stored(
            package, PackageLayout.Master(id, f.Position + 1, Path.GetExtension(f.Key!)), f.Bytes, f.Digest,
            new VaultVersion(f.Bucket!, f.Key!, f.VersionId!))).ToList();
        var rendered = item.Renditions.Where(r => renditions.Contains(r.Name)).OrderBy(r => r.Name, StringComparer.Ordinal)
            .Select(r => (r.Name, PackageFile.Stored(
                package, PackageLayout.Rendition(id, r.Name, Path.GetExtension(r.Key)), r.Bytes, new ContentDigest(r.Sha256, r.Sm3),
                new VaultVersion(r.Bucket, r.Key, r.VersionId)))).ToList();
        // Up to this package's own event: what came after it, such as a second export, is another package's.
        var chain = await db.ReadChainAsync(id, ct);
        chain = chain[..EndOf(chain, package)!.Value];
        var proofs = (await LogRegister.ProveAsync(db, id, null, head.TreeSize, ct)).Take(chain.Count);
        var detail = await register.FindAsync(id, ct);
        var receipt = await register.ReceiptAsync(id, ct);
        files.AddRange(masters);
        files.AddRange(rendered.Select(r => r.Item2));
        files.Add(PackageFile.Small(package, PackageLayout.Item(id), EvidenceJson.ToBytes(detail)));
        files.Add(PackageFile.Small(package, PackageLayout.Custody(id), [.. chain.SelectMany(e => e.Bytes.Append((byte)'\n'))]));
        files.Add(PackageFile.Small(package, PackageLayout.Proofs(id), EvidenceJson.ToBytes(proofs)));
        files.Add(PackageFile.Small(package, PackageLayout.Receipt(id), receipt));
        var events = chain.ConvertAll(e => new ChainedEvent(EvidenceJson.FromBytes<CustodyEvent>(e.Bytes), e.Bytes, e.Hash));
        var transcript = await FindTranscriptAsync(db, package, id, events, ct);
        files.AddRange(transcript?.Files ?? []);
        var manifest = await db.Deliveries.Where(d => d.ItemId == id).Select(d => d.Manifest).SingleAsync(ct);
        return new PackagedItem(
            detail, EvidenceJson.FromBytes<DeliveryManifest>(manifest),
            EvidenceJson.FromBytes<ReceiptStatement>(EvidenceJson.FromBytes<SignedEnvelope>(receipt).Payload),
            events, masters, rendered, transcript);
    }

    /// <summary>That of the chain up to here: what was written since belongs to the next package.</summary>
    private static async Task<PackagedTranscript?> FindTranscriptAsync(CatalogueDb db, Package package, string id, IEnumerable<ChainedEvent> chain, CancellationToken ct)
    {
        var version = chain.Count(e => TranscriptEvents.Tells(e.Event));
        if (version == 0)
            return null;
        var stored = await db.Transcripts.SingleAsync(t => t.ItemId == id && t.Version == version, ct);
        var words = stored.Read();
        var files = new List<PackageFile>
        {
            PackageFile.Small(package, PackageLayout.Transcript(id), stored.Record),
            PackageFile.Small(package, PackageLayout.TranscriptText(id), Encoding.UTF8.GetBytes(TranscriptText.Plain(words))),
        };
        if (TranscriptText.WebVtt(words) is { } cues)
            files.Add(PackageFile.Small(package, PackageLayout.TranscriptCues(id), Encoding.UTF8.GetBytes(cues)));
        return new PackagedTranscript(words, files);
    }

    private void AddReport(Package package, List<PackagedItem> items, List<PackageFile> files)
    {
        using var published = new VerificationKey(key.PublicPem);
        var report = new PackageReport(package, items, published.KeyId, options.AgencyZone).Write();
        files.Add(PackageFile.Small(package, PackageLayout.Report, ReportHtml.Write(report)));
        if (TryPrint(package, report) is { } printed)
            files.Add(PackageFile.Small(package, PackageLayout.PrintedReport, printed));
    }

    private byte[]? TryPrint(Package package, ReportDocument report)
    {
        if (ReportFonts.Find(options.FontFolder, out var missing) is not { } fonts)
        {
            log.NoPrintedReport(package.Id, missing!);
            return null;
        }

        try
        {
            return ReportPdf.Write(report, fonts);
        }
        catch (Exception e)
        {
            // Whatever a font or a text does to the library: the same document is there as HTML, and evidence is handed out.
            log.NoPrintedReport(package.Id, e.ToString());
            return null;
        }
    }
}
