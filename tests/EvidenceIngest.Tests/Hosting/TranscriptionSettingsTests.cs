using EvidenceIngest.Hosting;
using EvidenceIngest.Server.Transcription;
using Microsoft.Extensions.Configuration;

namespace EvidenceIngest.Tests.Hosting;

public sealed class TranscriptionSettingsTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("settings-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void Without_settings_Mandarin_is_heard_by_the_one_model_in_the_home()
    {
        var options = Read();
        Assert.Equal(("zh", 0.6, 1), (options.Language, options.DoubtBelow, options.Concurrency));
        Assert.Empty(options.Languages);
        Assert.EndsWith("/models", options.ModelFolder, StringComparison.Ordinal);
        Assert.EndsWith("/models/engine", options.EngineFolder, StringComparison.Ordinal);
    }

    [Fact]
    public void Languages_have_the_engines_that_were_chosen_for_them()
    {
        var token = Path.Combine(_folder, "token");
        File.WriteAllText(token, "s3cret\n");
        var options = Read(
            ("Transcription:Languages:zh:Engine", "vosk"), ("Transcription:Languages:zh:Model", "vosk-model-cn-0.22"),
            ("Transcription:Languages:ug:Engine", "http"), ("Transcription:Languages:ug:Url", "https://asr.agency.local/v1/audio/transcriptions"), ("Transcription:Languages:ug:TokenFile", token),
            ("Transcription:Languages:bo:Engine", "http"), ("Transcription:Languages:bo:Url", "http://127.0.0.1:9000/v1/audio/transcriptions"), ("Transcription:Languages:bo:Seconds", "60"));
        Assert.Equal(new VoskChoice("vosk-model-cn-0.22"), options.Languages["zh"]);
        Assert.Equal("s3cret", Assert.IsType<HttpChoice>(options.Languages["ug"]).Token);
        Assert.Equal(TimeSpan.FromMinutes(1), Assert.IsType<HttpChoice>(options.Languages["bo"]).Limit);
    }

    [Theory]
    [InlineData("Language", "Chinese", "is no language tag")]
    [InlineData("Languages:ZH:Engine", "vosk", "is no language tag")]
    [InlineData("Languages:zh:Engine", "whisper", "is neither vosk nor http")]
    [InlineData("Languages:zh:Model", "x", "is neither vosk nor http")]
    [InlineData("DoubtBelow", "1.5", "is no number from 0 to 1")]
    [InlineData("DoubtBelow", "NaN", "is no number from 0 to 1")]
    [InlineData("WindowSeconds", "0", "from 10 to 1800")]
    [InlineData("Concurrency", "-1", "from 1 to 64")]
    public void What_is_wrong_is_named(string key, string value, string said) =>
        Assert.Contains(said, Assert.Throws<SettingsException>(() => Read(("Transcription:" + key, value))).Message, StringComparison.Ordinal);

    [Theory]
    [InlineData("http://asr.agency.local/v1", "use https")]
    [InlineData("http://127.0.0.1.evil.example/v1", "use https")]
    [InlineData("http://10.0.0.1/v1", "use https")]
    [InlineData("https://user:s3cret@asr.agency.local/v1", "use TokenFile")]
    [InlineData("ftp://127.0.0.1/", "is neither https nor http")]
    [InlineData("asr.agency.local", "is no address")]
    [InlineData(null, "is no address")]
    public void Sound_goes_nowhere_where_others_would_hear_it(string? url, string said)
    {
        var message = Assert.Throws<SettingsException>(() => Read(("Transcription:Languages:zh:Engine", "http"), ("Transcription:Languages:zh:Url", url))).Message;
        Assert.Contains(said, message, StringComparison.Ordinal);
        Assert.DoesNotContain("s3cret", message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("")]
    [InlineData("two words")]
    [InlineData("a\r\nX-Other: b")]
    [InlineData("令牌")]
    public void A_token_that_would_be_another_header_is_refused(string token)
    {
        var file = Path.Combine(_folder, "token");
        File.WriteAllText(file, token);
        Assert.Contains("no token", Assert.Throws<SettingsException>(() => Read(
            ("Transcription:Languages:zh:Engine", "http"), ("Transcription:Languages:zh:Url", "https://asr.agency.local/"), ("Transcription:Languages:zh:TokenFile", file))).Message, StringComparison.Ordinal);
    }

    private static TranscriptionOptions Read(params (string Key, string? Value)[] settings) =>
        TranscriptionSettings.Read(EvidenceHome.FromEnvironment(), new ConfigurationBuilder().AddInMemoryCollection(settings.Select(s => KeyValuePair.Create(s.Key, s.Value))).Build());
}
