using EvidenceIngest.Dock.Bays;
using EvidenceIngest.Dock.Delivery;
using EvidenceIngest.Dock.Disk;
using EvidenceIngest.Dock.Tests.Support;

namespace EvidenceIngest.Dock.Tests.Sharing;

public sealed class SharingTests
{
    [Fact]
    public async Task Who_has_the_oldest_deadline_enters_first_and_a_cancelled_turn_is_passed_on()
    {
        var gate = new DeadlineGate(1);
        var first = await gate.EnterAsync(At(9), CancellationToken.None);
        using var cancel = new CancellationTokenSource();
        var late = gate.EnterAsync(At(3), CancellationToken.None);
        var given_up = gate.EnterAsync(At(1), cancel.Token);
        var urgent = gate.EnterAsync(At(2), CancellationToken.None);
        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => given_up);

        first.Dispose();
        first.Dispose();
        var place = await urgent.WaitAsync(DockRig.Patience);
        Assert.False(late.IsCompleted);
        place.Dispose();
        await late.WaitAsync(DockRig.Patience);
    }

    [Fact]
    public void Pooled_buffers_are_bounded_and_come_back()
    {
        using var pool = new BufferPool(2);
        var one = pool.Rent(CancellationToken.None);
        var two = pool.Rent(CancellationToken.None);
        using var soon = new CancellationTokenSource(50);
        Assert.Throws<OperationCanceledException>(() => pool.Rent(soon.Token));
        one.Return();
        pool.Rent(CancellationToken.None).Return();
        two.Return();
    }

    [Theory]
    [InlineData("22:00", "06:00", "2026-11-20T23:00", "2026-11-25T23:59", true)]
    [InlineData("22:00", "06:00", "2026-11-20T05:00", "2026-11-25T23:59", true)]
    [InlineData("22:00", "06:00", "2026-11-20T12:00", "2026-11-25T23:59", false)]
    [InlineData("22:00", "06:00", "2026-11-20T12:00", "2026-11-20T23:59", true)]
    [InlineData("12:00", "14:00", "2026-11-20T13:00", "2026-11-25T23:59", true)]
    [InlineData("12:00", "14:00", "2026-11-20T15:00", "2026-11-25T23:59", false)]
    public void Uploads_keep_to_the_window_unless_the_deadline_would_be_missed(string from, string to, string now, string deadline, bool may)
    {
        var zone = TimeSpan.FromHours(8);
        var culture = System.Globalization.CultureInfo.InvariantCulture;
        var options = new DockOptions
        {
            Server = new Uri("http://127.0.0.1"), StagingFolder = "", CredentialsFile = "", Name = "",
            Upload = new UploadOptions { Window = new UploadWindow(TimeOnly.Parse(from, culture), TimeOnly.Parse(to, culture)) },
        };
        var schedule = new UploadSchedule(options, new FixedTime(new DateTimeOffset(DateTime.Parse(now, culture), zone)));
        Assert.Equal(may, schedule.MaySend(new DateTimeOffset(DateTime.Parse(deadline, culture), zone)));
    }

    [Fact]
    public void Evicted_pages_are_really_gone()
    {
        var path = Path.Combine(AppContext.BaseDirectory, Path.GetRandomFileName());
        try
        {
            File.WriteAllBytes(path, new byte[8 << 20]);
            using var file = File.OpenHandle(path, FileMode.Open, FileAccess.ReadWrite);
            Assert.True(UncachedFile.ResidentPages(file) > 0);
            RandomAccess.FlushToDisk(file);
            Assert.True(UncachedFile.Evict(file));
            Assert.Equal(0, UncachedFile.ResidentPages(file));
        }
        finally
        {
            File.Delete(path);
        }
    }

    [Fact]
    public void No_bay_state_can_be_reached_past_its_order()
    {
        Assert.False(BayTransitions.IsAllowed(BayState.Offloading, BayState.Clearing));
        Assert.False(BayTransitions.IsAllowed(BayState.Offloading, BayState.SafeToRemove));
        Assert.False(BayTransitions.IsAllowed(BayState.Delivering, BayState.Clearing));
        Assert.False(BayTransitions.IsAllowed(BayState.Delivering, BayState.SafeToRemove));
        Assert.False(BayTransitions.IsAllowed(BayState.Failed, BayState.SafeToRemove));
        Assert.All(Enum.GetValues<BayState>(), s => Assert.True(BayTransitions.IsAllowed(s, BayState.Empty)));
    }

    private static DateTimeOffset At(int hour) => new(2026, 11, 20, hour, 0, 0, TimeSpan.Zero);

    private sealed class FixedTime(DateTimeOffset now) : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => now.ToUniversalTime();
    }
}
