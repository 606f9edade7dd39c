using System.Runtime.InteropServices;

namespace EvidenceIngest.VendorDll;

/// <summary>A maker's library, loaded for as long as the process lives. Its functions are cdecl.</summary>
internal sealed unsafe class VendorLibrary
{
    private readonly nint _handle;

    private VendorLibrary(nint handle) => _handle = handle;

    /// <param name="path">Absolute.</param>
    /// <exception cref="VendorCallException">There is none, or it can't be loaded.</exception>
    public static VendorLibrary Load(string path)
    {
        if (!Path.IsPathFullyQualified(path))
            throw new VendorCallException(VendorError.BadRequest, "the path is not absolute");
        if (!File.Exists(path))
            throw new VendorCallException(VendorError.Missing, "there is no such file");
        try
        {
            return new VendorLibrary(NativeLibrary.Load(path));
        }
        catch (Exception e) when (e is DllNotFoundException or BadImageFormatException)
        {
            var process = Environment.Is64BitProcess ? "64 bit" : "32 bit";
            throw new VendorCallException(VendorError.Unloadable, $"it can't be loaded into a {process} process: {e.Message}");
        }
    }

    /// <summary>Calls one function. What it does to the process beyond its buffers nobody can foresee.</summary>
    /// <exception cref="VendorCallException">It doesn't exist, or what it wrote can't be right.</exception>
    public CallOutcome Call(string function, IReadOnlyList<VendorArgument> arguments)
    {
        if (!NativeLibrary.TryGetExport(_handle, function, out var address))
            throw new VendorCallException(VendorError.NoFunction, $"it exports no {function}");
        var buffers = new CallBuffers(arguments);
        try
        {
            var returned = Invoke(address, buffers.Values);
            return buffers.Outcome(function, returned);
        }
        finally
        {
            buffers.Clear();
        }
    }

    /// <summary>
    /// Every argument takes one machine word, ints too: a cdecl callee reads as much of it as it declares, on x86 as on x64.
    /// </summary>
    private static int Invoke(nint f, ReadOnlySpan<nint> a) => a.Length switch
    {
        0 => ((delegate* unmanaged[Cdecl]<int>)f)(),
        1 => ((delegate* unmanaged[Cdecl]<nint, int>)f)(a[0]),
        2 => ((delegate* unmanaged[Cdecl]<nint, nint, int>)f)(a[0], a[1]),
        3 => ((delegate* unmanaged[Cdecl]<nint, nint, nint, int>)f)(a[0], a[1], a[2]),
        4 => ((delegate* unmanaged[Cdecl]<nint, nint, nint, nint, int>)f)(a[0], a[1], a[2], a[3]),
        5 => ((delegate* unmanaged[Cdecl]<nint, nint, nint, nint, nint, int>)f)(a[0], a[1], a[2], a[3], a[4]),
        6 => ((delegate* unmanaged[Cdecl]<nint, nint, nint, nint, nint, nint, int>)f)(a[0], a[1], a[2], a[3], a[4], a[5]),
        7 => ((delegate* unmanaged[Cdecl]<nint, nint, nint, nint, nint, nint, nint, int>)f)(
            a[0], a[1], a[2], a[3], a[4], a[5], a[6]),
        8 => ((delegate* unmanaged[Cdecl]<nint, nint, nint, nint, nint, nint, nint, nint, int>)f)(
            a[0], a[1], a[2], a[3], a[4], a[5], a[6], a[7]),
        _ => throw new VendorCallException(VendorError.BadRequest, "too many arguments"),
    };
}

/// <param name="Returned">By the function itself.</param>
/// <param name="Result">Behind its int*, or null.</param>
/// <param name="Out">Buffers that it could fill.</param>
internal sealed record CallOutcome(int Returned, int? Result, IReadOnlyList<string> Out);

/// <summary>Expected: the answer says so and the helper goes on. The message shows nothing that was sent.</summary>
internal sealed class VendorCallException(string error, string detail) : Exception(detail)
{
    public string Error { get; } = error;
}
