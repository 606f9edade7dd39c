namespace EvidenceIngest.EndToEnd.Tests.Rig;

/// <summary>The rig itself failed: its message ends with the path and the last lines of the guest's console.</summary>
internal sealed class RigException(string message, Exception? inner = null) : Exception(message, inner)
{
    private const int LinesShown = 20;

    /// <summary>Names what failed and shows the logs that <c>tests/rig/vm</c> keeps in <paramref name="folder"/>.</summary>
    public static RigException InFolder(string what, string folder, Exception? inner = null)
    {
        var logs = new[] { "console.log", "qemu.log", "forward.log" }.Select(name => Path.Combine(folder, name)).Where(File.Exists);
        return new RigException(string.Join('\n', logs.Select(Shown).Prepend(what)), inner);
    }

    private static string Shown(string log) =>
        $"--- {log}\n{string.Join('\n', File.ReadLines(log).TakeLast(LinesShown))}";
}
