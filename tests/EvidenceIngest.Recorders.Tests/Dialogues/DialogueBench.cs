using System.Text;
using EvidenceIngest.Recorders.Dialogues;
using EvidenceIngest.Recorders.Discovery;
using EvidenceIngest.Recorders.Drivers;
using EvidenceIngest.Recorders.Listing;
using EvidenceIngest.Recorders.Profiles;
using EvidenceIngest.Recorders.Profiles.Dialogue;
using EvidenceIngest.Recorders.Tests.Listing;
using EvidenceIngest.Recorders.Tests.Support;

namespace EvidenceIngest.Recorders.Tests.Dialogues;

/// <summary>A port with a device in it that answers as a test says, and everything that it was sent.</summary>
internal sealed class DialogueBench : IDeviceLinks, IUsbPorts, ICardSource, IDisposable
{
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly CardFolder _card = new();
    private readonly FolderCards _folders = new(new FolderPresence());
    private DeviceDialogues? _dialogues;

    public DialogueBench() => _card.Put("J800000_00000020170730100947_0016.mp4");

    public string DriverName => "mass-storage";

    /// <summary>What the device answers; null is silence.</summary>
    public Func<Exchange, byte[]?> Answers { get; set; } = _ => null;

    public UsbAttachment? InPort { get; set; } = Vendor();

    /// <summary>What stands in the port while it is looked at, where that changes by itself.</summary>
    public Func<UsbAttachment?>? Port { get; set; }

    public Dictionary<string, string> Passwords { get; } = new()
    {
        ["Recorders:Secrets:text"] = "s3cr3t77", ["Recorders:Secrets:a9"] = "s3cr3t77", ["Recorders:Secrets:zfy"] = "s3cr3t77",
    };

    /// <summary>Readable: bulk data as text, control as request and data.</summary>
    public List<string> Sent { get; } = [];

    public int OpenLinks { get; private set; }

    public WatchedLog<DeviceDialogues> Log { get; } = new();

    /// <summary>Real links instead of this bench's own.</summary>
    public IDeviceLinks? Real { get; set; }

    public DeviceDialogues Dialogues => _dialogues ??= new DeviceDialogues(Means, Log);

    public DialogueMeans Means => new(Real ?? this, this, s => Passwords.GetValueOrDefault(s), Support.Recorders.Shanghai, TimeProvider.System);

    public static UsbAttachment Vendor(byte address = 5) => Card.Usb(vendor: 0x4255, product: 1) with
    {
        Address = address, InterfaceClasses = [new UsbInterfaceClass(0xff, 0, 0)],
    };

    public static UsbAttachment Disk(byte address = 6) => Card.Usb(vendor: 0x070a, product: 0x4026) with { Address = address };

    public Task<IdentifiedRecorder?> IdentifyAsync(params string[] yaml) => IdentifyAsync(InPort!, yaml);

    public Task<IdentifiedRecorder?> IdentifyAsync(UsbAttachment attachment, params string[] yaml) => new RecorderIdentification(
            DialogueProfiles.Catalogue(yaml),
            [new CardDriver(this, new CardReader(Support.Recorders.Shanghai, TimeProvider.System), TimeProvider.System)],
            Dialogues)
        .IdentifyAsync(attachment, CancellationToken.None).WaitAsync(Patience);

    /// <summary>Speaks one profile and gives the transcript, whatever becomes of it.</summary>
    public async Task<(IReadOnlyList<TranscriptLine> Lines, UsbAttachment? Ready, Exception? Error)> SpeakAsync(HardwareProfile profile)
    {
        var transcript = new Transcript();
        try
        {
            var (greeted, mismatch) = await Dialogues.GreetAsync(InPort!, profile, transcript, CancellationToken.None).WaitAsync(Patience);
            if (greeted is null)
                return (transcript.Lines, null, new DeviceTalkException(mismatch!.Reason));
            await using (greeted)
                return (transcript.Lines, await greeted.ShowFilesAsync(CancellationToken.None).WaitAsync(Patience), null);
        }
        catch (Exception e) when (e is IOException or RecorderRefusedException)
        {
            return (transcript.Lines, null, e);
        }
    }

    UsbAttachment? IUsbPorts.At(BayId bay) => Port is null ? InPort : Port();

    Task<IDeviceLink?> IDeviceLinks.OpenAsync(UsbAttachment device, HardwareProfile profile, CancellationToken ct)
    {
        // Whatever stands in this port, it is no disk with the INQUIRY that a SCSI dialogue wants.
        if (profile.Dialogue!.Transport == DialogueTransport.Scsi)
            return Task.FromResult<IDeviceLink?>(null);
        OpenLinks++;
        return Task.FromResult<IDeviceLink?>(new Link(this));
    }

    Task<ICardMedium> ICardSource.OpenAsync(RecorderAttachment attachment, HardwareProfile profile, CancellationToken ct) =>
        _folders.OpenAsync(Support.Recorders.Attachment(_card.Path), profile, ct);

    public void Dispose() => _card.Dispose();

    /// <summary>The text recorder of the research, with this password.</summary>
    public byte[]? TextRecorder(Exchange exchange, string password = "s3cr3t77")
    {
        if (exchange is not BulkExchange)
            throw new DeviceTalkException("control: the device refuses the request (stall)");
        var said = Encoding.ASCII.GetString(exchange.Data.Span);
        if (said == $"@ATH;8;{password};#")
        {
            InPort = Disk();
            return "@ATH;OK;#"u8.ToArray();
        }

        return said switch
        {
            "@Ver;8;00000000;#" => "@Ver;OK;V2.1;#"u8.ToArray(),
            "@Gdv;8;00000000;#" => "@Gdv;OK;7;K712345;#"u8.ToArray(),
            _ when said.StartsWith("@ATH", StringComparison.Ordinal) => "@ATH;ERR;#"u8.ToArray(),
            _ => null,
        };
    }

    private sealed class Link(DialogueBench bench) : IDeviceLink
    {
        public async Task<ReadOnlyMemory<byte>> ExchangeAsync(Exchange exchange, TimeSpan timeout, CancellationToken ct)
        {
            bench.Sent.Add(exchange switch
            {
                ControlExchange c => $"{c.Type:x2}/{c.Request:x2} {Convert.ToHexString(c.Data.Span.TrimEnd((byte)0))}".Trim(),
                _ => Encoding.ASCII.GetString(exchange.Data.Span),
            });
            if (bench.InPort is null)
                throw new RecorderGoneException("usb:1-2.3: pulled");
            if (bench.Answers(exchange) is { } reply)
                return reply;
            await Task.Delay(Timeout.Infinite, ct);
            return default;
        }

        public ValueTask DisposeAsync()
        {
            bench.OpenLinks--;
            return ValueTask.CompletedTask;
        }
    }
}
