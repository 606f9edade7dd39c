using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Text;
using EvidenceIngest.Recorders.Cards;
using EvidenceIngest.Recorders.Listing;

namespace EvidenceIngest.Recorders.Tests.Support;

/// <summary>A folder that plays a card; names may be any bytes that a file system takes.</summary>
internal sealed class CardFolder : IDisposable
{
    private const int CreateForWriting = 0x41; // O_WRONLY | O_CREAT

    private readonly string _parent = Directory.CreateTempSubdirectory("card-").FullName;

    public CardFolder()
    {
        Path = System.IO.Path.Combine(_parent, "card");
        Directory.CreateDirectory(Path);
    }

    public string Path { get; }

    public string Put(string path, byte[]? content = null, DateTimeOffset? modified = null)
    {
        var full = At(path);
        Directory.CreateDirectory(System.IO.Path.GetDirectoryName(full)!);
        File.WriteAllBytes(full, content ?? [1]);
        if (modified is { } at)
            File.SetLastWriteTimeUtc(full, at.UtcDateTime);
        return full;
    }

    public void PutRaw(byte[] path, byte[] content)
    {
        using var file = Libc.Open(Raw(path), CreateForWriting, 0x180);
        Assert.False(file.IsInvalid, CardIoException.Last("create", RecorderText(path)).Message);
        RandomAccess.Write(file, content, 0);
    }

    public void MakeFolderRaw(byte[] path) => Assert.Equal(0, MakeFolder(Raw(path), 0x1c0));

    public void PutPipe(string path) => Assert.Equal(0, MakePipe(Raw(Encoding.UTF8.GetBytes(path)), 0x180));

    public string At(string path) => System.IO.Path.Combine(Path, path);

    /// <summary>Takes the card away; its content lives on under another name.</summary>
    public void Pull() => Directory.Move(Path, Path + "-away");

    public void PutBack() => Directory.Move(Path + "-away", Path);

    public void Dispose()
    {
        // .NET can't delete names that are no UTF-8.
        using var remove = Process.Start("rm", ["-rf", "--", _parent]);
        remove.WaitForExit();
    }

    private static string RecorderText(byte[] path) => RecorderPathText.FromRaw(path);

    private byte[] Raw(byte[] path) => [.. Encoding.UTF8.GetBytes(Path), (byte)'/', .. path, 0];

    [DllImport("libc", EntryPoint = "mkdir", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int MakeFolder(byte[] path, uint mode);

    [DllImport("libc", EntryPoint = "mkfifo", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int MakePipe(byte[] path, uint mode);
}
