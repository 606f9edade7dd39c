using System.Runtime.InteropServices;

namespace EvidenceIngest.Recorders.Cards;

/// <summary>A system call on a card failed. Whether the whole card is gone is for the medium to say.</summary>
internal sealed class CardIoException(string action, string path, int errno)
    : IOException($"{action} '{path}': {Linux.NameOf(errno)} ({Marshal.GetPInvokeErrorMessage(errno)})")
{
    /// <summary>Linux error number.</summary>
    public int Errno { get; } = errno;

    /// <summary>Of the call that just failed on this thread.</summary>
    public static CardIoException Last(string action, string path) => new(action, path, Marshal.GetLastPInvokeError());
}

/// <summary>Linux error numbers, the same on x86-64 and arm64.</summary>
internal static class Linux
{
    public const int PermissionNeeded = 1;
    public const int NotFound = 2;
    public const int InputOutput = 5;
    public const int NoSuchAddress = 6;
    public const int AccessDenied = 13;
    public const int Busy = 16;
    public const int NoDevice = 19;
    public const int NotAFolder = 20;
    public const int Invalid = 22;
    public const int ReadOnly = 30;
    public const int TooManyLinks = 40;
    public const int Stale = 116;
    public const int NoMedium = 123;

    public static string NameOf(int errno) => errno switch
    {
        PermissionNeeded => "EPERM",
        NotFound => "ENOENT",
        InputOutput => "EIO",
        NoSuchAddress => "ENXIO",
        AccessDenied => "EACCES",
        Busy => "EBUSY",
        17 => "EEXIST",
        NoDevice => "ENODEV",
        NotAFolder => "ENOTDIR",
        Invalid => "EINVAL",
        24 => "EMFILE",
        ReadOnly => "EROFS",
        36 => "ENAMETOOLONG",
        39 => "ENOTEMPTY",
        TooManyLinks => "ELOOP",
        117 => "EUCLEAN",
        Stale => "ESTALE",
        NoMedium => "ENOMEDIUM",
        _ => $"errno {errno}",
    };

    /// <summary>Errors that a device gives only when it isn't there any more; EIO may also be one bad block.</summary>
    public static bool MeansGone(int errno) => errno is NoSuchAddress or NoDevice or Stale or NoMedium;
}
