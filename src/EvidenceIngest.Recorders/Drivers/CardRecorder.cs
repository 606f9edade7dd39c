using EvidenceIngest.Recorders.Cards;
using EvidenceIngest.Recorders.Dialogues;
using EvidenceIngest.Recorders.Discovery;
using EvidenceIngest.Recorders.Profiles;

namespace EvidenceIngest.Recorders.Drivers;

/// <summary>A recorder whose files lie on a mounted volume or in a folder.</summary>
internal sealed class CardRecorder : DockedRecorder
{
    private readonly GoneSignal _gone;
    private readonly TimeProvider _time;

    public CardRecorder(RecorderAttachment attachment, HardwareProfile profile, ICardMedium medium, TimeProvider time)
        : base(attachment, profile)
    {
        _time = time;
        Medium = medium;
        _gone = new GoneSignal(() => Medium.IsPresent(), time);
    }

    public ICardMedium Medium { get; }

    public override string? Model => Told?.Model ?? (Attachment is UsbAttachment usb
        && string.Join(' ', new[] { usb.Manufacturer, usb.Product }.Where(s => !string.IsNullOrWhiteSpace(s))) is { Length: > 0 } model
            ? model
            : Profile.Model);

    public override string? Serial => Told?.Serial is { } told && UsbSerial.IsTrustworthy(told) ? told :
        Attachment is UsbAttachment usb && UsbSerial.IsTrustworthy(usb.Serial) ? usb.Serial : null;

    public override CancellationToken Gone => _gone.Token;

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
        while (!_gone.Look())
        {
            if (_time.GetElapsedTime(started) >= Medium.AbsenceShowsWithin)
                return Linux.MeansGone(errno) && _gone.Mark();
            Thread.Sleep(20);
        }

        return true;
    }

    public override async ValueTask DisposeAsync()
    {
        await _gone.DisposeAsync();
        await Medium.DisposeAsync();
    }
}
