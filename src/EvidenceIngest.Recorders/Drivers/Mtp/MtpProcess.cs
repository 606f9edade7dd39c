using System.Diagnostics;
using System.Globalization;
using Microsoft.Extensions.Logging;

namespace EvidenceIngest.Recorders.Drivers.Mtp;

/// <summary>The dock's side of a worker: one request at a time, each with a limit; a worker that breaks a limit is ended.</summary>
internal sealed class MtpProcess : IAsyncDisposable
{
    /// <summary>A quiet worker needs about 50 MiB; a hundred thousand objects half as much again.</summary>
    private const long MostMemory = 160 << 20;

    private static readonly TimeSpan EndLimit = TimeSpan.FromSeconds(5);

    private readonly SemaphoreSlim _turn = new(1, 1);
    private readonly Process _process;
    private readonly MemoryLimit _memory;
    private readonly TimeProvider _time;
    private string? _ended;

    private MtpProcess(Process process, TimeProvider time)
    {
        (_process, _time) = (process, time);
        _memory = new MemoryLimit(process, MostMemory, () => End($"the device made the MTP worker need more than {MostMemory >> 20} MiB"), time);
    }

    /// <param name="worker">Program and arguments that start a worker.</param>
    /// <param name="bay">For the log.</param>
    /// <param name="time">Clock of the limits.</param>
    /// <param name="log">Gets what libmtp prints.</param>
    public static MtpProcess Start(MtpWorkerCommand worker, string bay, TimeProvider time, ILogger log)
    {
        var start = new ProcessStartInfo(worker.Program, worker.Arguments)
        {
            RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true,
        };
        start.Environment["DOTNET_GCHeapHardLimit"] = (64 << 20).ToString("X", CultureInfo.InvariantCulture);
        var process = Process.Start(start) ?? throw new IOException($"{worker.Program} does not start");
        process.ErrorDataReceived += (_, line) =>
        {
            if (!string.IsNullOrWhiteSpace(line.Data))
                log.MtpSaid(bay, line.Data);
        };
        process.BeginErrorReadLine();
        return new MtpProcess(process, time);
    }

    /// <exception cref="MtpException">The device or the library refused.</exception>
    /// <exception cref="RecorderRefusedException">This machine lacks the library.</exception>
    /// <exception cref="IOException">The worker ended or was ended; the message says why.</exception>
    public async Task<(MtpAnswer Answer, byte[] Content)> AskAsync(MtpRequest request, TimeSpan limit, CancellationToken ct)
    {
        await _turn.WaitAsync(ct);
        try
        {
            using var timeout = new CancellationTokenSource(limit, _time);
            using var either = CancellationTokenSource.CreateLinkedTokenSource(ct, timeout.Token);
            try
            {
                var stream = _process.StandardInput.BaseStream;
                await MtpProtocol.WriteAsync(stream, MtpProtocol.Bytes(request), either.Token);
                var answer = MtpProtocol.Message<MtpAnswer>(await FrameAsync(either.Token));
                var content = await FrameAsync(either.Token);
                return answer switch
                {
                    { Error: null } => (answer, content),
                    { LibraryMissing: true } => throw new RecorderRefusedException(answer.Error, "本采集站未安装读取此类设备所需的程序库 libmtp，请联系系统管理员。"),
                    _ => throw new MtpException(answer.Error),
                };
            }
            catch (OperationCanceledException)
            {
                // An answer that comes later would be taken for the next question's.
                End(timeout.IsCancellationRequested
                    ? string.Create(CultureInfo.InvariantCulture, $"the device did not answer {request.Operation} within {limit.TotalSeconds:0} s")
                    : "cancelled");
                ct.ThrowIfCancellationRequested();
                throw new IOException(_ended);
            }
            catch (Exception e) when (e is IOException or InvalidDataException or System.Text.Json.JsonException)
            {
                End($"the MTP worker broke off: {e.Message}");
                throw new IOException(_ended, e);
            }
        }
        finally
        {
            _turn.Release();
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _memory.DisposeAsync();
        try
        {
            // It ends by itself at the end of its input, and closes the device properly then.
            _process.StandardInput.Close();
            using var limit = new CancellationTokenSource(EndLimit, _time);
            await _process.WaitForExitAsync(limit.Token);
        }
        catch (Exception e) when (e is OperationCanceledException or IOException)
        {
            End("released");
        }

        _process.Dispose();
        _turn.Dispose();
    }

    private async Task<byte[]> FrameAsync(CancellationToken ct) =>
        await MtpProtocol.ReadAsync(_process.StandardOutput.BaseStream, ct) ?? throw new EndOfStreamException("it ended");

    private void End(string why)
    {
        _ended ??= why;
        if (!_process.HasExited)
            _process.Kill();
    }
}

/// <param name="Program">The executable itself.</param>
/// <param name="Arguments">What makes it a worker.</param>
internal sealed record MtpWorkerCommand(string Program, IReadOnlyList<string> Arguments);
