using System.Collections.Concurrent;
using EvidenceIngest.Recorders.Discovery;
using EvidenceIngest.Recorders.Drivers;
using EvidenceIngest.Recorders.Profiles;
using EvidenceIngest.VendorDll;
using Microsoft.Extensions.Logging;

namespace EvidenceIngest.Recorders.Dialogues.Vendor;

/// <summary>
/// Starts a helper process for each conversation. A library is used by one bay at a time: its calls name no device, and its
/// state is the machine's.
/// </summary>
/// <param name="command">Starts a helper.</param>
/// <param name="folder">Where the libraries lie.</param>
/// <param name="time">Clock of the limits.</param>
/// <param name="log">Told which library a bay uses.</param>
internal sealed class VendorLibraries(VendorDllCommand command, string folder, TimeProvider time, ILogger<VendorLibraries> log) : IVendorLibraries
{
    /// <summary>Starting .NET and loading a library; not counted against the first step.</summary>
    private static readonly TimeSpan LoadLimit = TimeSpan.FromSeconds(30);

    private readonly ConcurrentDictionary<string, SemaphoreSlim> _turns = new(StringComparer.OrdinalIgnoreCase);

    public async Task<IDeviceLink> OpenAsync(UsbAttachment device, HardwareProfile profile, CancellationToken ct)
    {
        var library = profile.Dialogue?.Library ?? throw new ArgumentException($"profile {profile.Name} names no library", nameof(profile));
        var turn = _turns.GetOrAdd(library, _ => new SemaphoreSlim(1, 1));
        await turn.WaitAsync(ct);
        var keeps = false;
        try
        {
            var link = new VendorLink(await LoadAsync(device, profile, library, ct), again => LoadAsync(device, profile, library, again), device, profile, () => turn.Release());
            log.LibraryLoaded(device.Bay, library);
            keeps = true;
            return link;
        }
        finally
        {
            if (!keeps)
                turn.Release();
        }
    }

    private async Task<VendorHelper> LoadAsync(UsbAttachment device, HardwareProfile profile, string library, CancellationToken ct)
    {
        VendorHelper? helper = null;
        try
        {
            helper = VendorHelper.Start(command, folder, time);
            var path = Path.GetFullPath(Path.Combine(folder, library));
            var answer = await helper.AskAsync(id => new VendorRequest { Id = id, Load = path }, LoadLimit, ct);
            if (answer.Error is not null)
                throw LibraryRefusal.For(answer, device, profile, library, null);
            var loaded = helper;
            helper = null;
            return loaded;
        }
        catch (VendorHelperException e)
        {
            throw new DeviceTalkException($"{library} while loading: {e.Message}", e);
        }
        catch (IOException e) when (helper is null)
        {
            throw new RecorderRefusedException(
                $"{device.Bay}: {e.Message}", $"“{profile.Title}”所需的程序库组件（EvidenceIngest.VendorDll）无法启动，请系统管理员检查采集站的安装。设备内的音像资料未受影响。");
        }
        finally
        {
            if (helper is not null)
                await helper.DisposeAsync();
        }
    }
}
