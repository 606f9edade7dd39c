using System.Globalization;
using EvidenceIngest.Hosting;

namespace EvidenceIngest.Tests.Unattended;

public sealed class SystemdNotifyTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("notify-");

    public void Dispose() => _folder.Delete(recursive: true);

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task States_reach_the_manager_s_socket_with_a_path_or_without(bool isAbstract)
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "systemd");
        using var manager = new ServiceManager(isAbstract ? "@evidence-" + Guid.NewGuid().ToString("n") : Path.Combine(_folder.FullName, "notify"));
        using var notify = SystemdNotify.Of(manager.Address, "120000000", null)!;
        Assert.Equal(TimeSpan.FromMinutes(2), notify.Watchdog);
        notify.Ready();
        notify.Alive();
        notify.Status("采集口 1\nREADY=0");
        notify.Stopping();
        await manager.WaitForAsync(s => s == "STOPPING=1", "the end");
        // A line end would begin another statement.
        Assert.Equal(["READY=1", "WATCHDOG=1", "STATUS=采集口 1 READY=0", "STOPPING=1"], manager.Said);
    }

    [Fact]
    public void A_manager_that_is_gone_is_no_reason_to_fail()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "systemd");
        using var notify = SystemdNotify.Of(Path.Combine(_folder.FullName, "nobody"), null, null)!;
        Assert.Null(notify.Watchdog);
        notify.Ready();
    }

    [Fact]
    public void Another_process_s_watchdog_is_not_fed()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "systemd");
        var address = Path.Combine(_folder.FullName, "notify");
        using var ours = SystemdNotify.Of(address, "3000000", Environment.ProcessId.ToString(CultureInfo.InvariantCulture))!;
        using var theirs = SystemdNotify.Of(address, "3000000", "1")!;
        Assert.Equal(TimeSpan.FromSeconds(3), ours.Watchdog);
        Assert.Null(theirs.Watchdog);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("/")]
    [InlineData("relative/socket")]
    [InlineData("vsock:2:1234")]
    public void Outside_systemd_or_with_an_address_of_another_kind_nothing_is_told(string? address) =>
        Assert.Null(SystemdNotify.Of(address, "3000000", null));

    [Theory]
    [InlineData("0")]
    [InlineData("-5")]
    [InlineData("soon")]
    public void A_time_that_is_none_means_no_watchdog(string microseconds)
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "systemd");
        using var notify = SystemdNotify.Of(Path.Combine(_folder.FullName, "notify"), microseconds, null)!;
        Assert.Null(notify.Watchdog);
    }
}
