using System.Runtime.InteropServices;
using System.Runtime.Versioning;

namespace EvidenceIngest.Recorders.Discovery.Windows;

/// <summary>Declarations of cfgmgr32.h. Compiled, never yet run on Windows.</summary>
[SupportedOSPlatform("windows")]
internal static unsafe partial class CfgMgr
{
    public const int Success = 0;
    public const int TooSmall = 0x1a; // CR_BUFFER_SMALL
    public const uint PresentOfEnumerator = 0x101; // CM_GETIDLIST_FILTER_ENUMERATOR | _PRESENT
    public const uint PresentInterfaces = 0;
    private const string Library = "cfgmgr32";

    [LibraryImport(Library, EntryPoint = "CM_Get_Device_ID_List_SizeW", StringMarshalling = StringMarshalling.Utf16)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.System32)]
    public static partial int GetIdListSize(out uint characters, string filter, uint flags);

    [LibraryImport(Library, EntryPoint = "CM_Get_Device_ID_ListW", StringMarshalling = StringMarshalling.Utf16)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.System32)]
    public static partial int GetIdList(string filter, char* buffer, uint characters, uint flags);

    [LibraryImport(Library, EntryPoint = "CM_Locate_DevNodeW", StringMarshalling = StringMarshalling.Utf16)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.System32)]
    public static partial int Locate(out uint node, string instanceId, uint flags);

    [LibraryImport(Library, EntryPoint = "CM_Get_Child")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.System32)]
    public static partial int GetChild(out uint child, uint node, uint flags);

    [LibraryImport(Library, EntryPoint = "CM_Get_Sibling")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.System32)]
    public static partial int GetSibling(out uint sibling, uint node, uint flags);

    [LibraryImport(Library, EntryPoint = "CM_Get_DevNode_PropertyW")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.System32)]
    public static partial int GetProperty(uint node, in DevicePropertyKey key, out uint type, byte* buffer, ref uint bytes, uint flags);

    [LibraryImport(Library, EntryPoint = "CM_Get_Device_Interface_List_SizeW", StringMarshalling = StringMarshalling.Utf16)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.System32)]
    public static partial int GetInterfaceListSize(out uint characters, in Guid interfaceClass, string instanceId, uint flags);

    [LibraryImport(Library, EntryPoint = "CM_Get_Device_Interface_ListW", StringMarshalling = StringMarshalling.Utf16)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.System32)]
    public static partial int GetInterfaceList(in Guid interfaceClass, string instanceId, char* buffer, uint characters, uint flags);

    [LibraryImport(Library, EntryPoint = "CM_Register_Notification")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.System32)]
    public static partial int Register(
        in InterfaceFilter filter, nint context, delegate* unmanaged[Stdcall]<nint, nint, int, nint, uint, uint> callback, out nint notification);

    [LibraryImport(Library, EntryPoint = "CM_Unregister_Notification")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.System32)]
    public static partial int Unregister(nint notification);
}

/// <summary>DEVPROPKEY; the values stand in devpkey.h.</summary>
[StructLayout(LayoutKind.Sequential)]
internal readonly struct DevicePropertyKey(string category, uint id)
{
    public static readonly DevicePropertyKey CompatibleIds = new("a45c254e-df1c-4efd-8020-67d146a850e0", 4);
    public static readonly DevicePropertyKey LocationPaths = new("a45c254e-df1c-4efd-8020-67d146a850e0", 37);
    public static readonly DevicePropertyKey Product = new("540b947e-8b40-45bc-a8a2-6a0b894cbda2", 4); // as the device says
    public static readonly DevicePropertyKey LastArrival = new("83da6326-97a6-4088-9453-a1923f573b29", 102);
    public static readonly DevicePropertyKey InstanceId = new("78c34fc8-104a-4aca-9ea4-524d52996e57", 256);

    public readonly Guid Category = new(category);
    public readonly uint Id = id;
}

/// <summary>CM_NOTIFY_FILTER for the interfaces of one class.</summary>
[StructLayout(LayoutKind.Sequential)]
internal unsafe struct InterfaceFilter
{
    public uint Size;
    public uint Flags;
    public int Type;
    public uint Reserved;
    public Guid InterfaceClass;

    /// <summary>The union's longest member is a name of 200 characters; a class takes 16 bytes of it.</summary>
    public fixed byte Rest[400 - 16];
}
