namespace EvidenceIngest.Recorders.Tests;

public sealed class HeartbeatsTests
{
    private readonly SteppedTime _time = new();

    [Fact]
    public void A_loop_is_missed_once_it_was_silent_for_longer_than_it_said()
    {
        var beats = new Heartbeats(_time);
        Assert.Empty(beats.Missed());
        beats.Alive("deliveries", TimeSpan.FromSeconds(60));
        beats.Alive("usb", TimeSpan.FromSeconds(90));
        _time.Pass(60);
        Assert.Empty(beats.Missed());
        _time.Pass(1);
        Assert.Equal(["deliveries"], beats.Missed());
        _time.Pass(60);
        Assert.Equal(["deliveries", "usb"], beats.Missed());
        beats.Alive("deliveries", TimeSpan.FromSeconds(60));
        Assert.Equal(["usb"], beats.Missed());
    }

    [Fact]
    public void A_loop_that_rests_is_never_missed_and_one_that_ended_is_at_once()
    {
        var beats = new Heartbeats(_time);
        beats.Alive("bays", TimeSpan.FromSeconds(1));
        beats.Resting("bays");
        beats.Ended("reports");
        _time.Pass(1_000_000);
        Assert.Equal(["reports"], beats.Missed());
    }

    private sealed class SteppedTime : TimeProvider
    {
        private long _seconds;

        public override long TimestampFrequency => 1;

        public void Pass(int seconds) => _seconds += seconds;

        public override long GetTimestamp() => _seconds;
    }
}
