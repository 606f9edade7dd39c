using System.Runtime.InteropServices;

namespace EvidenceIngest.Server.Events.Mqtt;

/// <summary>The part of libmosquitto (2.0) that a publisher needs. MQTT 5, no subscription.</summary>
internal static unsafe partial class Mosquitto
{
    public const int Success = 0;
    public const int ProtocolVersionOption = 1;
    public const int UseSystemTrustOption = 8;
    public const int ProtocolVersion5 = 5;
    public const int ErrorLevel = 8;

    /// <summary>The broker then sends the last will though the connection ends in order.</summary>
    public const int DisconnectWithWill = 4;

    public const int ContentTypeProperty = 3;

    private const int SystemError = 14;
    private const string Library = "libmosquitto.so.1";

    // Lazy, so that a library that is missing is told as that.
    private static readonly Lazy<int> Initialised = new(() => Initialise());

    static Mosquitto() => NativeLibrary.SetDllImportResolver(
        typeof(Mosquitto).Assembly,
        static (name, assembly, paths) => name == Library && OperatingSystem.IsWindows()
            ? NativeLibrary.Load("mosquitto.dll", assembly, paths)
            : 0);

    /// <exception cref="DllNotFoundException">The library isn't installed.</exception>
    public static nint Create(string clientId, nint state)
    {
        _ = Initialised.Value;
        var client = New(clientId, cleanSession: 1, state);
        return client != 0 ? client : throw new InvalidOperationException("libmosquitto made no client: there is no memory, or the client id is not UTF-8");
    }

    public static string Explain(int error) =>
        error == SystemError ? Marshal.GetPInvokeErrorMessage(Marshal.GetLastPInvokeError()) : Marshal.PtrToStringUTF8(ErrorText(error)) ?? $"error {error}";

    /// <summary>What a reason code of MQTT 5 means.</summary>
    public static string Reason(int code) => Marshal.PtrToStringUTF8(ReasonText(code)) ?? $"reason {code}";

    [LibraryImport(Library, EntryPoint = "mosquitto_destroy")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    public static partial void Destroy(nint client);

    [LibraryImport(Library, EntryPoint = "mosquitto_int_option")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    public static partial int SetOption(nint client, int option, int value);

    /// <summary>Lets one thread run the loop while others publish.</summary>
    [LibraryImport(Library, EntryPoint = "mosquitto_threaded_set")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    public static partial int SetThreaded(nint client, byte threaded);

    [LibraryImport(Library, EntryPoint = "mosquitto_username_pw_set", StringMarshalling = StringMarshalling.Utf8)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    public static partial int SetUser(nint client, string user, string? password);

    [LibraryImport(Library, EntryPoint = "mosquitto_tls_set", StringMarshalling = StringMarshalling.Utf8)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    public static partial int SetTls(nint client, string? caFile, string? caFolder, string? certificateFile, string? keyFile, nint passwordCallback);

    [LibraryImport(Library, EntryPoint = "mosquitto_will_set_v5", StringMarshalling = StringMarshalling.Utf8)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    public static partial int SetWill(nint client, string topic, int length, byte* payload, int qos, byte retain, nint properties);

    [LibraryImport(Library, EntryPoint = "mosquitto_connect_bind_v5", StringMarshalling = StringMarshalling.Utf8, SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    public static partial int Connect(nint client, string host, int port, int keepAliveSeconds, string? bind, nint properties);

    [LibraryImport(Library, EntryPoint = "mosquitto_loop", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    public static partial int Loop(nint client, int timeoutMilliseconds, int mostPackets);

    [LibraryImport(Library, EntryPoint = "mosquitto_disconnect_v5")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    public static partial int Disconnect(nint client, int reason, nint properties);

    [LibraryImport(Library, EntryPoint = "mosquitto_publish_v5", StringMarshalling = StringMarshalling.Utf8)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    public static partial int Publish(nint client, out int message, string topic, int length, byte* payload, int qos, byte retain, nint properties);

    [LibraryImport(Library, EntryPoint = "mosquitto_property_add_string", StringMarshalling = StringMarshalling.Utf8)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    public static partial int AddProperty(ref nint properties, int identifier, string value);

    [LibraryImport(Library, EntryPoint = "mosquitto_property_free_all")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    public static partial void FreeProperties(ref nint properties);

    [LibraryImport(Library, EntryPoint = "mosquitto_connect_v5_callback_set")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    public static partial void OnConnect(nint client, delegate* unmanaged[Cdecl]<nint, nint, int, int, nint, void> callback);

    [LibraryImport(Library, EntryPoint = "mosquitto_disconnect_v5_callback_set")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    public static partial void OnDisconnect(nint client, delegate* unmanaged[Cdecl]<nint, nint, int, nint, void> callback);

    [LibraryImport(Library, EntryPoint = "mosquitto_publish_v5_callback_set")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    public static partial void OnPublish(nint client, delegate* unmanaged[Cdecl]<nint, nint, int, int, nint, void> callback);

    [LibraryImport(Library, EntryPoint = "mosquitto_log_callback_set")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    public static partial void OnLog(nint client, delegate* unmanaged[Cdecl]<nint, nint, int, nint, void> callback);

    [LibraryImport(Library, EntryPoint = "mosquitto_new", StringMarshalling = StringMarshalling.Utf8)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial nint New(string clientId, byte cleanSession, nint state);

    [LibraryImport(Library, EntryPoint = "mosquitto_lib_init")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int Initialise();

    [LibraryImport(Library, EntryPoint = "mosquitto_strerror")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial nint ErrorText(int error);

    [LibraryImport(Library, EntryPoint = "mosquitto_reason_string")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial nint ReasonText(int reason);
}
