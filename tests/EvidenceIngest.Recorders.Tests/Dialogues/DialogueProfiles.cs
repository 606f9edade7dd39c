using EvidenceIngest.Recorders.Profiles;
using EvidenceIngest.Recorders.Tests.Profiles;

namespace EvidenceIngest.Recorders.Tests.Dialogues;

/// <summary>Profiles with dialogues as the research describes the protocols; waits are shorter than devices need.</summary>
internal static class DialogueProfiles
{
    /// <summary>Ambarella, text over bulk (BigBadMuttuH/AmbaBodyCam).</summary>
    public const string Text = """
        title: 文本协议执法记录仪
        driver: mass-storage
        match: { attachment: usb, usbIds: ['4255:0001'], priority: 60 }
        method: { video: 录像 }
        identity: [usb-serial, volume]
        names: [ { pattern: '.+' } ]
        kinds: { video: [mp4] }
        dialogue:
          transport: usb
          usb: { interface: 0, out: 0x01, in: 0x81 }
          secrets: { password: { setting: Recorders:Secrets:text } }
          probe:
            - bulk: { write: { text: '@Ver;8;00000000;#' }, read: 64 }
              expect: { contains: 'Ver;OK' }
              timeoutSeconds: 1
          info:
            - bulk: { write: { text: '@Gdv;8;00000000;#' }, read: 64 }
              capture: { serial: { field: 3, separator: ';' } }
              timeoutSeconds: 1
              retries: 2
              retryPauseSeconds: 1
          unlock:
            - bulk: { write: { text: '@ATH;8;{password};#' }, read: 64 }
              expect: { contains: 'ATH;OK' }
              interim: 'BUSY'
              refuse: { contains: 'ATH;ERR', as: password }
              timeoutSeconds: 1
            - wait: 1
            - expectReenumerate: { usbIds: ['070a:4026'], interface: 08/06, withinSeconds: 1 }
        """;

    /// <summary>Ambarella A9, control transfers, the same USB id (alexankitty/Ambarella-A9-Body-Cam-Automation).</summary>
    public const string Control = """
        title: A9 执法记录仪
        driver: mass-storage
        match: { attachment: usb, usbIds: ['4255:0001'], priority: 70 }
        method: { video: 录像 }
        identity: [usb-serial, volume]
        names: [ { pattern: '.+' } ]
        kinds: { video: [mp4] }
        dialogue:
          transport: usb
          secrets: { password: { setting: Recorders:Secrets:a9 } }
          probe:
            - control: { type: 0xC0, request: 0x55, value: 0x0080, read: 10 }
              expect: { bytes: 'A1', at: 0 }
              timeoutSeconds: 1
          unlock:
            - control: { type: 0x40, request: 0x55, value: 0x0080, write: { hex: 'A1 12 00 12 {password:ascii}', pad: 64 } }
            - control: { type: 0xC0, request: 0x55, value: 0x0080, read: 10 }
              expect: { bytes: '01', at: 2 }
            - control: { type: 0x40, request: 0x50, value: 0x0080, write: { hex: 'A1 23 00 23', pad: 64 } }
            - expectReenumerate: { usbIds: ['070a:4026'], withinSeconds: 1 }
        """;

    /// <summary>JieLi DV16, SCSI (jjzqp/gitskills).</summary>
    public const string Scsi = """
        title: DV16 执法记录仪
        driver: mass-storage
        readySeconds: 1
        match: { attachment: usb, interface: 08/06, priority: 80 }
        method: { video: 录像 }
        identity: [usb-serial, volume]
        names: [ { pattern: '.+' } ]
        kinds: { video: [mp4] }
        dialogue:
          transport: scsi
          inquiry: 'DV16 DEVICE V1.00'
          clock:
            read:
              - scsi: { cdb: 'FD 81 00 00 00 05 00 07 00 00 00 00 00 00 00 00', read: 7 }
                capture: { time: { at: 0, layout: [u16le year, u8 month, u8 day, u8 hour, u8 minute, u8 second] } }
            set:
              - scsi: { cdb: 'FB 81 00 00 00 05 00 07 00 00 00 00 00 00 00 00', write: { hex: '{now:u16le year, u8 month, u8 day, u8 hour, u8 minute, u8 second}' } }
          info:
            - scsi: { cdb: 'FD 81 00 00 00 02 00 06 00 00 00 00 00 00 00 00', read: 6 }
              capture: { serial: { at: 0, length: 6 } }
            - scsi: { cdb: 'FD 81 00 00 00 08 00 01 00 00 00 00 00 00 00 00', read: 1 }
              capture: { battery: { at: 0, encoding: u8 } }
          unlock:
            - scsi: { cdb: 'FD 81 00 00 00 0C 00 01 00 00 00 00 00 00 00 00', read: 1 }
              refuse: { bytes: '00', at: 0, as: noCard }
              timeoutSeconds: 1
            - scsi: { cdb: 'FD 81 00 00 00 06 00 10 00 00 00 00 00 00 00 00', read: 16 }
        """;

