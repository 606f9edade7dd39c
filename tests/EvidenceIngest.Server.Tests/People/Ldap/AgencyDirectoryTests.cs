using System.Diagnostics;
using EvidenceIngest.EndToEnd.Tests.Installations;
using EvidenceIngest.Server.People;
using EvidenceIngest.Server.People.Ldap;
using EvidenceIngest.Server.Transparency;
using Microsoft.Extensions.Logging.Abstractions;

namespace EvidenceIngest.Server.Tests.People.Ldap;

/// <summary>What a directory is asked, and what is made of its answers, whatever they are.</summary>
public sealed class AgencyDirectoryTests
{
    [Fact]
    public async Task A_password_is_right_for_its_owner_alone_and_an_empty_one_for_nobody()
    {
        await using var slapd = await Slapd.StartAsync("wangfang", "zhaomin");
        await slapd.ChangePasswordAsync("zhaomin", "hers");
        foreach (var options in new[] { slapd.Options(), slapd.Options(DirectoryTransport.StartTls), slapd.Options(DirectoryTransport.Plain), slapd.ByTemplate() })
        {
            var directory = Directory(options);
            Assert.Equal(PasswordAnswer.Right, await directory.AskAsync("wangfang", Slapd.Password, default));
            Assert.Equal(PasswordAnswer.Wrong, await directory.AskAsync("wangfang", "hers", default));
            Assert.Equal(PasswordAnswer.Wrong, await directory.AskAsync("wangfang", Slapd.Password + "\0", default));
            // slapd says yes to whoever shows a name without a password.
            Assert.Equal(PasswordAnswer.Wrong, await directory.AskAsync("wangfang", "", default));
            Assert.Equal(PasswordAnswer.Wrong, await directory.AskAsync("nobody", Slapd.Password, default));
            Assert.Equal(PasswordAnswer.Right, await directory.AskAsync("zhaomin", "hers", default));
            Assert.Null(directory.Status!.Trouble);
        }
    }

    [Fact]
    public async Task A_name_is_a_name_and_never_a_pattern_or_a_path()
    {
        const string Hostile = "a,ou=elsewhere";
        string[] literal = ["li, si", " leading", "#7", "a+b", "q\"t", "x\\y", "王芳", Hostile];
        await using var slapd = await Slapd.StartAsync(["wangfang", .. literal]);
        foreach (var options in new[] { slapd.Options(), slapd.ByTemplate() })
        {
            var directory = Directory(options);
            foreach (var name in literal)
                Assert.True(await directory.AskAsync(name, Slapd.Password, default) == PasswordAnswer.Right, name);
            foreach (var name in new[] { "*", "wang*", "*)(uid=*", ")(uid=*", "\\", "\\2a", "wangfang,ou=people", "wangfang)(objectClass=*", "wang\0fang", "\0", "wangfang\0", new string('w', 300), "ou=people", "=" })
                Assert.True((await directory.AskAsync(name, Slapd.Password, default)).Kind is PasswordKind.Wrong or PasswordKind.Unknown, name);
            Assert.Equal(PasswordAnswer.Right, await directory.AskAsync("wangfang", Slapd.Password, default));
        }
    }

