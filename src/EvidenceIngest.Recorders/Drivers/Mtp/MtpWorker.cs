using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace EvidenceIngest.Recorders.Drivers.Mtp;

/// <summary>
/// The process that talks to one MTP device, so that a library that hangs or crashes on a hostile device takes no bay with it.
/// It ends when the dock closes its standard input, and with the dock.
/// </summary>
public static partial class MtpWorker
{
    /// <summary>The executable's hidden command that becomes a worker.</summary>
    public const string Command = "mtp-worker";

    private const int StandardOutput = 1;
    private const int StandardError = 2;
    private const int LargestRead = 4 << 20;

    public static async Task<int> RunAsync()
    {
        // libmtp prints on standard output, which belongs to the protocol.
        using var protocol = new SafeFileHandle(Dup(StandardOutput), ownsHandle: true);
        await using var output = new FileStream(protocol, FileAccess.Write);
        if (Dup2(StandardError, StandardOutput) < 0)
            return 1;
        await using var input = Console.OpenStandardInput();
        MtpSession? session = null;
        try
        {
            while (await MtpProtocol.ReadAsync(input, CancellationToken.None) is { } frame)
            {
                var (answer, content) = Answer(MtpProtocol.Message<MtpRequest>(frame), ref session);
                await MtpProtocol.WriteAsync(output, MtpProtocol.Bytes(answer), CancellationToken.None);
                await MtpProtocol.WriteAsync(output, content, CancellationToken.None);
            }

            return 0;
        }
        finally
        {
            session?.Dispose();
        }
    }

    private static (MtpAnswer Answer, byte[] Content) Answer(MtpRequest request, ref MtpSession? session)
    {
        try
        {
            if (request.Operation == MtpOperation.Open)
            {
                session ??= new MtpSession(request.Device ?? throw new MtpException("no device was named"));
                return (new MtpAnswer { Device = session.Facts() }, []);
            }

            var open = session ?? throw new MtpException("no device is open");
            switch (request.Operation)
            {
                case MtpOperation.List:
                    return (new MtpAnswer(), MtpProtocol.Bytes(open.List()));
                case MtpOperation.Look:
                    return (new MtpAnswer { Object = open.Look(request.Object) }, []);
                case MtpOperation.Read:
                    return (new MtpAnswer(), open.Read(request.Object, request.Offset, Math.Clamp(request.Count, 1, LargestRead)));
                default:
                    open.Delete(request.Object);
                    return (new MtpAnswer(), []);
            }
        }
        catch (MtpException e)
        {
            return (new MtpAnswer(e.Message), []);
        }
        catch (Exception e) when (e is DllNotFoundException or EntryPointNotFoundException)
        {
            return (new MtpAnswer($"{LibMtp.Library} is missing or too old: install the package libmtp9 ({e.GetType().Name})") { LibraryMissing = true }, []);
        }
    }

    [LibraryImport("libc", EntryPoint = "dup")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int Dup(int descriptor);

    [LibraryImport("libc", EntryPoint = "dup2")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int Dup2(int from, int to);
}
