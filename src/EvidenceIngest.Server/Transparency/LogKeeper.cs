using System.Threading.Channels;
using EvidenceIngest.Server.Catalogue;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace EvidenceIngest.Server.Transparency;

/// <summary>Keeps the log going: sequences, signs, and carries heads to where the database can't reach.</summary>
internal sealed class LogKeeper(
    EvidenceCatalogue catalogue, CatalogueStart start, LogSequencer sequencer, WitnessFile file, IEnumerable<ILogWitness> witnesses,
    LogOptions options, TimeProvider time, ILogger<LogKeeper> log) : BackgroundService
{
    /// <summary>The log itself, among the places where trouble may be.</summary>
    public const string Log = "log";

    /// <summary>A burst of receipts shares one head.</summary>
    private static readonly TimeSpan Breath = TimeSpan.FromSeconds(1);

    private readonly Channel<bool> _hurry = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });
    private readonly Lock _lock = new();
    private readonly Dictionary<string, string> _trouble = [];

    /// <summary>What does not go as it should, by place.</summary>
    public IReadOnlyDictionary<string, string> Trouble
    {
        get
        {
            lock (_lock)
                return new Dictionary<string, string>(_trouble);
        }
    }

    /// <summary>A receipt was issued: its head shall not wait for the interval.</summary>
    public void Hurry() => _hurry.Writer.TryWrite(true);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await start.WhenReadyAsync(stoppingToken);
        while (true)
        {
            await RunOnceAsync(stoppingToken);
            await Task.Delay(Breath, time, stoppingToken);
            using var patience = CancellationTokenSource.CreateLinkedTokenSource(stoppingToken);
            patience.CancelAfter(options.HeadInterval);
            try
            {
                await _hurry.Reader.ReadAsync(patience.Token);
            }
            catch (OperationCanceledException) when (!stoppingToken.IsCancellationRequested)
            {
                // Nobody hurried.
            }
        }
    }

    /// <summary>One round. Whatever goes wrong in it is told and tried again in the next.</summary>
    internal async Task RunOnceAsync(CancellationToken ct)
    {
        var head = await TryAsync(Log, () => SignAsync(ct), ct);
        if (head is null)
            return;
        foreach (var witness in witnesses)
            await TryAsync(witness.Place, () => PublishAsync(witness, head, ct), ct);
    }

    private async Task<LogHead?> SignAsync(CancellationToken ct)
    {
        var witnessed = await file.LastAsync(ct);
        var head = await sequencer.RunAsync(witnessed, ct);
        var known = witnessed?.TreeSize ?? 0;
        var fresh = await catalogue.ReadAsync(
            db => db.LogHeads.Where(h => h.TreeSize > known).OrderBy(h => h.TreeSize).Select(h => h.Envelope).ToListAsync(ct), ct);
        if (fresh.Count > 0)
            await file.AppendAsync(fresh, ct);
        return head;
    }

    private async Task<LogHead?> PublishAsync(ILogWitness witness, LogHead head, CancellationToken ct)
    {
        var last = await catalogue.ReadAsync(
            db => db.LogPublications.Where(p => p.Place == witness.Place).OrderByDescending(p => p.TreeSize).FirstOrDefaultAsync(ct), ct);
        if (last?.TreeSize >= head.TreeSize || time.GetUtcNow() - last?.PublishedAt < witness.Interval)
            return head;
        var evidence = await witness.TakeAsync(head, ct);
        // Of two servers that publish the same head, the first one's evidence is kept.
        await catalogue.WriteAsync(
            db => db.Database.ExecuteSqlAsync(
                $"insert into log_publications (tree_size, place, published_at, evidence) values ({head.TreeSize}, {witness.Place}, {time.GetUtcNow()}, {evidence}) on conflict do nothing", ct),
            ct);
        log.HeadPublished(head.TreeSize, witness.Place);
        return head;
    }

    private async Task<LogHead?> TryAsync(string place, Func<Task<LogHead?>> work, CancellationToken ct)
    {
        try
        {
            var head = await work();
            lock (_lock)
                _trouble.Remove(place);
            return head;
        }
        catch (Exception e) when (!ct.IsCancellationRequested)
        {
            // Whatever it is: footage is sealed all the same, and this goes on.
            lock (_lock)
                _trouble[place] = e.Message;
            if (e is HistoryChangedException or InvalidDataException)
                log.HistoryChanged(e.Message);
            else
                log.NotPublished(place, e.Message);
            return null;
        }
    }
}
