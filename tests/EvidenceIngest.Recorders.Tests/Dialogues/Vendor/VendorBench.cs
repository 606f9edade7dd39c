using EvidenceIngest.Recorders.Dialogues;
using EvidenceIngest.Recorders.Dialogues.Usb;
using EvidenceIngest.Recorders.Dialogues.Vendor;
using EvidenceIngest.Recorders.Discovery;
using EvidenceIngest.Recorders.Tests.Support;
using Microsoft.Extensions.Logging.Abstractions;

namespace EvidenceIngest.Recorders.Tests.Dialogues.Vendor;

/// <summary>A bay whose recorder is unlocked by the maker's library in the real helper process.</summary>
internal sealed class VendorBench : IDisposable
{
    /// <summary>A loaded machine may need seconds for starting a process; nothing waits so long unless a test means it.</summary>
    public const string Profile = """
        title: 程序库执法记录仪
        driver: mass-storage
        match: { attachment: usb, usbIds: ['4255:0001'], priority: 60 }
        method: { video: 录像 }
        identity: [usb-serial]
        names: [ { pattern: '.+' } ]
        kinds: { video: [mp4] }
        dialogue:
          transport: dll
          secrets: { password: { setting: Recorders:Secrets:zfy } }
          probe:
            - dllCall: { library: zfy.so, function: Init_Device, arguments: [{ out: 16 }, { out: result }], return: 1 }
              timeoutSeconds: 20
              retries: 2
          info:
            - dllCall: { library: zfy.so, function: GetIDCode, arguments: [{ out: 16 }, { out: result }], return: 1 }
              timeoutSeconds: 20
              retries: 1
              capture: { model: { at: 0, length: 16 } }
            - dllCall: { library: zfy.so, function: GetZFYInfo, arguments: [{ out: zfyInfo94 }, { text: '{password}' }, { out: result }], return: 1 }
              timeoutSeconds: 20
              refuse: { return: 4, as: password }
              capture:
                serial: { at: 0, length: 8, encoding: gbk }
                officer: { at: 8, length: 7, encoding: gbk }
                officerName: { at: 15, length: 33, encoding: gbk }
                unit: { at: 48, length: 13, encoding: gbk }
                unitName: { at: 61, length: 33, encoding: gbk }
            - dllCall: { library: zfy.so, function: ReadDeviceBatteryDumpEnergy, arguments: [{ out: 4 }, { text: '{password}' }, { out: result }], return: 1 }
              timeoutSeconds: 20
              capture: { battery: { at: 0, encoding: i32le } }
          unlock:
            - dllCall: { library: zfy.so, function: SetMSDC, arguments: [{ text: '{password}' }, { out: result }], return: 7 }
              timeoutSeconds: 20
              refuse: [{ return: 4, as: password }, { return: 8, as: busy }]
            - expectReenumerate: { interface: 08/06, withinSeconds: 2 }
          clock:
            set:
              - dllCall: { library: zfy.so, function: SyncDevTime, arguments: [{ text: '{password}' }, { out: result }], return: 5 }
                timeoutSeconds: 20
                refuse: { return: 4, as: password }
        """;

    private readonly UsbBus _bus = new();

    /// <param name="helper">Another than the real one.</param>
    public VendorBench(VendorDllCommand? helper = null)
    {
        Libraries = new VendorLibraries(helper ?? new VendorDllCommand(MakersLibrary.Helper, []), Library.Folder, TimeProvider.System, Log);
        Dialogues.InPort = DialogueBench.Vendor() with { Serial = "SN48213X" };
        Dialogues.Port = () => Library.Calls.Contains("SetMSDC") ? DialogueBench.Disk() : Dialogues.InPort;
        Dialogues.Real = new DeviceLinks(_bus, [], Libraries, TimeProvider.System, NullLogger<DeviceLinks>.Instance);
    }

    /// <summary>The profile for the other layout.</summary>
    public static string Profile89 { get; } = Profile.Replace("zfyInfo94", "zfyInfo89", StringComparison.Ordinal)
        .Replace("at: 0, length: 8,", "at: 0, length: 7,", StringComparison.Ordinal)
        .Replace("at: 8, length: 7,", "at: 7, length: 6,", StringComparison.Ordinal)
        .Replace("at: 15, length: 33,", "at: 13, length: 32,", StringComparison.Ordinal)
        .Replace("at: 48, length: 13,", "at: 45, length: 12,", StringComparison.Ordinal)
        .Replace("at: 61, length: 33,", "at: 57, length: 32,", StringComparison.Ordinal);

    public MakersLibrary Library { get; } = new();

    public DialogueBench Dialogues { get; } = new();

    public VendorLibraries Libraries { get; }

    public WatchedLog<VendorLibraries> Log { get; } = new();

    /// <summary>Speaks the profile to its end; whatever the end is, no helper is left.</summary>
    public async Task<(IReadOnlyList<TranscriptLine> Lines, UsbAttachment? Ready, Exception? Error)> SpeakAsync(string profile = Profile)
    {
        var spoken = await Dialogues.SpeakAsync(DialogueProfiles.Load(profile));
        Assert.Empty(Library.Processes());
        Assert.DoesNotContain("s3cr3t77", $"{spoken.Error}{string.Concat(spoken.Lines)}{string.Concat(Log.Lines)}{string.Concat(Dialogues.Log.Lines)}", StringComparison.Ordinal);
        return spoken;
    }

    public Task<IDeviceLink> OpenAsync(string profile = Profile) =>
        Libraries.OpenAsync(Dialogues.InPort!, DialogueProfiles.Load(profile), CancellationToken.None);

    public void Dispose()
    {
        _bus.Dispose();
        Dialogues.Dispose();
        Library.Dispose();
    }
}
