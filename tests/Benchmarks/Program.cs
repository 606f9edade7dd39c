using System.Globalization;
using EvidenceIngest.Benchmarks;

using var end = new CancellationTokenSource();
Console.CancelKeyPress += (_, key) =>
{
    key.Cancel = true;
    end.Cancel();
};
if (args is ["log", var events])
{
    await using var log = await LogBench.StartAsync(end.Token);
    await log.RunAsync(Console.Out, int.Parse(events, CultureInfo.InvariantCulture), end.Token);
    return;
}

if (args is ["events"])
{
    await using var told = await EventsBench.StartAsync(end.Token);
    await told.RunAsync(Console.Out, end.Token);
    return;
}

if (args is ["register", var items])
{
    await using var register = await RegisterBench.StartAsync(end.Token);
    await register.RunAsync(Console.Out, int.Parse(items, CultureInfo.InvariantCulture), end.Token);
    return;
}

if (args is ["transcribe", var seconds])
{
    await using var transcribe = await TranscribeBench.StartAsync(int.Parse(seconds, CultureInfo.InvariantCulture), end.Token);
    await transcribe.RunAsync(Console.Out, end.Token);
    return;
}

if (args is ["render", var length])
{
    using var render = new RenderBench();
    await render.RunAsync(Console.Out, int.Parse(length, CultureInfo.InvariantCulture), end.Token);
    return;
}

await using var station = await StationBench.StartAsync(end.Token);
await station.RunAsync(Console.Out, end.Token);
