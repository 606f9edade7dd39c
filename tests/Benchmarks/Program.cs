using EvidenceIngest.Benchmarks;

using var end = new CancellationTokenSource();
Console.CancelKeyPress += (_, key) =>
{
    key.Cancel = true;
    end.Cancel();
};
await using var bench = await StationBench.StartAsync(end.Token);
await bench.RunAsync(Console.Out, end.Token);
