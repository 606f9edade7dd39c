using System.Diagnostics;
using System.Text.Json.Nodes;

namespace EvidenceIngest.Recorders.Tests.Dialogues.Vendor;

/// <summary>The helper process by its protocol alone, as its README tells it.</summary>
public sealed class HelperTests : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly MakersLibrary _library = new();
    private readonly Process _helper;

    public HelperTests()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "the library is compiled for Linux");
        _helper = Process.Start(new ProcessStartInfo(MakersLibrary.Helper)
        {
            RedirectStandardInput = true, RedirectStandardOutput = true, WorkingDirectory = _library.Folder,
        })!;
    }

    public void Dispose()
    {
        _helper.Kill();
        _helper.WaitForExit();
        _helper.Dispose();
        _library.Dispose();
    }

    [Fact]
    public async Task Requests_are_answered_in_order_and_the_end_of_the_input_ends_it()
    {
        Assert.Equal("""{"id":1}""", await AskAsync($$"""{"id":1,"load":"{{_library.Folder}}/zfy.so"}"""));
        Assert.Equal(
            """{"id":2,"returned":1,"result":1,"out":["5A465930310000000000000000000000"]}""",
            await AskAsync("""{"id":2,"call":"Init_Device","arguments":[{"out":16},{"result":true}]}"""));
        Assert.Equal(
            """{"id":3,"returned":1,"result":1,"out":["80070000","38040000"]}""",
            await AskAsync($$"""{"id":3,"call":"ReadDeviceResolution","arguments":[{"out":4},{"out":4},{{Password}},{"result":true}]}"""));
        Assert.Equal(
            """{"id":4,"returned":1,"result":1,"out":[]}""",
            await AskAsync($$"""{"id":4,"call":"WriteZFYInfo","arguments":[{"in":"{{Convert.ToHexString("K999999"u8)}}{{new string('0', 174)}}"},{{Password}},{"result":true}]}"""));
        Assert.Equal("""{"id":5,"returned":3,"out":[]}""", await AskAsync("""{"id":5,"call":"SetMass","arguments":[]}"""));
        Assert.Equal("""{"id":6,"returned":0,"result":8,"out":[]}""", await AskAsync($$"""{"id":6,"call":"SetMSDC_ByIndex","arguments":[{"number":-3},{{Password}},{"result":true}]}"""));
        _library.With("index=-3");
        Assert.Equal("""{"id":7,"returned":1,"result":7,"out":[]}""", await AskAsync($$"""{"id":7,"call":"SetMSDC_ByIndex","arguments":[{"number":-3},{{Password}},{"result":true}]}"""));
        Assert.Equal(
            """{"id":8,"returned":204,"out":[]}""",
            await AskAsync($$"""{"id":8,"call":"Sum8","arguments":[{{string.Join(',', Enumerable.Range(1, 8).Select(n => $$"""{"number":{{n}}}"""))}}]}"""));
        _helper.StandardInput.Close();
        await _helper.WaitForExitAsync().WaitAsync(Patience);
        Assert.Equal(0, _helper.ExitCode);
    }

    [Fact]
    public async Task Impossible_requests_are_refused_without_a_call_and_it_goes_on()
    {
        Assert.Equal("badRequest", await ErrorAsync("""{"id":1,"call":"Init_Device","arguments":[]}"""));
        Assert.Equal("badRequest", await ErrorAsync("""{"id":1,"load":"zfy.so"}"""));
        Assert.Equal("missing", await ErrorAsync("""{"id":1,"load":"/nowhere/x.so"}"""));
        await AskAsync($$"""{"id":1,"load":"{{_library.Folder}}/zfy.so"}""");
        string[] impossible =
        [
            "", "{", "null", "[]", "7", "\u0000", """{"id":"x"}""", """{"id":1}""", """{"id":1,"load":"/x","call":"x"}""",
            """{"id":1,"load":"/x.so"}""", """{"id":1,"call":"SetMass"}""", """{"id":1,"call":"","arguments":[]}""",
            """{"id":1,"call":"SetMass","arguments":[],"more":1}""",
            Call("{}"), Call("null"), Call("""{"out":0}"""), Call("""{"out":-1}"""), Call("""{"out":4097}"""), Call("""{"out":2000000000},{"out":2000000000}"""),
            Call("""{"zfyInfo":90}"""), Call("""{"result":false}"""), Call("""{"result":true},{"result":true}"""),
            Call("""{"in":"0"}"""), Call("""{"in":"xx"}"""), Call("""{"in":"00","out":4}"""), Call(string.Join(',', Enumerable.Repeat("""{"number":1}""", 9))),
        ];
        foreach (var line in impossible)
            Assert.True(await ErrorAsync(line) == "badRequest", line);
        Assert.Equal("noFunction", await ErrorAsync("""{"id":1,"call":"None","arguments":[]}"""));
        Assert.Empty(_library.Calls);
        Assert.Equal("""{"id":2,"returned":3,"out":[]}""", await AskAsync("""{"id":2,"call":"SetMass","arguments":[]}"""));

        static string Call(string arguments) => $$"""{"id":1,"call":"SetMass","arguments":[{{arguments}}]}""";
    }

    [Fact]
    public async Task A_line_without_an_end_ends_it()
    {
        await _helper.StandardInput.WriteAsync(new string('x', 70_000));
        await _helper.StandardInput.FlushAsync();
        await _helper.WaitForExitAsync().WaitAsync(Patience);
        Assert.Equal(2, _helper.ExitCode);
    }

    [Fact]
    public async Task It_ends_with_its_dock_even_while_a_call_hangs()
    {
        _library.With("hangs=Init_Device");
        await AskAsync($$"""{"id":1,"load":"{{_library.Folder}}/zfy.so"}""");
        await _helper.StandardInput.WriteLineAsync("""{"id":2,"call":"Init_Device","arguments":[{"out":16},{"result":true}]}""");
        await _helper.StandardInput.FlushAsync();
        while (_library.Calls.Count == 0)
            await Task.Delay(20);
        _helper.StandardInput.Close();
        await _helper.WaitForExitAsync().WaitAsync(Patience);
    }

    [Fact]
    public async Task After_a_write_beyond_a_buffer_it_answers_and_ends()
    {
        _library.With("overrun=1");
        await AskAsync($$"""{"id":1,"load":"{{_library.Folder}}/zfy.so"}""");
        Assert.Equal(
            """{"id":2,"error":"overrun","detail":"GetZFYInfo wrote at least 1 bytes beyond the 94 bytes of its argument 1"}""",
            await AskAsync($$"""{"id":2,"call":"GetZFYInfo","arguments":[{"zfyInfo":94},{{Password}},{"result":true}]}"""));
        await _helper.WaitForExitAsync().WaitAsync(Patience);
        Assert.Equal(3, _helper.ExitCode);
    }

    private static string Password { get; } = $$"""{"in":"{{Convert.ToHexString("s3cr3t77"u8)}}"}""";

    private async Task<string?> ErrorAsync(string line) => (string?)JsonNode.Parse(await AskAsync(line))!["error"];

    private async Task<string> AskAsync(string line)
    {
        await _helper.StandardInput.WriteAsync(line + "\n");
        await _helper.StandardInput.FlushAsync();
        return await _helper.StandardOutput.ReadLineAsync().WaitAsync(Patience) ?? throw new InvalidOperationException($"it ended at {line}");
    }
}
