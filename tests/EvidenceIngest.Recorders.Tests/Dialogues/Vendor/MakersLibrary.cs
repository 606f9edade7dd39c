using System.Diagnostics;
using System.Text;
using EvidenceIngest.Recorders.Profiles.Dialogue;

namespace EvidenceIngest.Recorders.Tests.Dialogues.Vendor;

/// <summary>zfy.c as a shared library in a folder of its own, which says how it behaves and what was called.</summary>
internal sealed class MakersLibrary : IDisposable
{
    public const string FileName = "zfy.so";

    private static readonly Lazy<string> Compiled = new(Compile);

    private readonly List<string> _behaviour = ["password=s3cr3t77"];

    public MakersLibrary()
    {
        File.Copy(Compiled.Value, Path.Combine(Folder, FileName));
        With();
    }

    public static string Helper { get; } = Path.Combine(AppContext.BaseDirectory, "EvidenceIngest.VendorDll");

    public string Folder { get; } = Directory.CreateTempSubdirectory("vendor-").FullName;

    /// <summary>Functions in the order in which they were called.</summary>
    public IReadOnlyList<string> Calls =>
        File.Exists(Path.Combine(Folder, "calls")) ? File.ReadAllLines(Path.Combine(Folder, "calls")) : [];

    /// <summary>Sets keys of zfy.c; texts are GBK as in a recorder.</summary>
    public MakersLibrary With(params string[] settings)
    {
        _behaviour.AddRange(settings);
        File.WriteAllBytes(Path.Combine(Folder, "behaviour"), DialogueText.Of(ReplyEncoding.Gbk).GetBytes(string.Join('\n', _behaviour) + "\n"));
        return this;
    }

    /// <summary>Processes that work in this library's folder.</summary>
    public IReadOnlyList<int> Processes() =>
    [
        .. Directory.EnumerateDirectories("/proc").Select(d => Path.GetFileName(d)).Where(n => n.All(char.IsAsciiDigit))
            .Where(n => LinkTarget($"/proc/{n}/cwd") == Folder).Select(n => int.Parse(n, System.Globalization.CultureInfo.InvariantCulture)),
    ];

    public void Dispose() => Directory.Delete(Folder, recursive: true);

    private static string? LinkTarget(string link)
    {
        try
        {
            return new FileInfo(link).LinkTarget;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null; // ended meanwhile, or another user's
        }
    }

    private static string Compile()
    {
        var target = Path.Combine(AppContext.BaseDirectory, $"zfy-{Environment.ProcessId}.so");
        var start = new ProcessStartInfo(
            "gcc", ["-shared", "-fPIC", "-O1", "-Wall", "-Werror", "-o", target, Path.Combine(AppContext.BaseDirectory, "Dialogues", "Vendor", "zfy.c")])
        {
            RedirectStandardError = true, StandardErrorEncoding = Encoding.UTF8,
        };
        using var gcc = Process.Start(start)!;
        var said = gcc.StandardError.ReadToEnd();
        gcc.WaitForExit();
        Assert.True(gcc.ExitCode == 0, $"gcc (scripts/setup --tests installs it): {said}");
        AppDomain.CurrentDomain.ProcessExit += (_, _) => File.Delete(target);
        return target;
    }
}