    [Fact]
    public async Task Who_moved_is_found_again_and_two_of_a_name_are_nobody()
    {
        await using var slapd = await Slapd.StartAsync("wangfang");
        await slapd.MoveAsync("wangfang", "ou=elsewhere,dc=agency");

        Assert.Equal(PasswordAnswer.Right, await Directory(slapd.Options()).AskAsync("wangfang", Slapd.Password, default));
        Assert.Equal(PasswordAnswer.Wrong, await Directory(slapd.ByTemplate()).AskAsync("wangfang", Slapd.Password, default));
        var directory = Directory(slapd.Options());
        Assert.Equal(PasswordAnswer.Unknown, await directory.AskAsync("twin", Slapd.Password, default));
        Assert.Contains("more than one entry", directory.Status!.Trouble, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(DirectoryTransport.Tls)]
    [InlineData(DirectoryTransport.StartTls)]
    public async Task Only_the_right_host_with_a_certificate_in_force_of_a_known_authority_is_shown_a_password(DirectoryTransport transport)
    {
        await using var slapd = await Slapd.StartAsync("wangfang");
        await DemandAsync(slapd.Options(transport, slapd.StrangeCaFile), "UntrustedRoot", "PartialChain");
        await DemandAsync(slapd.Options(transport, host: "127.0.0.1"), "RemoteCertificateNameMismatch");
        await DemandAsync(slapd.Options(transport, slapd.CaFile + ".gone"), "gone");
        // Without a file the machine's own authorities count; ours is none of them.
        var options = slapd.Options(transport);
        await DemandAsync(new DirectoryOptions { Host = options.Host, Port = options.Port, Transport = transport, Search = options.Search }, "UntrustedRoot", "PartialChain");
        await slapd.RestartAsync("elsewhere");
        await DemandAsync(slapd.Options(transport), "RemoteCertificateNameMismatch");
        await slapd.RestartAsync("expired");
        await DemandAsync(slapd.Options(transport), "NotTimeValid");
        await slapd.RestartAsync("none");
        await DemandAsync(slapd.Options(transport), transport == DirectoryTransport.Tls ? "refused" : "StartTLS");
        Assert.DoesNotContain("BIND", slapd.Log, StringComparison.Ordinal);

        async Task DemandAsync(DirectoryOptions options, params string[] words)
        {
            var directory = Directory(options);
            Assert.Equal(PasswordAnswer.Unknown, await directory.AskAsync("wangfang", Slapd.Password, default));
            Assert.True(words.Any(w => directory.Status!.Trouble!.Contains(w, StringComparison.Ordinal)), directory.Status!.Trouble);
            Assert.Equal(0, slapd.BindsOf("wangfang"));
        }
    }

    [Theory]
    [InlineData(DirectoryTransport.Tls)]
    [InlineData(DirectoryTransport.StartTls)]
    [InlineData(DirectoryTransport.Plain)]
    public async Task A_directory_that_hangs_costs_the_time_limit_and_no_more(DirectoryTransport transport)
    {
        await using var slapd = await Slapd.StartAsync("wangfang");
        var directory = Directory(slapd.Options(transport, seconds: 1));
        await slapd.HangAsync();

        var watch = Stopwatch.StartNew();
        var answers = await Task.WhenAll(Enumerable.Range(0, 10).Select(_ => directory.AskAsync("wangfang", Slapd.Password, default)));
        Assert.InRange(watch.Elapsed.TotalSeconds, 0.9, 4);
        Assert.All(answers, a => Assert.Equal(PasswordAnswer.Unknown, a));
        Assert.Contains("within 1 s", directory.Status!.Trouble, StringComparison.Ordinal);

        await slapd.WakeAsync();
        Assert.Equal(PasswordAnswer.Right, await Directory(slapd.Options(transport)).AskAsync("wangfang", Slapd.Password, default));
    }

    [Fact]
    public async Task A_caller_who_goes_away_is_no_trouble_of_the_directory()
    {
        await using var slapd = await Slapd.StartAsync("wangfang");
        var directory = Directory(slapd.Options());
        await slapd.HangAsync();
        using var gone = new CancellationTokenSource(TimeSpan.FromMilliseconds(200));

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => directory.AskAsync("wangfang", Slapd.Password, gone.Token));

        Assert.Null(directory.Status!.Trouble);
    }

