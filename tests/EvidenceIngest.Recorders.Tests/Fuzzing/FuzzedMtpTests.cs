using System.Buffers.Binary;
using System.Text.Json;
using EvidenceIngest.Recorders.Drivers.Mtp;
using Microsoft.Extensions.Logging.Abstractions;

namespace EvidenceIngest.Recorders.Tests.Fuzzing;

/// <summary>
/// A worker that a hostile device has taken over: real processes that say whatever they like. The device's own replies are
/// parsed by libmtp inside the worker, which is why it is a process with limits.
/// </summary>
public sealed class FuzzedMtpTests : IDisposable
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(2);

    private readonly Mutations _mutations = new();
    private readonly string _folder = Directory.CreateTempSubdirectory("mtp.").FullName;

    [Fact]
    public async Task Whatever_a_worker_says_is_an_answer_or_a_clear_error()
    {
        var good = Frames(JsonSerializer.SerializeToUtf8Bytes(new MtpAnswer()), "[]"u8.ToArray());
        for (var round = 0; round < 60; round++)
            await AskAsync(Says(_mutations.Of(good)));
    }

    [Theory]
    [InlineData("ends at once", "exit 3")]
    [InlineData("is silent", "exec sleep 60")]
    [InlineData("never stops", "exec cat /dev/zero")]
    [InlineData("promises too much", @"printf '\377\377\377\177'; exec sleep 60")]
    [InlineData("promises less than nothing", @"printf '\377\377\377\377'; exec sleep 60")]
    [InlineData("stops within a frame", @"printf '\010\000\000\000ab'; exec sleep 60")]
    public async Task A_worker_that(string what, string script)
    {
        var before = GC.GetTotalMemory(forceFullCollection: true);
        var error = await AskAsync(new MtpWorkerCommand("/bin/sh", ["-c", script]));
        Assert.True(error is IOException, $"{what}: {error}");
        Assert.NotEmpty(error!.Message);
        Assert.True(GC.GetTotalMemory(forceFullCollection: true) - before < Mutations.MostBytes, what);
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private static async Task<Exception?> AskAsync(MtpWorkerCommand worker)
    {
        var process = MtpProcess.Start(worker, "usb:1-1", TimeProvider.System, NullLogger.Instance);
        try
        {
            await process.AskAsync(new MtpRequest(MtpOperation.List), Limit, TestContext.Current.CancellationToken).WaitAsync(TimeSpan.FromSeconds(20));
            return null;
        }
        catch (Exception e) when (e is IOException or MtpException)
        {
            return e;
        }
        finally
        {
            await process.DisposeAsync();
        }
    }

    private static byte[] Frames(params byte[][] frames) => [.. frames.SelectMany(f =>
    {
        var length = new byte[4];
        BinaryPrimitives.WriteInt32LittleEndian(length, f.Length);
        return length.Concat(f);
    })];

    private MtpWorkerCommand Says(byte[] output)
    {
        var file = Path.Combine(_folder, Guid.NewGuid().ToString("N"));
        File.WriteAllBytes(file, output);
        return new MtpWorkerCommand("/bin/sh", ["-c", $"exec cat {file}"]);
    }
}
