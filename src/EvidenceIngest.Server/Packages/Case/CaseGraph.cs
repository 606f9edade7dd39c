using System.Text.Json.Nodes;
using EvidenceIngest.Domain;
using EvidenceIngest.Domain.Custody;
using EvidenceIngest.Domain.Evidence;
using EvidenceIngest.Domain.Receipts;
using EvidenceIngest.Domain.Transcripts;

namespace EvidenceIngest.Server.Packages.Case;

/// <summary>
/// The package as a graph of CASE 1.3 and UCO 1.3 (caseontology.org), for the tools of forensic laboratories: what was recorded
/// with which device, who did what with it, and what came of it. It tells nothing that the package's other files don't.
/// </summary>
internal sealed class CaseGraph(Package package, IReadOnlyList<PackagedItem> items)
{
    private const string UcoVersion = "1.3.0";

    private readonly CaseNodes _nodes = new();

    public byte[] Write()
    {
        var tool = _nodes.Add("uco-tool:Tool", "evidence-ingest", ("uco-core:name", "EvidenceIngest"), ("uco-tool:toolType", "evidence offload and custody"));
        foreach (var item in items)
            AddItem(item, tool);
        var maker = Actor("operator:" + package.MadeBy);
        var everything = new JsonArray([.. _nodes.TopLevel.Select(CaseNodes.Reference)]);
        _nodes.Add(
            "uco-core:Bundle", package.Id, ("uco-core:name", package.Id), ("uco-core:description", package.Why), ("uco-core:specVersion", UcoVersion),
            ("uco-core:objectCreatedTime", CaseNodes.Time(package.MadeAt)), ("uco-core:createdBy", CaseNodes.Reference(maker)), ("uco-core:object", everything));
        return EvidenceJson.ToBytes(_nodes.Document());
    }

    private void AddItem(PackagedItem item, string tool)
    {
        var recorder = Recorder(item);
        var masters = item.Masters.Select((file, i) => Master(item, file, item.Receipt.Files[i], item.Manifest.Files[i].ModifiedAt)).ToList();
        var renditions = item.Renditions.Select(r => (r.Name, Id: Rendition(item, r.Name, r.File, masters))).ToList();
        var words = (item.Transcript?.Files ?? []).Select(file => (file.Sha256, Id: Written(item, file, masters))).ToList();
        var record = _nodes.Add(
            "case-investigation:ProvenanceRecord", item.Id,
            ("uco-core:name", item.Id), ("uco-core:description", Described(item)), ("case-investigation:exhibitNumber", item.Id),
            ("uco-core:object", CaseNodes.References([.. masters, .. renditions.Select(r => r.Id), .. words.Select(w => w.Id)])));
        string? before = null;
        foreach (var link in item.Chain)
        {
            // An older version's words are not in the package; of the last one the chain names the record's digest.
            var results = TranscriptEvents.Tells(link.Event)
                ? words.Count > 0 && TranscriptEvents.DigestIn(link.Event.Detail) == words[0].Sha256 ? [record, .. words.Select(w => w.Id)] : [record]
                : Results(link.Event.Kind, record, masters, renditions, link.Event.Detail);
            before = Action(link, tool, IsOfRecorder(link.Event.Kind) ? [recorder] : masters, results, before);
        }
    }

    private string Action(ChainedEvent link, string tool, IReadOnlyList<string> objects, IReadOnlyList<string> results, string? before)
    {
        var at = CaseNodes.Time(link.Event.At);
        // The hash under which the custody log has it, so that graph and proofs can be laid beside each other.
        var logged = _nodes.Add(
            "uco-core:ExternalReference", link.Hash, ("uco-core:definingContext", "custody chain event, SHA-256(0x00 || bytes)"), ("uco-core:externalIdentifier", link.Hash));
        return _nodes.Add(
            "case-investigation:InvestigativeAction", link.Hash,
            ("uco-core:name", link.Event.Kind.ToString()), ("uco-core:description", $"{CustodyWords.Chinese(link.Event.Kind)}：{link.Event.Detail}"),
            ("uco-action:startTime", at), ("uco-action:endTime", at.DeepClone()), ("uco-action:performer", CaseNodes.Reference(Actor(link.Event.Actor))),
            ("uco-action:instrument", CaseNodes.Reference(tool)), ("uco-action:object", CaseNodes.References(objects)),
            ("uco-action:result", results.Count == 0 ? null : CaseNodes.References(results)),
            ("case-investigation:wasInformedBy", before is null ? null : CaseNodes.Reference(before)), ("uco-core:externalReference", CaseNodes.Reference(logged)));
    }

    private static IReadOnlyList<string> Results(
        CustodyEventKind kind, string record, IReadOnlyList<string> masters, IReadOnlyList<(string Name, string Id)> renditions, string detail) => kind switch
        {
            CustodyEventKind.Offloaded or CustodyEventKind.Delivered or CustodyEventKind.Sealed => masters,
            CustodyEventKind.Receipted or CustodyEventKind.Quarantined or CustodyEventKind.Accepted or CustodyEventKind.MetadataChanged
                or CustodyEventKind.Inspected or CustodyEventKind.Exported => [record],
            CustodyEventKind.Rendered => [.. renditions.Where(r => detail.StartsWith(r.Name + ":", StringComparison.Ordinal)).Select(r => r.Id)],
            _ => [],
        };