    [Theory]
    [InlineData("80090308: LdapErr: DSID-0C090446, comment: AcceptSecurityContext error, data 52e, v4563", null)]
    [InlineData("80090308: LdapErr: DSID-0C090446, comment: AcceptSecurityContext error, data 525, v4563", null)]
    [InlineData("80090308: LdapErr: DSID-0C090446, comment: AcceptSecurityContext error, data 532, v4563", "过期")]
    [InlineData("80090308: LdapErr: DSID-0C090446, comment: AcceptSecurityContext error, data 533, v4563", "停用")]
    [InlineData("80090308: LdapErr: DSID-0C090446, comment: AcceptSecurityContext error, data 701, v4563", "到期")]
    [InlineData("80090308: LdapErr: DSID-0C090446, comment: AcceptSecurityContext error, data 773, v4563", "先修改密码")]
    [InlineData("80090308: LdapErr: DSID-0C090446, comment: AcceptSecurityContext error, data 775, v4563", "锁定")]
    [InlineData("", null)]
    public async Task What_active_directory_adds_is_told_in_words(string diagnostic, string? words)
    {
        await using var fake = new ScriptedDirectory(ScriptedDirectory.Bind(49, diagnostic));
        var answer = await Directory(fake.Options).AskAsync("wangfang", "any password", default);
        if (words is null)
            Assert.Equal(PasswordAnswer.Wrong, answer);
        else
            Assert.True(answer.Kind == PasswordKind.Refused && answer.Words!.Contains(words, StringComparison.Ordinal), answer.ToString());
    }

    [Theory]
    [InlineData(8)]
    [InlineData(10)]
    [InlineData(13)]
    [InlineData(34)]
    [InlineData(51)]
    [InlineData(52)]
    [InlineData(80)]
    [InlineData(9999)]
    public async Task Every_other_answer_is_neither_yes_nor_no(int code)
    {
        await using var fake = new ScriptedDirectory(ScriptedDirectory.Bind(code, "busy\r\nfake log line"));
        var directory = Directory(fake.Options);
        Assert.Equal(PasswordAnswer.Unknown, await directory.AskAsync("wangfang", "any password", default));
        Assert.DoesNotContain('\n', directory.Status!.Trouble!);
    }

    /// <summary>Whatever listens there: a yes of it is a yes, everything else is trouble, soon.</summary>
    [Fact]
    public async Task Nonsense_is_never_a_yes()
    {
        var yes = ScriptedDirectory.Bind(0, "");
        var random = new Random(20261122);
        byte[] forMuchMemory = [0x30, 0x84, 0x7f, 0xff, 0xff, 0xff], withoutEnd = [0x30, 0x80, 0x02, 0x01, 0x01];
        List<byte[]> answers =
        [
            [], forMuchMemory, withoutEnd, [0x30, 0x85, 1, 1, 1, 1, 1], [0x30, 0x00], [0x02, 0x01, 0x01], ScriptedDirectory.Bind(0, "", id: 0), ScriptedDirectory.Bind(0, "", id: 2), yes[..^1],
            "HTTP/1.1 200 OK\r\n\r\n"u8.ToArray(),
        ];
        answers.AddRange(Enumerable.Range(0, 60).Select(_ =>
        {
            // Any byte but those of the code: that one says yes or no.
            var broken = yes.ToArray();
            var at = random.Next(0, 7);
            broken[at] ^= (byte)random.Next(1, 256);
            return broken;
        }));
        foreach (var answer in answers)
        {
            await using var fake = new ScriptedDirectory(answer);
            var said = await Directory(fake.Options).AskAsync("wangfang", "any password", default);
            Assert.True(said.Kind == PasswordKind.Unknown, Convert.ToHexString(answer));
        }

        await using var honest = new ScriptedDirectory(yes);
        Assert.Equal(PasswordAnswer.Right, await Directory(honest.Options).AskAsync("wangfang", "any password", default));
    }

    [Fact]
    public async Task The_check_says_how_far_it_comes()
    {
        await using var slapd = await Slapd.StartAsync("wangfang");
        Assert.Equal([true, true, true, true, true], await CheckAsync(slapd.Options(), "wangfang", Slapd.Password));
        Assert.Equal([true, true, true, true, false], await CheckAsync(slapd.Options(), "wangfang", "wrong"));
        Assert.Equal([true, true, true, false], await CheckAsync(slapd.Options(), "nobody", Slapd.Password));
        Assert.Equal([true, true, false], await CheckAsync(slapd.Options(searchPassword: "wrong"), "wangfang", null));
        Assert.Equal([false], await CheckAsync(slapd.Options(caFile: slapd.StrangeCaFile), "wangfang", null));
        await slapd.HangAsync();
        Assert.Equal([false], await CheckAsync(slapd.Options(seconds: 1), null, null));

        static async Task<IEnumerable<bool>> CheckAsync(DirectoryOptions options, string? name, string? password) =>
            (await DirectoryCheck.RunAsync(options, name, password, default)).Select(s => s.IsGood);
    }

