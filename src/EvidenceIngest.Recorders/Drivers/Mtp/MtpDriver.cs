using System.Globalization;
using System.Runtime.Versioning;
using System.Text;
using EvidenceIngest.Domain.Deliveries;
using EvidenceIngest.Domain.Receipts;
using EvidenceIngest.Recorders.Cards;
using EvidenceIngest.Recorders.Discovery;
using EvidenceIngest.Recorders.Drivers.MassStorage;
using EvidenceIngest.Recorders.Listing;
using EvidenceIngest.Recorders.Profiles;
using Microsoft.Extensions.Logging;

namespace EvidenceIngest.Recorders.Drivers.Mtp;

/// <summary>Recorders that show objects by MTP or PTP instead of a disk. Each is read by a worker process of its own.</summary>
[SupportedOSPlatform("linux")]
internal sealed class MtpDriver(
    MtpWorkerCommand worker, CardReader reader, TimeZoneInfo agencyZone, TimeProvider time, ILogger<MtpDriver> log)
    : IProfileChoosingDriver
{
    public string Name => "mtp";

    public async Task<DockedRecorder> OpenAsync(RecorderAttachment attachment, HardwareProfile profile, CancellationToken ct) =>
        await OpenFirstAsync(attachment, [profile], ct) ?? throw new RecorderRefusedException(
            $"{attachment.Bay}: nothing on the device is named as profile {profile.Name} expects",
            $"设备上没有“{profile.Title}”的文件，请确认设备型号。");

    public async Task<DockedRecorder?> OpenFirstAsync(
        RecorderAttachment attachment, IReadOnlyList<HardwareProfile> candidates, CancellationToken ct)
    {
        var usb = (UsbAttachment)attachment;
        var presence = usb.SysfsPath is null ? null : UsbPresence.Of(usb.SysfsPath);
        if (presence is null || AddressOf(usb) is not { } address)
            throw new RecorderGoneException($"{usb.Bay}: the recorder left its bay");
        var process = MtpProcess.Start(worker, usb.Bay.Value, time, log);
        try
        {
            var facts = await OpenDeviceAsync(process, usb, address, candidates[0].ReadyWithin, ct);
            var objects = await MtpRecorder.ListAsync(process, ct);
            var chosen = ProfileChoice.ByNames(candidates, name => HasFolder(objects, name), () => EntriesOf(objects));
            if (chosen is not null)
                return new MtpRecorder(usb, chosen, process, facts, objects, presence, time);
        }
        catch (Exception e)
        {
            await process.DisposeAsync();
            if (e is MtpException or IOException && !presence.IsThere())
                throw new RecorderGoneException($"{usb.Bay}: the recorder left its bay: {e.Message}", e);
            if (e is MtpException)
                throw new IOException($"{usb.Bay}: {e.Message}", e);
            throw;
        }

        await process.DisposeAsync();
        return null;
    }

    public Task<ClockReading> ReadClockAsync(DockedRecorder recorder, CancellationToken ct) => Task.FromResult(
        new ClockReading(null, time.GetUtcNow(), "MTP has no way to ask a recorder for its clock"));

    public async Task<RecorderListing> ListAsync(DockedRecorder recorder, CancellationToken ct)
    {
        var device = (MtpRecorder)recorder;
        return reader.Read(device.Profile, device.Attachment, volumeId: null, [], EntriesOf(await device.ListAsync(ct)));
    }

    public Task<Stream> OpenReadAsync(DockedRecorder recorder, RecorderFile file, CancellationToken ct)
    {
        var device = (MtpRecorder)recorder;
        device.ThrowIfGone();
        return Task.FromResult<Stream>(new MtpStream(device, device.Find(file)));
    }

    public async Task<FileStamp?> StampAsync(DockedRecorder recorder, RecorderFile file, CancellationToken ct) =>
        await ((MtpRecorder)recorder).LookAsync(file, ct) is { } now ? new FileStamp(now.Bytes, ModifiedAt(now)) : null;

    public Task<ClearedMedia> ClearAsync(
        DockedRecorder recorder, IReadOnlyList<RecorderFile> files, VaultReceipt receipt, CancellationToken ct)
    {
        recorder.DemandClearable();
        return new MtpClearing((MtpRecorder)recorder).ClearAsync(files, receipt, ct);
    }

    private async Task<MtpDeviceFacts> OpenDeviceAsync(
        MtpProcess process, UsbAttachment usb, MtpAddress address, TimeSpan readyWithin, CancellationToken ct)
    {
        var opening = new MtpRequest(MtpOperation.Open) { Device = address };
        var (answer, _) = await process.AskAsync(opening, readyWithin + TimeSpan.FromSeconds(20), ct);
        var facts = answer.Device ?? throw new IOException($"{usb.Bay}: the MTP worker said nothing about the device");
        log.MtpOpened(usb.Bay.Value, facts.Manufacturer, facts.Model, facts.BatteryPercent);
        return facts.ReadsParts ? facts : throw new RecorderRefusedException(
            $"{usb.Bay}: the device can't give parts of a file, so that a broken transfer could not go on",
            "该设备的 MTP 模式不支持断点续采，请在设备上改用 U 盘（大容量存储）模式后重新插入。");
    }

    private static MtpAddress? AddressOf(UsbAttachment usb)
    {
        try
        {
            return new MtpAddress(Number("busnum"), Number("devnum"), usb.VendorId, usb.ProductId);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or FormatException or OverflowException)
        {
            return null;
        }

        byte Number(string file) => byte.Parse(File.ReadAllText(Path.Combine(usb.SysfsPath!, file)), CultureInfo.InvariantCulture);
    }

    /// <summary>At the root of a storage.</summary>
    private static bool HasFolder(IReadOnlyList<MtpObject> objects, string name) => objects.Any(o =>
        o.Path.Split('/') is { Length: > 1 } path && path.Take(path.Length - 1).Take(2).Contains(name, StringComparer.OrdinalIgnoreCase));

    private List<CardEntry> EntriesOf(IReadOnlyList<MtpObject> objects) => [.. objects.Select(o => new CardEntry(
        Encoding.UTF8.GetBytes(o.Path), o.IsFolder ? CardEntryKind.Unreadable : CardEntryKind.File, o.Bytes, ModifiedAt(o), o.Problem))];

    /// <summary>The device told local time; the library read it in this machine's zone, but it is the agency's.</summary>
    private DateTimeOffset? ModifiedAt(MtpObject file)
    {
        if (file.ModifiedAt <= 0 || file.ModifiedAt > DateTimeOffset.MaxValue.ToUnixTimeSeconds())
            return null;
        var wall = DateTime.SpecifyKind(DateTimeOffset.FromUnixTimeSeconds(file.ModifiedAt).LocalDateTime, DateTimeKind.Unspecified);
        return agencyZone.IsInvalidTime(wall) ? null : new DateTimeOffset(wall, agencyZone.GetUtcOffset(wall)).ToUniversalTime();
    }
}
