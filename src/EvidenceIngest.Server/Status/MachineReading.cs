using System.Diagnostics;
using System.Reflection;
using System.Runtime.InteropServices;
using EvidenceIngest.Server.Catalogue;
using Microsoft.EntityFrameworkCore;

namespace EvidenceIngest.Server.Status;

/// <param name="Version">Of this service.</param>
/// <param name="Runtime">Of .NET.</param>
/// <param name="System">Operating system.</param>
/// <param name="StartedAt">Since when the server runs, UTC.</param>
/// <param name="Database">Where the catalogue is.</param>
/// <param name="Disks">Where the server writes.</param>
public sealed record MachineStatus(string Version, string Runtime, string System, DateTimeOffset StartedAt, DatabaseStatus Database, IReadOnlyList<DiskStatus> Disks);

/// <param name="Version">As it says itself.</param>
/// <param name="Bytes">Of the catalogue.</param>
/// <param name="Milliseconds">How long it took to answer that.</param>
public sealed record DatabaseStatus(string Version, long Bytes, double Milliseconds);

/// <param name="Use">work: copies of masters while they are looked at; witness: signed heads of the custody log.</param>
/// <param name="FreeBytes">That the service may still write.</param>
/// <param name="TotalBytes">Of the file system.</param>
public sealed record DiskStatus(string Use, long FreeBytes, long TotalBytes);

/// <summary>What the server stands on.</summary>
internal sealed class MachineReading(EvidenceCatalogue catalogue, ServerOptions options, TimeProvider time)
{
    private static readonly string Version =
        typeof(MachineReading).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion.Split('+')[0] ?? "";

    private static readonly DateTimeOffset StartedAt = FindStart();

    public async Task<MachineStatus> ReadAsync(CancellationToken ct)
    {
        var began = time.GetTimestamp();
        var (version, bytes) = await catalogue.ReadAsync(
            async db => (
                await db.Database.SqlQuery<string>($"select current_setting('server_version') as \"Value\"").SingleAsync(ct),
                await db.Database.SqlQuery<long>($"select pg_database_size(current_database()) as \"Value\"").SingleAsync(ct)),
            ct);
        var database = new DatabaseStatus(version, bytes, Math.Round(time.GetElapsedTime(began).TotalMilliseconds, 1));
        return new MachineStatus(
            Version, RuntimeInformation.FrameworkDescription, RuntimeInformation.OSDescription, StartedAt, database,
            [.. Disk("work", options.WorkFolder), .. Disk("witness", Path.GetDirectoryName(options.Log.WitnessFile))]);
    }

    private static DateTimeOffset FindStart()
    {
        using var self = Process.GetCurrentProcess();
        return new DateTimeOffset(self.StartTime).ToUniversalTime();
    }

    private static IEnumerable<DiskStatus> Disk(string use, string? folder)
    {
        // A folder that isn't made yet will be made on the disk of the next one above that is there.
        while (folder is { Length: > 0 } && !Directory.Exists(folder))
            folder = Path.GetDirectoryName(folder);
        if (string.IsNullOrEmpty(folder))
            yield break;
        var drive = new DriveInfo(Path.GetFullPath(folder));
        yield return new DiskStatus(use, drive.AvailableFreeSpace, drive.TotalSize);
    }
}