    /// <summary>Guobao E12, frames (isliulin/huaxin).</summary>
    public const string Frames = """
        title: E12 执法记录仪
        driver: mass-storage
        match: { attachment: usb, usbIds: ['18d1:4ee7'], priority: 60 }
        method: { video: 录像 }
        identity: [usb-serial, volume]
        names: [ { pattern: '.+' } ]
        kinds: { video: [mp4] }
        dialogue:
          transport: tcp
          tcp: { port: 10086, length: be32 }
          probe:
            - tcpFrame: { write: { text: 'E12CMDS004', encoding: gbk }, read: true }
              expect: { contains: 'E12DATR004' }
              capture: { officerName: { at: 10, length: 32, encoding: gbk } }
              timeoutSeconds: 1
          clock:
            read:
              - tcpFrame: { write: { text: 'E12CMDS003' }, read: true }
                capture: { time: { at: 10, format: 'yyyy-MM-dd HH:mm:ss' } }
                timeoutSeconds: 1
          unlock:
            - tcpFrame: { write: { text: 'E12CMDS008' }, read: true }
              interim: 'E12DATR880'
              expect: { contains: 'E12DATR008' }
              timeoutSeconds: 1
        """;

    /// <summary>A maker's library (Edward125/H6).</summary>
    public const string Library = """
        title: 程序库执法记录仪
        driver: mass-storage
        match: { attachment: usb, usbIds: ['1234:0001'], priority: 60 }
        method: { video: 录像 }
        identity: [usb-serial]
        names: [ { pattern: '.+' } ]
        kinds: { video: [mp4] }
        dialogue:
          transport: dll
          secrets: { password: { setting: Recorders:Secrets:zfy } }
          probe:
            - dllCall: { library: x.dll, function: Init_Device, arguments: [{ out: 16 }, { out: result }], return: 1 }
              retries: 6
          info:
            - dllCall: { library: x.dll, function: GetZFYInfo_ByIndex, arguments: [{ number: 0 }, { out: zfyInfo89 }, { text: '{password}' }, { out: result }], return: 1 }
              refuse: { return: 4, as: password }
              capture: { serial: { at: 0, length: 7, encoding: gbk } }
            - dllCall: { library: x.dll, function: ReadDeviceBatteryDumpEnergy, arguments: [{ out: 4 }, { hex: '{password:ascii}', pad: 16 }, { out: result }], return: 1 }
              capture: { battery: { at: 0, encoding: i32le } }
          unlock:
            - dllCall: { library: x.dll, function: SetMSDC, arguments: [{ text: '{password}' }, { out: result }], return: 7 }
              refuse: { return: 4, as: password }
        """;

    public static HardwareProfile Load(string yaml) => Catalogue(yaml).Profiles[0];

    public static ProfileCatalogue Catalogue(params string[] yaml)
    {
        using var folder = new ProfileFolder();
        for (var i = 0; i < yaml.Length; i++)
            folder.With($"p{i}.yaml", WithFacts(yaml[i]));
        return ProfileCatalogue.Load([folder.Path]);
    }

    public static IReadOnlyList<string> Problems(string yaml)
    {
        using var folder = new ProfileFolder();
        return folder.With("p.yaml", WithFacts(yaml)).Problems();
    }

    /// <summary>These dialogues are tried on the bench's devices, so nothing is inferred.</summary>
    private static string WithFacts(string yaml)
    {
        string[] fields = ["driver", "readySeconds", "match", "names", "kinds", "dialogue"];
        var said = fields.Where(f => yaml.Split('\n').Any(line => line.StartsWith(f + ":", StringComparison.Ordinal)));
        return $"{yaml}\nfacts:\n  - {{ fields: [{string.Join(", ", said)}], trust: tested, source: this bench }}\n";
    }
}
