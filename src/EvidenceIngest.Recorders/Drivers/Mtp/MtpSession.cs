using System.Runtime.InteropServices;

namespace EvidenceIngest.Recorders.Drivers.Mtp;

/// <summary>The worker's side: one device, opened by libmtp. Not for concurrent use.</summary>
internal sealed unsafe class MtpSession : IDisposable
{
    private readonly MtpDeviceHandle _device;

    /// <exception cref="MtpException">The device doesn't answer as MTP demands, or isn't there.</exception>
    public MtpSession(MtpAddress address)
    {
        LibMtp.Init();
        // No flags: the library finds Android's own peculiarities out by itself when it opens the device.
        _device = LibMtp.Open(new MtpRawDevice
        {
            VendorId = address.Vendor, ProductId = address.Product, Bus = address.Bus, Address = address.Address,
        });
        if (_device.IsInvalid)
            throw new MtpException("the device does not open as MTP");
    }

    public MtpDeviceFacts Facts()
    {
        int? battery = null;
        if (LibMtp.GetBattery(_device, out var maximum, out var level) == 0 && maximum > 0)
            battery = Math.Min(100, 100 * level / maximum);
        var facts = new MtpDeviceFacts(
            Taken(LibMtp.GetManufacturer(_device)), Taken(LibMtp.GetModel(_device)), Taken(LibMtp.GetSerial(_device)), battery,
            LibMtp.HasCapability(_device, LibMtp.GetPartialObjectCapability) != 0);
        LibMtp.ClearErrors(_device);
        return facts;
    }

    public List<MtpObject> List()
    {
        if (LibMtp.ReadStorages(_device, 0) < 0)
            throw Failed("the storages can't be read");
        var storages = new List<uint>();
        for (var storage = _device.Storages; storage is not null && storages.Count < byte.MaxValue; storage = storage->Next)
            storages.Add(storage->Id);
        var objects = new List<MtpObject>();
        for (var i = 0; i < storages.Count; i++)
            Walk(storages[i], LibMtp.RootFolder, storages.Count == 1 ? "" : $"s{i + 1}/", 1, objects);
        return objects;
    }

    public MtpObject? Look(uint id)
    {
        var file = LibMtp.GetFile(_device, id);
        LibMtp.ClearErrors(_device);
        if (file is null)
            return null;
        var found = Describe(*file, "");
        LibMtp.FreeFile(file);
        return found;
    }

    /// <returns>Fewer bytes than asked for only at the object's end.</returns>
    public byte[] Read(uint id, long offset, int count)
    {
        if (LibMtp.ReadPart(_device, id, (ulong)offset, (uint)count, out var data, out var got) != 0)
            throw Failed($"object {id} can't be read at byte {offset}");
        try
        {
            return got <= (uint)count
                ? new ReadOnlySpan<byte>(data, (int)got).ToArray()
                : throw new MtpException($"the device gave {got} bytes of object {id}, {count} were asked for");
        }
        finally
        {
            NativeMemory.Free(data);
        }
    }

    public void Delete(uint id)
    {
        if (LibMtp.DeleteObject(_device, id) != 0)
            throw Failed($"object {id} can't be deleted");
    }

    public void Dispose() => _device.Dispose();

    private void Walk(uint storage, uint folder, string path, int depth, List<MtpObject> objects)
    {
        if (depth > MtpProtocol.DeepestFolder)
            throw new MtpException($"{path}: deeper than {MtpProtocol.DeepestFolder} folders");
        var names = new HashSet<string>(StringComparer.Ordinal);
        var folders = new List<(uint Id, string Path)>();
        var first = LibMtp.GetChildren(_device, storage, folder);
        if (first is null && ErrorText() is { } error)
        {
            objects.Add(new MtpObject(folder, path, 0, 0, IsFolder: true, error));
            return;
        }

        for (var file = first; file is not null;)
        {
            // MTP lets two objects have one name; each needs a path of its own.
            var name = NameOf(*file);
            if (!names.Add(name))
                names.Add(name = $"{name} ({file->Id})");
            if (file->Type == LibMtp.FolderType)
                folders.Add((file->Id, path + name + "/"));
            else
                objects.Add(Describe(*file, path + name));
            if (objects.Count + folders.Count > MtpProtocol.MostObjects)
                throw new MtpException($"more than {MtpProtocol.MostObjects} objects");
            var next = file->Next;
            LibMtp.FreeFile(file);
            file = next;
        }

        foreach (var (id, below) in folders)
            Walk(storage, id, below, depth + 1, objects);
    }

    private static MtpObject Describe(in MtpFile file, string path) =>
        new(file.Id, path, (long)Math.Min(file.Bytes, long.MaxValue), file.ModifiedAt, file.Type == LibMtp.FolderType);

    /// <summary>A name is one element of a path, whatever the device says.</summary>
    private static string NameOf(in MtpFile file)
    {
        var name = (Marshal.PtrToStringUTF8(file.Name) ?? "").Replace("/", "%2F", StringComparison.Ordinal);
        return name is "" or "." or ".." ? $"{name}({file.Id})" : name;
    }

    private MtpException Failed(string what) => new($"{what}: {ErrorText() ?? "no reason given"}");

    private string? ErrorText()
    {
        var texts = new List<string>();
        for (var error = LibMtp.GetErrors(_device); error is not null && texts.Count < 8; error = error->Next)
            texts.Add(Marshal.PtrToStringUTF8(error->Text) ?? error->Number.ToString(System.Globalization.CultureInfo.InvariantCulture));
        LibMtp.ClearErrors(_device);
        return texts.Count == 0 ? null : string.Join("; ", texts);
    }

    /// <summary>The library allocates strings for the caller to free.</summary>
    private static string? Taken(nint text)
    {
        var taken = Marshal.PtrToStringUTF8(text);
        NativeMemory.Free((void*)text);
        return string.IsNullOrWhiteSpace(taken) ? null : taken.Trim();
    }
}

/// <summary>What the device or the library refused; English.</summary>
internal sealed class MtpException(string message) : Exception(message);
