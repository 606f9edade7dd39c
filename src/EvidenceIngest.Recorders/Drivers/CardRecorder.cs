using EvidenceIngest.Recorders.Cards;
using EvidenceIngest.Recorders.Dialogues;
using EvidenceIngest.Recorders.Discovery;
using EvidenceIngest.Recorders.Profiles;

namespace EvidenceIngest.Recorders.Drivers;

/// <summary>A recorder whose files lie on a mounted volume or in a folder.</summary>
internal sealed class CardRecorder : DockedRecorder
{
    private static readonly TimeSpan PresencePoll = TimeSpan.FromMilliseconds(250);

    private readonly CancellationTokenSource _gone = new();
    private readonly TimeProvider _time;
    private readonly ITimer _poll;

    public CardRecorder(RecorderAttachment attachment, HardwareProfile profile, ICardMedium medium, TimeProvider time)
        : base(attachment, profile)
    {
        _time = time;
        Medium = medium;
        Gone = _gone.Token;
        _poll = time.CreateTimer(_ => LookForMedium(), null, PresencePoll, PresencePoll);
    }

    public ICardMedium Medium { get; }

    public override string? Model => Told?.Model ?? (Attachment is UsbAttachment usb
        && string.Join(' ', new[] { usb.Manufacturer, usb.Product }.Where(s => !string.IsNullOrWhiteSpace(s))) is { Length: > 0 } model
            ? model
            : Profile.Model);

    public override string? Serial => Told?.Serial is { } told && UsbSerial.IsTrustworthy(told) ? told :
        Attachment is UsbAttachment usb && UsbSerial.IsTrustworthy(usb.Serial) ? usb.Serial : null;

    public override CancellationToken Gone { get; }

    private DeviceFacts? Told => (Attachment as UsbAttachment)?.SpokenTo?.Facts;

    public void ThrowIfGone()
    {
        if (Gone.IsCancellationRequested)
            throw new RecorderGoneException($"{Attachment.Bay}: the recorder left its bay");
    }

    /// <summary>Runs file work and turns its errors into what they mean: gone for now, or one file that can't be read.</summary>
    public T Run<T>(Func<T> work)
    {
        ThrowIfGone();
        try
        {
            return work();
        }
        catch (IOException e) when (e is not RecorderGoneException)
        {
            if (IsGoneAfter(e))
                throw new RecorderGoneException($"{Attachment.Bay}: the recorder left its bay: {e.Message}", e);
            throw;
        }
    }

    /// <summary>Waits shortly for the absence to show, because an error comes before it.</summary>
    public bool IsGoneAfter(IOException error)
    {
        var errno = error is CardIoException io ? io.Errno : error.HResult; // .NET puts errno there on Unix
        var started = _time.GetTimestamp();
        while (!Gone.IsCancellationRequested && !LookForMedium())
        {
            if (_time.GetElapsedTime(started) >= Medium.AbsenceShowsWithin)
                return Linux.MeansGone(errno) && Mark();
            Thread.Sleep(20);
        }

        return true;
    }

    public override async ValueTask DisposeAsync()
    {
        await _poll.DisposeAsync();
        await Medium.DisposeAsync();
        _gone.Dispose();
    }

    /// <summary>True when it is gone; gone stays gone, even if the same folder returns.</summary>
    private bool LookForMedium() => Gone.IsCancellationRequested || (!Medium.IsPresent() && Mark());

    private bool Mark()
    {
        try
        {
            _gone.Cancel();
        }
        catch (ObjectDisposedException)
        {
            // Released meanwhile: nobody listens any more.
        }

        return true;
    }
}
