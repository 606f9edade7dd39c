using System.Globalization;
using System.Security.Cryptography;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace EvidenceIngest.EndToEnd.Tests.Rig;

/// <summary>The rig proves itself before a recorder is tried on it: one guest for all tests of this class.</summary>
public sealed class RigTests(RigTests.Bench bench) : IClassFixture<RigTests.Bench>
{
    private static readonly TimeSpan Quick = TimeSpan.FromMinutes(2);
    private static readonly DateTime RecordedAt = new(2026, 3, 5, 14, 30, 20, DateTimeKind.Utc);

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private RigVm Vm => bench.Vm;

    [Fact]
    public async Task Commands_run_and_report_their_exit_code_and_output()
    {
        var result = await Vm.RunAsync("echo 执法; echo error >&2; exit 7", Quick, Token);

        Assert.Equal(new GuestResult(7, "执法\nerror\n"), result);
    }

    [Fact]
    public async Task A_spawned_command_is_followed_and_killed_with_its_children()
    {
        var command = await Vm.SpawnAsync("echo started; sleep 1000 & sleep 1000", Token);
        await command.WaitForOutputAsync("started", Quick, Token);

        await command.SignalAsync("KILL", Token);

        Assert.Equal(137, (await command.WaitAsync(Quick, Token)).ExitCode);
        Assert.Equal(1, (await Vm.RunAsync("busybox pidof sleep", Quick, Token)).ExitCode);
    }