    private static bool IsOfRecorder(CustodyEventKind kind) => kind is CustodyEventKind.Docked or CustodyEventKind.ClockMeasured
        or CustodyEventKind.Offloaded or CustodyEventKind.Resumed or CustodyEventKind.Cleared or CustodyEventKind.ClearingRefused
        or CustodyEventKind.ClockSet or CustodyEventKind.ClockNotSet or CustodyEventKind.RecorderAssigned
        or CustodyEventKind.RecorderStateChanged or CustodyEventKind.Released;

    private string Recorder(PackagedItem item)
    {
        var recorder = item.Manifest.Recorder;
        var facet = _nodes.Add(
            "uco-observable:DeviceFacet", recorder.RecorderId, ("uco-observable:deviceType", "body-worn recorder"), ("uco-observable:model", recorder.Model));
        return _nodes.Add("uco-observable:Device", recorder.RecorderId, ("uco-core:name", recorder.RecorderId), ("uco-core:hasFacet", CaseNodes.References([facet])));
    }

    private string Master(PackagedItem item, PackageFile file, SealedFile sealedFile, DateTimeOffset? modifiedAt)
    {
        // Paths of cards have slashes only; a name with a backslash is one name.
        var name = sealedFile.RecorderPath[(sealedFile.RecorderPath.LastIndexOf('/') + 1)..];
        var facet = _nodes.Add(
            "uco-observable:FileFacet", item.Id + file.Path, ("uco-observable:fileName", name), ("uco-observable:filePath", sealedFile.RecorderPath),
            ("uco-observable:sizeInBytes", file.Bytes), ("uco-observable:isDirectory", false),
            ("uco-observable:modifiedTime", modifiedAt is { } at ? CaseNodes.Time(at) : null));
        return File(item.Id + file.Path, file, facet, "original, bit for bit", []);
    }

    /// <summary>Another version is another file, though it has the same path in another package.</summary>
    private string Written(PackagedItem item, PackageFile file, IReadOnlyList<string> masters) =>
        File(item.Id + file.Path + file.Sha256, file, FileFacet(item.Id + file.Path + file.Sha256, file), "transcript of the sound", masters);

    private string Rendition(PackagedItem item, string name, PackageFile file, IReadOnlyList<string> masters) =>
        File(item.Id + file.Path, file, FileFacet(item.Id + file.Path, file), $"rendition {name}, for viewing", masters);

    private string FileFacet(string about, PackageFile file) => _nodes.Add(
        "uco-observable:FileFacet", about, ("uco-observable:fileName", Path.GetFileName(file.Path)),
        ("uco-observable:sizeInBytes", file.Bytes), ("uco-observable:isDirectory", false));

    private string File(string about, PackageFile file, string facet, string what, IReadOnlyList<string> derivedFrom)
    {
        var hashes = new List<string> { Hash(file.Path, CaseNodes.Typed("uco-vocabulary:HashNameVocab", "SHA256"), file.Sha256) };
        // The ontology's vocabulary has no SM3; a plain text is allowed beside it.
        if (file.Sm3 is { } sm3)
            hashes.Add(Hash(file.Path, "SM3", sm3));
        var content = _nodes.Add(
            "uco-observable:ContentDataFacet", about, ("uco-observable:sizeInBytes", file.Bytes), ("uco-observable:hash", CaseNodes.References(hashes)));
        return _nodes.Add(
            "uco-observable:File", about, ("uco-core:name", file.Path), ("uco-core:description", $"{what}; in this package: {file.Path}"),
            ("uco-core:hasFacet", CaseNodes.References([facet, content])),
            ("case-investigation:wasDerivedFrom", derivedFrom.Count == 0 ? null : CaseNodes.References(derivedFrom)));
    }

    private string Hash(string path, JsonNode method, string value) =>
        _nodes.Add("uco-types:Hash", path + value, ("uco-types:hashMethod", method), ("uco-types:hashValue", CaseNodes.Typed("xsd:hexBinary", value)));

    /// <summary>People are identities; docks and servers act by themselves and are tools.</summary>
    private string Actor(string actor) => actor.StartsWith("operator:", StringComparison.Ordinal)
        ? _nodes.Add("uco-identity:Identity", actor, ("uco-core:name", actor["operator:".Length..]))
        : _nodes.Add("uco-tool:Tool", actor, ("uco-core:name", actor), ("uco-tool:toolType", actor.Split(':')[0]));

    private static string Described(PackagedItem item)
    {
        var metadata = item.Detail.Metadata;
        return string.Join("；", new[]
        {
            (Requirement.MethodOfProduction, metadata.MethodOfProduction), (Requirement.TimeOfProduction, metadata.TimeOfProduction),
            (Requirement.Producer, metadata.Producer), (Requirement.ObjectOfProof, metadata.ObjectOfProof),
        }.Select(f => $"{EvidenceWords.Chinese(f.Item1)}：{(string.IsNullOrWhiteSpace(f.Item2?.Value) ? "缺" : f.Item2.Value)}"));
    }
}
