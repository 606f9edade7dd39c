using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using EvidenceIngest.Recorders.Drivers;
using EvidenceIngest.VendorDll;

namespace EvidenceIngest.Recorders.Dialogues.Vendor;

/// <param name="Program">EvidenceIngest.VendorDll.</param>
/// <param name="Arguments">None but in tests.</param>
internal sealed record VendorDllCommand(string Program, IReadOnlyList<string> Arguments);

/// <summary>The dock's side of one helper process: one request at a time, each with a limit. Whatever goes wrong ends it.</summary>
internal sealed class VendorHelper : IAsyncDisposable
{
    private const int LongestDetail = 300;

    /// <summary>A library of this kind needs some MiB, .NET itself about 40.</summary>
    private const long MostMemory = 128 << 20;

    private static readonly TimeSpan EndLimit = TimeSpan.FromSeconds(3);

    private readonly Process _process;
    private readonly TimeProvider _time;
    private readonly BoundedLines _answers;
    private readonly Task _noise;
    private readonly MemoryLimit _memory;
    private int _lastId;
    private string? _ended;

    private VendorHelper(Process process, TimeProvider time)
    {
        (_process, _time) = (process, time);
        _answers = new BoundedLines(process.StandardOutput.BaseStream, VendorProtocol.LongestLine);
        // Unread, a full pipe would block the library; shown, it might hold a password.
        _noise = process.StandardError.BaseStream.CopyToAsync(Stream.Null);
        _memory = new MemoryLimit(process, MostMemory, () => End($"it needed more than {MostMemory >> 20} MiB; its process was ended"), time);
    }

    /// <summary>It answers nothing any more.</summary>
    public bool HasEnded => _ended is not null;

    /// <param name="command">Starts it.</param>
    /// <param name="folder">Where it works: libraries look for their own files there.</param>
    /// <param name="time">Clock of the limits.</param>
    /// <exception cref="IOException">It can't be started.</exception>
    public static VendorHelper Start(VendorDllCommand command, string folder, TimeProvider time)
    {
        var start = new ProcessStartInfo(command.Program, command.Arguments)
        {
            RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true,
            WorkingDirectory = Directory.Exists(folder) ? folder : "", CreateNoWindow = true,
        };
        // Settings may be given as EVIDENCE_…, passwords among them: none of a maker's library's business.
        foreach (var name in start.Environment.Keys.Where(n => n.StartsWith("EVIDENCE_", StringComparison.OrdinalIgnoreCase) && n != "EVIDENCE_HOME").ToList())
            start.Environment.Remove(name);
        start.Environment["DOTNET_GCHeapHardLimit"] = (32 << 20).ToString("X", CultureInfo.InvariantCulture);
        start.Environment["DOTNET_SYSTEM_GLOBALIZATION_INVARIANT"] = "1"; // starts without ICU
        start.Environment["DOTNET_DbgEnableMiniDump"] = "0"; // a dump would hold passwords
        try
        {
            return new VendorHelper(Process.Start(start) ?? throw new IOException($"{command.Program} does not start"), time);
        }
        catch (System.ComponentModel.Win32Exception e)
        {
            throw new IOException($"{command.Program} does not start: {e.Message}", e);
        }
    }

    /// <param name="request">Gets its id here.</param>
    /// <param name="limit">For the answer.</param>
    /// <param name="ct">Ends the helper too, as its answer would be taken for the next one's.</param>
    /// <returns>An answer to this request, which may be an error; its texts are fit for a log.</returns>
    /// <exception cref="VendorHelperException">The helper crashed, hangs or does not speak the protocol; it has ended.</exception>
    public async Task<VendorAnswer> AskAsync(Func<int, VendorRequest> request, TimeSpan limit, CancellationToken ct)
    {
        if (_ended is not null)
            throw new VendorHelperException(_ended);
        try
        {
            var id = ++_lastId;
            var input = _process.StandardInput.BaseStream;
            await input.WriteAsync(VendorProtocol.Line(request(id)), ct);
            await input.FlushAsync(ct);
            var line = await _answers.NextAsync().WaitAsync(limit, _time, ct) ?? throw new EndOfStreamException("no answer");
            var answer = Checked(VendorProtocol.Answer(line), id);
            if (answer.Error == VendorError.Overrun)
                End("the library damaged its process's memory, and the process has ended");
            return answer;
        }
        catch (TimeoutException)
        {
            throw End(string.Create(CultureInfo.InvariantCulture, $"no answer within {limit.TotalSeconds:0.#} s; its process was ended"));
        }
        catch (OperationCanceledException)
        {
            End("the call took too long or was cancelled; its process was ended");
            throw;
        }
        catch (Exception e) when (e is JsonException or InvalidDataException)
        {
            // Without the exception's own text, which may quote what the helper said.
            throw End("its process answered something else than the protocol allows, and was ended");
        }
        catch (IOException)
        {
            throw End(await FateAsync());
        }
    }

    /// <summary>Its last answer was impossible: it gets no other request.</summary>
    public void Distrust() => End("its process gave an impossible answer, and was ended");

    public async ValueTask DisposeAsync()
    {
        await _memory.DisposeAsync();
        try
        {
            _process.StandardInput.Close();
            using var limit = new CancellationTokenSource(EndLimit, _time);
            await _process.WaitForExitAsync(limit.Token);
        }
        catch (Exception e) when (e is OperationCanceledException or IOException)
        {
            End("released");
        }

        // A child that the library left behind may hold the pipe for ever.
        await _noise.WaitAsync(EndLimit, _time).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _process.Dispose();
    }

    private static VendorAnswer Checked(VendorAnswer answer, int id)
    {
        if (answer.Id != id)
            throw new InvalidDataException("another request's answer");
        if (answer.Error is null)
            return answer;
        return new VendorAnswer { Id = id, Error = Plain(answer.Error), Detail = Plain(answer.Detail ?? "") };
    }

    private static string Plain(string text) =>
        string.Concat(text.Where(c => !char.IsControl(c) && !char.IsSurrogate(c)).Take(LongestDetail));

    /// <summary>Why it said nothing more: it is ending, and its exit code tells.</summary>
    private async Task<string> FateAsync()
    {
        if (_ended is not null)
            return _ended; // by the look at its memory
        try
        {
            using var limit = new CancellationTokenSource(EndLimit, _time);
            await _process.WaitForExitAsync(limit.Token);
        }
        catch (OperationCanceledException)
        {
            return "its process closed the protocol, and was ended";
        }

        var code = _process.ExitCode;
        var shown = code < 0 ? $"0x{code:X8}" : code.ToString(CultureInfo.InvariantCulture);
        return _ended ?? (code == 0 ? "its process ended" : $"it crashed: its process ended with code {shown}");
    }

    private VendorHelperException End(string why)
    {
        _ended ??= why;
        try
        {
            _process.Kill(entireProcessTree: true);
        }
        catch (Exception e) when (e is InvalidOperationException or AggregateException or System.ComponentModel.Win32Exception)
        {
            // It has ended by itself, or one of its children has.
        }

        return new VendorHelperException(_ended);
    }
}

/// <summary>The message is fit for a log and says what the library or its process did.</summary>
internal sealed class VendorHelperException(string message) : Exception(message);
