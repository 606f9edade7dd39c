namespace EvidenceIngest.Recorders.Cards;

/// <summary>Windows' error numbers (winerror.h) as the Linux ones that the rest of the dock decides by.</summary>
internal static class WindowsErrors
{
    private const int Win32Facility = unchecked((int)0x80070000);

    public static int ToErrno(int error) => error switch
    {
        2 or 3 => Linux.NotFound,
        5 => Linux.AccessDenied,
        19 => Linux.ReadOnly,
        21 or 1112 => Linux.NoMedium, // not ready; no media in drive
        32 or 33 => Linux.Busy,
        55 or 433 or 1167 => Linux.NoDevice, // gone from the network or bus; no such device; not connected
        267 => Linux.NotAFolder,
        _ => Linux.InputOutput,
    };

    /// <summary>.NET keeps the system's number in it: errno on Unix, a Win32 error on Windows.</summary>
    public static int ErrnoOf(Exception error) => error switch
    {
        FileNotFoundException or DirectoryNotFoundException => Linux.NotFound,
        UnauthorizedAccessException => Linux.AccessDenied,
        _ when (error.HResult & ~0xffff) == Win32Facility => ToErrno(error.HResult & 0xffff),
        _ => Linux.InputOutput,
    };
}
