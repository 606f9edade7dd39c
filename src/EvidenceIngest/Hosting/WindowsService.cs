using System.ComponentModel;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Versioning;

namespace EvidenceIngest.Hosting;

/// <summary>
/// This process as a Windows service: the few functions of winsvc.h that one needs, because the package that wraps them is not
/// served. One service in a process. Compiled and never run so far: no Windows was at hand.
/// </summary>
[SupportedOSPlatform("windows")]
internal static unsafe partial class WindowsService
{
    private const int NotStartedAsService = 1063; // ERROR_FAILED_SERVICE_CONTROLLER_CONNECT
    private const uint NotImplemented = 120;
    private const uint SpecificError = 1066;

    /// <summary>Longer than the host's own limit for stopping.</summary>
    private const uint StopHintMilliseconds = 45_000;

    private static readonly CancellationTokenSource Stopping = new();
    private static readonly Lock Reporting = new();

    private static Func<CancellationToken, Task<int>>? _work;
    private static nint _status;
    private static ServiceStatus _reported;
    private static int _exitCode;

    /// <summary>The service manager started this process.</summary>
    public static bool IsRunning => _status != 0;

    /// <summary>Runs the work as a service until the service manager stops it.</summary>
    /// <returns>The work's exit code; null when a person started this process, and nothing was done.</returns>
    /// <exception cref="Win32Exception">The service manager can't be reached.</exception>
    public static int? Run(Func<CancellationToken, Task<int>> work)
    {
        _work = work;
        // Services that have their process to themselves may be called anything.
        fixed (char* name = "")
        {
            var table = stackalloc ServiceTableEntry[2];
            table[0] = new ServiceTableEntry { Name = name, Main = &ServiceMain };
            if (Dispatch(table))
                return _exitCode;
        }

        return Marshal.GetLastPInvokeError() is var error && error == NotStartedAsService ? null : throw new Win32Exception(error);
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvStdcall)])]
    private static void ServiceMain(uint count, char** arguments)
    {
        fixed (char* name = "")
            _status = Register(name, &OnControl, 0);
        if (_status == 0)
            return;
        Report(ServiceStatus.Running);
        try
        {
            // The service lasts as long as this thread: it has nothing else to do than to wait.
            _exitCode = Task.Run(() => _work!(Stopping.Token)).GetAwaiter().GetResult();
        }
        catch (Exception e)
        {
            // Nothing managed stands above this function. The manager counts the fault and starts the service anew.
            Environment.FailFast("the service failed", e);
        }

        Report(ServiceStatus.Stopped);
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvStdcall)])]
    private static uint OnControl(uint control, uint eventType, nint data, nint context)
    {
        switch (control)
        {
            case ServiceStatus.ControlStop or ServiceStatus.ControlPreshutdown:
                Report(ServiceStatus.StopPending);
                // The manager waits for this function: whoever hears of the stop runs elsewhere.
                _ = Stopping.CancelAsync();
                return 0;
            case ServiceStatus.ControlInterrogate:
                return 0;
            default:
                return NotImplemented;
        }
    }

    private static void Report(uint state)
    {
        lock (Reporting)
        {
            // Stopped is the last word: a stop that is asked for at the same moment must not follow it.
            if (_reported.State == ServiceStatus.Stopped)
                return;
            var failed = state == ServiceStatus.Stopped && _exitCode != 0;
            _reported = new ServiceStatus
            {
                Type = ServiceStatus.OwnProcess,
                State = state,
                Accepted = state == ServiceStatus.Running ? ServiceStatus.AcceptStop | ServiceStatus.AcceptPreshutdown : 0,
                ExitCode = failed ? SpecificError : 0,
                SpecificExitCode = failed ? (uint)_exitCode : 0,
                WaitHintMilliseconds = state == ServiceStatus.StopPending ? StopHintMilliseconds : 0,
            };
            // Nobody is left to tell when it fails.
            _ = SetStatus(_status, in _reported);
        }
    }

    [LibraryImport("advapi32", EntryPoint = "StartServiceCtrlDispatcherW", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.System32)]
    [return: MarshalAs(UnmanagedType.Bool)]
    private static partial bool Dispatch(ServiceTableEntry* table);

    [LibraryImport("advapi32", EntryPoint = "RegisterServiceCtrlHandlerExW", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.System32)]
    private static partial nint Register(char* name, delegate* unmanaged[Stdcall]<uint, uint, nint, nint, uint> handler, nint context);

    [LibraryImport("advapi32", EntryPoint = "SetServiceStatus", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.System32)]
    [return: MarshalAs(UnmanagedType.Bool)]
    private static partial bool SetStatus(nint service, in ServiceStatus status);
}

/// <summary>SERVICE_TABLE_ENTRYW.</summary>
[StructLayout(LayoutKind.Sequential)]
internal unsafe struct ServiceTableEntry
{
    public char* Name;
    public delegate* unmanaged[Stdcall]<uint, char**, void> Main;
}

/// <summary>SERVICE_STATUS, with the values of winsvc.h that are used.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct ServiceStatus
{
    public const uint OwnProcess = 0x10;
    public const uint Stopped = 1;
    public const uint StopPending = 3;
    public const uint Running = 4;
    public const uint AcceptStop = 1;
    public const uint AcceptPreshutdown = 0x100;
    public const uint ControlStop = 1;
    public const uint ControlInterrogate = 4;
    public const uint ControlPreshutdown = 0xf;

    public uint Type;
    public uint State;
    public uint Accepted;
    public uint ExitCode;
    public uint SpecificExitCode;
    public uint CheckPoint;
    public uint WaitHintMilliseconds;
}
