using System.Diagnostics;
using System.Net;
using System.Security.Cryptography;
using EvidenceIngest.Server.Vault;
using static EvidenceIngest.Server.Tests.Vault.Uploads;

namespace EvidenceIngest.Server.Tests.Vault;

/// <summary>Figures, not promises: run by name with explicit tests switched on.</summary>
[Collection(VaultCollection.Name)]
public sealed class VaultSpeed(PrivateStore store)
{
    private const int Parts = 64;
    private const int Mebibytes = Parts * (PartBytes >> 20);

    [Fact(Explicit = true)]
    public async Task Half_a_gibibyte_through_grants_and_back()
    {
        var ct = TestContext.Current.CancellationToken;
        using var vault = PrivateStore.Open(store.Options());
        await vault.PrepareAsync(ct);
        var target = new VaultObject("evidence", $"speed/{Guid.NewGuid():N}");
        var content = RandomBytes(PartBytes);
        var upload = await vault.BeginUploadAsync(target, "video/mp4", ct);

        var clock = Stopwatch.StartNew();
        await Parallel.ForEachAsync(
            Enumerable.Range(1, Parts), new ParallelOptions { MaxDegreeOfParallelism = 4 },
            async (part, _) => Assert.Equal(HttpStatusCode.OK, await vault.SendPartAsync(target, upload, part, content)));
        var version = await vault.CompleteUploadAsync(target, upload, (await vault.ListPartsAsync(target, upload, ct))!, ct);
        Say("upload, 4 parts of 8 MiB at a time", clock.Elapsed);

        clock.Restart();
        var before = GC.GetTotalAllocatedBytes();
        await using (var stream = await vault.OpenAsync(version, 0, null, ct))
        {
            var buffer = new byte[1 << 20];
            while (await stream.ReadAsync(buffer, ct) > 0)
            {
            }
        }

        Say($"read back, allocating {(GC.GetTotalAllocatedBytes() - before) >> 20} MiB in passing", clock.Elapsed);
        clock.Restart();
        await using var again = await vault.OpenAsync(version, 0, null, ct);
        await SHA256.HashDataAsync(again, ct);
        Say("read back and hashed (SHA-256)", clock.Elapsed);
    }

    private static void Say(string what, TimeSpan time) =>
        TestContext.Current.TestOutputHelper!.WriteLine($"{what}: {Mebibytes / time.TotalSeconds:0} MiB/s");
}
