namespace EvidenceIngest.Recorders.Drivers.MassStorage;

/// <summary>Whether the very device that was opened is still plugged: another one in the same port has another number.</summary>
internal sealed class UsbPresence
{
    private readonly string _file;
    private readonly string _number;

    private UsbPresence(string file, string number)
    {
        _file = file;
        _number = number;
    }

    /// <summary>Null when nothing is plugged there.</summary>
    public static UsbPresence? Of(string sysfsPath)
    {
        // The folder's name is the port; devnum counts up with every plugging on that bus.
        var file = Path.Combine(sysfsPath, "devnum");
        return Read(file) is { } number ? new UsbPresence(file, number) : null;
    }

    public bool IsThere() => Read(_file) == _number;

    private static string? Read(string file)
    {
        try
        {
            return File.ReadAllText(file);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}
