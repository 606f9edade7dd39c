using EvidenceIngest.Recorders.Dialogues;
using EvidenceIngest.Recorders.Dialogues.Vendor;
using EvidenceIngest.Recorders.Drivers;

namespace EvidenceIngest.Recorders.Tests.Dialogues.Vendor;

/// <summary>A library may do anything with its process, so the dock believes nothing that comes from it.</summary>
public sealed class BadHelperTests
{
    public BadHelperTests() => Assert.SkipUnless(OperatingSystem.IsLinux(), "the bad helpers are shell scripts");

    [Theory]
    [InlineData("echo ''")]
    [InlineData("echo '{'")]
    [InlineData("echo null")]
    [InlineData("echo '[]'")]
    [InlineData("""echo '{"id":1,"returned":1,"result":1,"out":["5A465930310000000000000000000000"]}'""")] // the load's id
    [InlineData("""echo '{"id":2,"returned":1,"result":1,"out":["5A465930310000000000000000000000"],"more":1}'""")]
    [InlineData("""echo '{"id":2,"returned":1,"result":99999999999,"out":["5A465930310000000000000000000000"]}'""")]
    [InlineData("""echo '{"id":2,"returned":1,"result":1,"out":[[[[[[[[[[["x"]]]]]]]]]]]}'""")]
    [InlineData("""printf '\377\376\n'""")]
    [InlineData("yes | tr -d '\\n'")] // a line without an end
    [InlineData("exec >&-; sleep 60")]
    [InlineData("exit 0")]
    public async Task Nonsense_ends_the_helper_and_names_the_call(string answer)
    {
        var error = await AnswerAsync(answer);
        Assert.IsType<DeviceTalkException>(error);
        Assert.StartsWith("zfy.so Init_Device: its process ", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{"id":2}""")]
    [InlineData("""{"id":2,"returned":1,"result":1}""")]
    [InlineData("""{"id":2,"returned":1,"result":1,"out":[]}""")]
    [InlineData("""{"id":2,"returned":1,"result":1,"out":[null]}""")]
    [InlineData("""{"id":2,"returned":1,"result":1,"out":["5A"]}""")]
    [InlineData("""{"id":2,"returned":1,"result":1,"out":["5A4659303100000000000000000000000000"]}""")]
    [InlineData("""{"id":2,"returned":1,"result":1,"out":["ZZ465930310000000000000000000000"]}""")]
    [InlineData("""{"id":2,"returned":1,"result":1,"out":["5A465930310000000000000000000000","00"]}""")]
    [InlineData("""{"id":2,"returned":1,"out":["5A465930310000000000000000000000"]}""")]
    public async Task An_answer_to_another_call_is_none(string answer)
    {
        var error = await AnswerAsync($"echo '{answer}'");
        Assert.IsType<DeviceTalkException>(error);
        Assert.Contains("gave no possible answer", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_right_answer_would_have_been_taken() =>
        Assert.Null(await AnswerAsync("""echo '{"id":2,"returned":1,"result":1,"out":["5A465930310000000000000000000000"]}'"""));

    [Fact]
    public async Task An_error_of_its_own_is_shown_short_and_printable()
    {
        var error = await AnswerAsync("""printf '{"id":2,"error":"layout","detail":"\\u001b[2J%s"}\n' "$(head -c 5000 /dev/zero | tr '\0' x)" """);
        Assert.IsType<DeviceTalkException>(error);
        Assert.DoesNotContain('\u001b', error.Message);
        Assert.InRange(error.Message.Length, 300, 400);
    }

    [Fact]
    public async Task Errors_of_the_installation_are_for_the_administrator() => Assert.Contains(
        "版本不一致", Assert.IsType<RecorderRefusedException>(await AnswerAsync("""echo '{"id":2,"error":"badRequest"}'""")).Advice, StringComparison.Ordinal);

    [Fact]
    public async Task A_helper_that_says_nothing_is_ended_in_time()
    {
        var error = await AnswerAsync("sleep 60");
        Assert.Contains("no answer within", error!.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_helper_that_fails_while_loading_names_the_library()
    {
        using var bench = new VendorBench(new VendorDllCommand("/bin/sh", ["-c", "exit 7"]));
        var error = await Assert.ThrowsAsync<DeviceTalkException>(() => bench.OpenAsync());
        Assert.Equal("zfy.so while loading: it crashed: its process ended with code 7", error.Message);
    }

    /// <summary>A helper that loads anything and then gives this answer to Init_Device.</summary>
    private static async Task<Exception?> AnswerAsync(string script)
    {
        using var bench = new VendorBench(new VendorDllCommand("/bin/sh", ["-c", $$"""read -r load; echo '{"id":1}'; read -r call; {{script}}"""]));
        var call = (Recorders.Profiles.Dialogue.DllCallStep)DialogueProfiles.Load(VendorBench.Profile).Dialogue!.Probe[0];
        Exception? error;
        await using (var link = await bench.OpenAsync())
        {
            error = await Record.ExceptionAsync(
                () => link.ExchangeAsync(new DllExchange(call, []), TimeSpan.FromSeconds(5), CancellationToken.None).WaitAsync(DialogueBench.Patience));
        }

        Assert.Empty(bench.Library.Processes());
        return error;
    }
}
