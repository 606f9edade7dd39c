using System.Diagnostics;
using System.Text.Json;

namespace EvidenceIngest.VendorDll;

/// <summary>
/// Answers requests one after another, all on the thread that runs it: libraries keep state by thread. Another thread reads,
/// so that the helper ends with its dock even while a call hangs.
/// </summary>
/// <param name="input">From the dock.</param>
/// <param name="output">To the dock, and nobody else's.</param>
internal sealed class RequestLoop(Stream input, Stream output)
{
    private const int EndedWell = 0;
    private const int NoProtocol = 2;
    private const int MemoryDamaged = 3;

    /// <summary>For a call that is under way when the dock closes the input.</summary>
    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(2);

    private readonly object _gate = new();
    private byte[]? _next;
    private bool _inputEnded;
    private bool _inputBroke;
    private VendorLibrary? _library;

    /// <returns>The process's exit code.</returns>
    public int Run()
    {
        var answering = Thread.CurrentThread;
        new Thread(() => ReadRequests(answering)) { IsBackground = true, Name = "requests" }.Start();
        while (Taken() is { } line)
        {
            var answer = Answer(line);
            output.Write(VendorProtocol.Line(answer));
            output.Flush();
            if (answer.Error == VendorError.Overrun)
                return MemoryDamaged;
        }

        return _inputBroke ? NoProtocol : EndedWell;
    }

    private byte[]? Taken()
    {
        lock (_gate)
        {
            while (_next is null && !_inputEnded)
                Monitor.Wait(_gate);
            var line = _next;
            _next = null;
            Monitor.PulseAll(_gate);
            return line;
        }
    }

    private void ReadRequests(Thread answering)
    {
        try
        {
            var lines = new BoundedLines(input, VendorProtocol.LongestLine);
            while (lines.Next() is { } line)
                Put(line);
        }
        catch (Exception e) when (e is IOException or InvalidDataException)
        {
            _inputBroke = true;
        }

        lock (_gate)
        {
            _inputEnded = true;
            Monitor.PulseAll(_gate);
        }

        if (!answering.Join(Grace))
            Process.GetCurrentProcess().Kill();
    }

    private void Put(byte[] line)
    {
        lock (_gate)
        {
            while (_next is not null)
                Monitor.Wait(_gate);
            _next = line;
            Monitor.PulseAll(_gate);
        }
    }

    private VendorAnswer Answer(byte[] line)
    {
        var id = 0;
        try
        {
            var request = VendorProtocol.Request(line);
            id = request.Id;
            return request switch
            {
                { Load: { } path, Call: null, Arguments: null } when _library is null => Loaded(id, path),
                { Load: null, Call: { Length: > 0 and < 128 } function, Arguments: { } arguments } when _library is not null =>
                    Called(id, _library.Call(function, arguments)),
                _ => throw new VendorCallException(VendorError.BadRequest, "neither a first load nor a call after it"),
            };
        }
        catch (VendorCallException e)
        {
            return new VendorAnswer { Id = id, Error = e.Error, Detail = e.Message };
        }
        catch (JsonException)
        {
            // Without its text, which may quote what was sent.
            return new VendorAnswer { Id = id, Error = VendorError.BadRequest, Detail = "the line is no request" };
        }
    }

    private VendorAnswer Loaded(int id, string path)
    {
        _library = VendorLibrary.Load(path);
        return new VendorAnswer { Id = id };
    }

    private static VendorAnswer Called(int id, CallOutcome outcome) =>
        new() { Id = id, Returned = outcome.Returned, Result = outcome.Result, Out = outcome.Out };
}
