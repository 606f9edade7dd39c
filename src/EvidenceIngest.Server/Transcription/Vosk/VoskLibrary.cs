using System.Runtime.InteropServices;
using System.Security.Cryptography;

namespace EvidenceIngest.Server.Transcription.Vosk;

/// <summary>
/// libvosk's C interface (vosk_api.h). Bound by address rather than by <c>LibraryImport</c>: the library lies where the site put
/// it, and an assembly has one resolver, which libmosquitto has.
/// </summary>
internal sealed unsafe class VoskLibrary
{
    private const int Silent = -1;

    private readonly delegate* unmanaged[Cdecl]<byte*, nint> _modelNew;
    private readonly delegate* unmanaged[Cdecl]<nint, void> _modelFree;
    private readonly delegate* unmanaged[Cdecl]<nint, float, nint> _recogniserNew;
    private readonly delegate* unmanaged[Cdecl]<nint, void> _recogniserFree;
    private readonly delegate* unmanaged[Cdecl]<nint, int, void> _setWords;
    private readonly delegate* unmanaged[Cdecl]<nint, byte*, int, int> _accept;
    private readonly delegate* unmanaged[Cdecl]<nint, byte*> _result;
    private readonly delegate* unmanaged[Cdecl]<nint, byte*> _finalResult;

    private VoskLibrary(nint handle, string sha256)
    {
        Sha256 = sha256;
        _modelNew = (delegate* unmanaged[Cdecl]<byte*, nint>)NativeLibrary.GetExport(handle, "vosk_model_new");
        _modelFree = (delegate* unmanaged[Cdecl]<nint, void>)NativeLibrary.GetExport(handle, "vosk_model_free");
        _recogniserNew = (delegate* unmanaged[Cdecl]<nint, float, nint>)NativeLibrary.GetExport(handle, "vosk_recognizer_new");
        _recogniserFree = (delegate* unmanaged[Cdecl]<nint, void>)NativeLibrary.GetExport(handle, "vosk_recognizer_free");
        _setWords = (delegate* unmanaged[Cdecl]<nint, int, void>)NativeLibrary.GetExport(handle, "vosk_recognizer_set_words");
        _accept = (delegate* unmanaged[Cdecl]<nint, byte*, int, int>)NativeLibrary.GetExport(handle, "vosk_recognizer_accept_waveform");
        _result = (delegate* unmanaged[Cdecl]<nint, byte*>)NativeLibrary.GetExport(handle, "vosk_recognizer_result");
        _finalResult = (delegate* unmanaged[Cdecl]<nint, byte*>)NativeLibrary.GetExport(handle, "vosk_recognizer_final_result");
        // It would write what it thinks of models and words to the service's standard error.
        ((delegate* unmanaged[Cdecl]<int, void>)NativeLibrary.GetExport(handle, "vosk_set_log_level"))(Silent);
    }

    /// <summary>What a maker's file is called here.</summary>
    public static string FileName => OperatingSystem.IsWindows() ? "libvosk.dll" : "libvosk.so";

    /// <summary>The library tells no version: its digest says which it is.</summary>
    public string Sha256 { get; }

    /// <summary>Loads it for as long as the process lives: its threads outlast a model.</summary>
    /// <exception cref="TranscriberUnavailableException">It is not there, or is none for this machine.</exception>
    public static VoskLibrary Load(string folder)
    {
        var file = Path.Combine(folder, FileName);
        try
        {
            using var content = File.OpenRead(file);
            var sha256 = Convert.ToHexStringLower(SHA256.HashData(content));
            // By its full path: Windows then looks for the DLLs that it needs beside it.
            return new VoskLibrary(NativeLibrary.Load(Path.GetFullPath(file)), sha256);
        }
        catch (Exception e) when (e is DllNotFoundException or BadImageFormatException or EntryPointNotFoundException or IOException or UnauthorizedAccessException)
        {
            throw new TranscriberUnavailableException($"the speech engine {FileName} can't be loaded: {e.Message}", e);
        }
    }

    /// <returns>Null when it is no model.</returns>
    public VoskModel? OpenModel(string folder)
    {
        fixed (byte* path = System.Text.Encoding.UTF8.GetBytes(folder + "\0"))
            return _modelNew(path) is var handle and not 0 ? new VoskModel(this, handle) : null;
    }

    public void Free(VoskModel model) => _modelFree(model.DangerousGetHandle());

    /// <summary>It holds the model by itself.</summary>
    /// <exception cref="TranscriberUnavailableException">The library would not.</exception>
    public VoskRecogniser NewRecogniser(VoskModel model, float rate)
    {
        var isHeld = false;
        try
        {
            model.DangerousAddRef(ref isHeld);
            var handle = _recogniserNew(model.DangerousGetHandle(), rate);
            if (handle == 0)
                throw new TranscriberUnavailableException("the speech engine made no recogniser, most likely for want of memory");
            _setWords(handle, 1);
            return new VoskRecogniser(this, handle);
        }
        finally
        {
            if (isHeld)
                model.DangerousRelease();
        }
    }

    public void Free(VoskRecogniser recogniser) => _recogniserFree(recogniser.DangerousGetHandle());

    /// <returns>True when a sentence is over and its result can be fetched.</returns>
    /// <exception cref="TranscriberFaultException">The library stumbled over this sound.</exception>
    public bool Accept(VoskRecogniser recogniser, ReadOnlySpan<byte> pcm)
    {
        fixed (byte* data = pcm)
        {
            return _accept(recogniser.DangerousGetHandle(), data, pcm.Length) switch
            {
                0 => false,
                > 0 => true,
                _ => throw new TranscriberFaultException("the speech engine failed on this sound"),
            };
        }
    }

    /// <summary>JSON of the sentence that is over.</summary>
    public string Result(VoskRecogniser recogniser) => Marshal.PtrToStringUTF8((nint)_result(recogniser.DangerousGetHandle())) ?? "";

    /// <summary>JSON of what is left at the end.</summary>
    public string FinalResult(VoskRecogniser recogniser) => Marshal.PtrToStringUTF8((nint)_finalResult(recogniser.DangerousGetHandle())) ?? "";
}

internal sealed class VoskModel : SafeHandle
{
    private readonly VoskLibrary _library;

    public VoskModel(VoskLibrary library, nint native)
        : base(0, ownsHandle: true)
    {
        _library = library;
        SetHandle(native);
    }

    public override bool IsInvalid => handle == 0;

    protected override bool ReleaseHandle()
    {
        _library.Free(this);
        return true;
    }
}

internal sealed class VoskRecogniser : SafeHandle
{
    private readonly VoskLibrary _library;

    public VoskRecogniser(VoskLibrary library, nint native)
        : base(0, ownsHandle: true)
    {
        _library = library;
        SetHandle(native);
    }

    public override bool IsInvalid => handle == 0;

    protected override bool ReleaseHandle()
    {
        _library.Free(this);
        return true;
    }
}
