using System.Runtime.Versioning;
using EvidenceIngest.Recorders.Dialogues;
using EvidenceIngest.Recorders.Dialogues.Scsi;
using EvidenceIngest.Recorders.Dialogues.Usb;
using EvidenceIngest.Recorders.Dialogues.Vendor;
using EvidenceIngest.Recorders.Discovery;
using EvidenceIngest.Recorders.Discovery.Usb;
using EvidenceIngest.Recorders.Discovery.Windows;
using EvidenceIngest.Recorders.Drivers;
using EvidenceIngest.Recorders.Drivers.MassStorage;
using EvidenceIngest.Recorders.Drivers.MassStorage.Windows;
using EvidenceIngest.Recorders.Drivers.Mtp;
using EvidenceIngest.Recorders.Listing;
using EvidenceIngest.Recorders.Profiles;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace EvidenceIngest.Recorders;

public static class RecordersRegistration
{
    /// <summary>
    /// Registers <see cref="IBayWatcher"/>, <see cref="IRecorderIdentification"/>, <see cref="ProfileCatalogue"/> and the drivers.
    /// Profiles are loaded when they are first asked for: <see cref="ProfileException"/> comes then.
    /// </summary>
    public static IServiceCollection AddRecorders(this IServiceCollection services, RecordersOptions options)
    {
        services.TryAddSingleton(TimeProvider.System);
        services.TryAddSingleton<Heartbeats>();
        services.AddSingleton(_ => ProfileCatalogue.Load(options.ProfileFolders));
        services.AddSingleton<FolderPresence>();
        services.AddSingleton(s => new CardReader(options.AgencyZone, s.GetRequiredService<TimeProvider>()));
        services.AddSingleton<IRecorderDriver>(s => CardDriverOf(s, ActivatorUtilities.CreateInstance<FolderCards>(s)));
        if (OperatingSystem.IsLinux())
        {
            services.AddUsbDisks(options);
            services.AddMtp(options);
        }
        else if (OperatingSystem.IsWindows())
        {
            services.AddWindowsDisks(options);
        }

        services.AddDialogues(options);
        services.AddSingleton<IRecorderIdentification, RecorderIdentification>();
        services.AddSingleton<IBayWatcher>(s => ActivatorUtilities.CreateInstance<CompositeBayWatcher>(s, Watchers(s, options)));
        return services;
    }

    [SupportedOSPlatform("linux")]
    private static void AddUsbDisks(this IServiceCollection services, RecordersOptions options)
    {
        services.AddSingleton(s => ActivatorUtilities.CreateInstance<MountFolder>(s, options.RuntimeFolder));
        services.AddSingleton<IRecorderDriver>(
            s => CardDriverOf(s, ActivatorUtilities.CreateInstance<UsbDisks>(s, options.AgencyZone)));
    }

    [SupportedOSPlatform("linux")]
    private static void AddMtp(this IServiceCollection services, RecordersOptions options) =>
        services.AddSingleton<IRecorderDriver>(s => ActivatorUtilities.CreateInstance<MtpDriver>(
            s, new MtpWorkerCommand(options.WorkerProgram, [MtpWorker.Command]), options.AgencyZone));

    [SupportedOSPlatform("windows")]
    private static void AddWindowsDisks(this IServiceCollection services, RecordersOptions options) => services.AddSingleton<IRecorderDriver>(
        s => CardDriverOf(s, new WindowsDisks(options.AgencyZone, s.GetRequiredService<TimeProvider>())));

    [SupportedOSPlatform("windows")]
    private static void AddWindowsLinks(this IServiceCollection services, RecordersOptions options)
    {
        services.AddSingleton<IUsbPorts, WindowsUsbTree>();
        services.AddSingleton<IWindowsDiskPaths, WindowsDiskPaths>();
        services.AddSingleton<IScsiDevices, WindowsScsiDevices>();
        services.TryAddSingleton<IVendorLibraries>(s => ActivatorUtilities.CreateInstance<VendorLibraries>(
            s, new VendorDllCommand(options.VendorDllProgram, []), options.VendorLibraryFolder));
    }

    private static void AddDialogues(this IServiceCollection services, RecordersOptions options)
    {
        services.AddSingleton<UsbBus>();
        if (OperatingSystem.IsWindows())
        {
            services.AddWindowsLinks(options);
        }
        else
        {
            services.AddSingleton<IUsbPorts>(s => s.GetRequiredService<UsbBus>());
            if (OperatingSystem.IsLinux())
                services.AddSingleton<IScsiDevices, LinuxScsiDevices>();
        }

        services.TryAddSingleton<IVendorLibraries, NoVendorLibraries>();
        services.AddSingleton<IDeviceLinks, DeviceLinks>();
        services.AddSingleton(s => new DialogueMeans(
            s.GetRequiredService<IDeviceLinks>(), s.GetRequiredService<IUsbPorts>(), options.Secrets, options.AgencyZone, s.GetRequiredService<TimeProvider>()));
        services.AddSingleton<DeviceDialogues>();
        services.AddSingleton<IRecorderClocks, RecorderClocks>();
        services.AddSingleton<IRecorderTrial, RecorderTrial>();
    }

    private static CardDriver CardDriverOf(IServiceProvider services, ICardSource source) =>
        new(source, services.GetRequiredService<CardReader>(), services.GetRequiredService<TimeProvider>());

    private static IReadOnlyList<IBayWatcher> Watchers(IServiceProvider services, RecordersOptions options)
    {
        var folders = ActivatorUtilities.CreateInstance<FolderBayWatcher>(services, options.FolderBays.ToList(), options.FolderPoll);
        if (!options.UsbEnabled)
            return [folders];
        return OperatingSystem.IsWindows()
            ? [folders, new WindowsBayWatcher(options.UsbRescan)]
            : [folders, ActivatorUtilities.CreateInstance<UsbBayWatcher>(services, options.UsbRescan)];
    }
}