    [Fact]
    public async Task A_command_over_its_limit_is_an_error_that_names_the_console()
    {
        var error = await Assert.ThrowsAsync<RigException>(
            () => Vm.RunAsync("echo waiting; sleep 1000", TimeSpan.FromSeconds(2), Token));

        Vm.KeepFolder = false; // this failure was meant
        Assert.Contains("waiting", error.Message, StringComparison.Ordinal);
        Assert.Contains(Vm.ConsoleLog, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_the_guest_writes_outside_its_share_never_reaches_the_host()
    {
        var marker = $"/usr/share/{Guid.NewGuid():N}";

        Assert.Equal(0, (await Vm.RunAsync($"echo guest > {marker}; echo guest > /mnt/rig/marker", Quick, Token)).ExitCode);

        Assert.False(File.Exists(marker));
        Assert.Equal("guest\n", await File.ReadAllTextAsync(Path.Combine(Vm.ShareFolder, "marker"), Token));
    }

    [Theory]
    [InlineData("vfat", 3)]
    [InlineData("exfat", 4)]
    public async Task A_card_arrives_on_its_port_with_its_names_and_times(string fileSystem, int port)
    {
        var card = fileSystem == "vfat" ? bench.FatCard : bench.ExfatCard;
        await Vm.PlugAsync(port, card, $"BWC-{port}", Token);

        var disk = await DiskAsync(port);
        var files = await Vm.RunAsync(
            $"cat /sys/bus/usb/devices/1-{port}/serial && mkdir -p /run/{port} " +
            $"&& mount -t {fileSystem} -o ro,nosuid,nodev,noexec {disk}1 /run/{port} && cd /run/{port} " +
            "&& find . -type f -printf '%P %s %Ts\\n' | sort && sha256sum DCIM/现场录像/20260305_0001.MP4 && cd / " +
            $"&& umount /run/{port}",
            Quick,
            Token);
        await Vm.UnplugAsync(port, Token);

        var seconds = new DateTimeOffset(RecordedAt).ToUnixTimeSeconds();
        string[] expected =
        [
            $"BWC-{port}",
            $"DCIM/现场录像/20260305_0001.MP4 {Bench.VideoBytes} {seconds}",
            $"日志.txt 12 {seconds}",
            $"{bench.VideoDigest}  DCIM/现场录像/20260305_0001.MP4",
            "",
        ];
        Assert.Equal(string.Join('\n', expected), files.Output);
        Assert.Equal(0, files.ExitCode);
    }

    [Fact]
    public async Task Arrival_and_departure_are_broadcast_where_libusb_listens()
    {
        const int port = 9;
        var monitor = await Vm.SpawnAsync("exec stdbuf -oL udevadm monitor --udev --subsystem-match=usb", Token);
        await monitor.WaitForOutputAsync("UDEV - ", Quick, Token);

        await Vm.PlugAsync(port, bench.FatCard, "BWC-9", Token);
        await monitor.WaitForOutputAsync($"/usb1/1-{port} (usb)", Quick, Token);
        await Vm.UnplugAsync(port, Token);
        await Vm.WaitUntilAsync($"grep -q 'remove .*/usb1/1-{port} (usb)' {Vm.InGuest(monitor.OutputPath)}", Quick, Token);

        await monitor.SignalAsync("TERM", Token);
        await monitor.WaitAsync(Quick, Token);
    }

    [Fact]
    public async Task A_cable_pulled_in_the_middle_of_a_read_is_an_error_and_the_card_comes_back_whole()
    {
        const int port = 7;
        const string read = "cat /run/pulled/DCIM/现场录像/20260305_0001.MP4";
        await Vm.PlugAsync(port, bench.FatCard, "BWC-7", Token, bytesPerSecond: 1 << 20);
        await Vm.RunAsync($"mkdir -p /run/pulled && mount -o ro {await DiskAsync(port)}1 /run/pulled", Quick, Token);
        var reading = await Vm.SpawnAsync($"{read} | dd of=/run/half bs=64k; exit ${{PIPESTATUS[0]}}", Token);
        await Vm.WaitUntilAsync("test $(stat -c %s /run/half) -gt 500000", Quick, Token);

        await Vm.UnplugAsync(port, Token);

        var result = await reading.WaitAsync(Quick, Token);
        Assert.Contains("Input/output error", result.Output, StringComparison.Ordinal);
        Assert.NotEqual(0, result.ExitCode);
        await Vm.WaitUntilAsync($"! test -e /sys/bus/usb/devices/1-{port} && umount /run/pulled", Quick, Token);

        await Vm.PlugAsync(port, bench.FatCard, "BWC-7", Token);
        await Vm.RunAsync($"mount -o ro {await DiskAsync(port)}1 /run/pulled", Quick, Token);
        var again = await Vm.RunAsync($"{read} | sha256sum; umount /run/pulled", Quick, Token);
        await Vm.UnplugAsync(port, Token);
        Assert.StartsWith(bench.VideoDigest, again.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_guest_reaches_the_forwarded_port_with_many_uploads_at_once_and_no_other()
    {
        var uploads = await Vm.RunAsync(
            $"""
            # As text, because busybox ends a body at its first zero byte.
            head -c 12582912 /dev/urandom | base64 -w 0 > /run/upload
            sha256sum < /run/upload | cut -c1-64
            for i in 1 2 3 4 5 6; do
              busybox wget -q -O - --post-file /run/upload http://127.0.0.1:{bench.Port}/digest & parts+=($!)
            done
            wait
            """,
            TimeSpan.FromMinutes(3),
            Token);
        var digests = uploads.Output.TrimEnd().Split('\n');
        Assert.Equal(7, digests.Length);
        Assert.Single(digests.Distinct());

        var closed = await Vm.RunAsync(
            $"! busybox nc -w 3 127.0.0.1 {bench.ClosedPort} < /dev/null && ! busybox nc -w 3 10.0.2.2 {bench.Port} < /dev/null",
            Quick,
            Token);
        Assert.Equal(new GuestResult(0, closed.Output), closed);
    }

    private async Task<string> DiskAsync(int port)
    {
        var found = await Vm.WaitUntilAsync(
            $"ls -d /sys/bus/usb/devices/1-{port}/1-{port}:*/host*/target*/*/block/*/sd?1 2> /dev/null", Quick, Token);
        return $"/dev/{Path.GetFileName(Path.GetDirectoryName(found.Trim()))}";
    }

    /// <summary>A guest, two cards with the same content and a server on the host's loopback.</summary>
    public sealed class Bench : IAsyncLifetime
    {
        internal const int VideoBytes = 6_000_001;
        private readonly WebApplication _server = Server();
        private readonly string _folder = Directory.CreateTempSubdirectory("cards.").FullName;

        internal RigVm Vm { get; private set; } = null!;

        internal int Port { get; private set; }

        internal int ClosedPort => Port == 65535 ? 65534 : Port + 1;

        internal string VideoDigest { get; private set; } = "";

        internal string FatCard => Path.Combine(_folder, "fat.img");

        internal string ExfatCard => Path.Combine(_folder, "exfat.img");

        public async ValueTask InitializeAsync()
        {
            await _server.StartAsync();
            Port = new Uri(_server.Urls.Single()).Port;
            Vm = await RigVm.StartAsync(new RigOptions { ForwardedPorts = [Port] }, CancellationToken.None);
            TestContext.Current.SendDiagnosticMessage(
                string.Create(CultureInfo.InvariantCulture, $"guest {Vm.KernelRelease} booted in {Vm.BootTime.TotalSeconds:0.0} s"));

            var content = Path.Combine(_folder, "content");
            Directory.CreateDirectory(Path.Combine(content, "DCIM", "现场录像"));
            var video = new byte[VideoBytes];
            new Random(7).NextBytes(video);
            VideoDigest = Convert.ToHexStringLower(SHA256.HashData(video));
            Write(Path.Combine(content, "DCIM", "现场录像", "20260305_0001.MP4"), video);
            Write(Path.Combine(content, "日志.txt"), "012345 到岗"u8.ToArray()[..12]);
            await CardImage.CreateFat32Async(FatCard, content, 64, "BWC", CancellationToken.None);
            await CardImage.CreateExfatAsync(Vm, ExfatCard, content, 64, "BWCX", CancellationToken.None);
        }

        public async ValueTask DisposeAsync()
        {
            if (Vm is not null)
                await Vm.DisposeAsync();
            await _server.DisposeAsync();
            Directory.Delete(_folder, recursive: true);
        }

        private static void Write(string path, byte[] content)
        {
            File.WriteAllBytes(path, content);
            File.SetLastWriteTimeUtc(path, RecordedAt);
        }

        private static WebApplication Server()
        {
            var builder = WebApplication.CreateSlimBuilder();
            builder.Logging.ClearProviders();
            builder.WebHost.UseUrls("http://127.0.0.1:0");
            var app = builder.Build();
            app.MapPost("/digest", async (HttpRequest request) =>
                Convert.ToHexStringLower(await SHA256.HashDataAsync(request.Body)) + "\n");
            return app;
        }
    }
}