    /// <summary>The built program, with its settings as an administrator writes them.</summary>
    [Fact]
    public async Task The_command_reads_its_settings_and_tells_in_plain_words()
    {
        await using var slapd = await Slapd.StartAsync("wangfang");
        var home = System.IO.Directory.CreateTempSubdirectory("evidence-check-").FullName;
        await File.WriteAllTextAsync(Path.Combine(home, "searcher"), "searcher's\n");
        await File.WriteAllTextAsync(Path.Combine(home, "hers"), Slapd.Password + "\n");
        var options = slapd.Options();
        var good = new Dictionary<string, string?>
        {
            ["Url"] = options.Address, ["CaFile"] = options.CaFile, ["SearchBase"] = "dc=agency", ["SearchUser"] = options.Search!.User, ["SearchPasswordFile"] = "searcher",
        };
        try
        {
            var all = await CheckAsync(good, 0, "wangfang", "--password-file", Path.Combine(home, "hers"));
            Assert.All(["已连通", "TLS 证书可信", "查询账号可用", "uid=wangfang,ou=people,dc=agency", "密码正确"], told => Assert.Contains(told, all, StringComparison.Ordinal));
            Assert.Contains("查无此人", await CheckAsync(good, 1, "nobody"), StringComparison.Ordinal);
            Assert.Contains("not to be trusted", await CheckAsync(new(good) { ["CaFile"] = slapd.StrangeCaFile }, 1), StringComparison.Ordinal);
            Assert.Contains("docs/people.md", await CheckAsync([], 1), StringComparison.Ordinal);
            foreach (var (setting, value) in new[]
            {
                ("Url", "http://dc1"), ("Url", "ldap://u:p@dc1"), ("Url", "ldap://dc1/dc=agency"), ("SearchUser", null), ("SearchPasswordFile", "missing"), ("Seconds", "0"), ("UserTemplate", "uid={name}"), ("SearchBase", null),
            })
                Assert.Contains("Server:Directory", await CheckAsync(new(good) { [setting] = value }, 1), StringComparison.Ordinal);
            Assert.Contains("another machine", await CheckAsync(new() { ["Url"] = "ldap://dc1.agency.example", ["AllowPlain"] = "true", ["UserTemplate"] = "{name}@agency.example" }, 1), StringComparison.Ordinal);
            Assert.Contains("{name}", await CheckAsync(new() { ["Url"] = options.Address, ["UserTemplate"] = "uid=wangfang" }, 1), StringComparison.Ordinal);
        }
        finally
        {
            System.IO.Directory.Delete(home, recursive: true);
        }

        async Task<string> CheckAsync(Dictionary<string, string?> settings, int exitCode, params string[] arguments)
        {
            var environment = settings.Where(s => s.Value is not null).ToDictionary(s => "EVIDENCE_Server__Directory__" + s.Key, s => s.Value!);
            environment["EVIDENCE_HOME"] = home;
            var done = await ChildProcess.RunAsync(Installation.Executable, ["people", "directory", "check", .. arguments], environment, TimeSpan.FromMinutes(1));
            Assert.True(done.ExitCode == exitCode, $"{done.ExitCode}\n{done.Output}\n{done.Error}");
            return done.Output + done.Error;
        }
    }

    private static AgencyDirectory Directory(DirectoryOptions options) => new(
        new ServerOptions { Database = "", WorkFolder = "", ReceiptKeyFile = "", KeyRingFolder = "", Log = new LogOptions { WitnessFile = "" }, Directory = options },
        TimeProvider.System, NullLogger<AgencyDirectory>.Instance);
}
