using EvidenceIngest.Domain.Evidence;
using EvidenceIngest.Recorders.Cards;
using EvidenceIngest.Recorders.Discovery;
using EvidenceIngest.Recorders.Profiles;

namespace EvidenceIngest.Recorders.Drivers;

/// <summary>Folders, mounted cards and exported folders that an operator declared to be recorders.</summary>
internal sealed class FolderCards(FolderPresence presence) : ICardSource
{
    public string DriverName => "folder";

    public Task<ICardMedium> OpenAsync(RecorderAttachment attachment, HardwareProfile profile, CancellationToken ct)
    {
        var folder = (FolderAttachment)attachment;
        try
        {
            return Task.FromResult<ICardMedium>(new Medium(folder.Path, presence));
        }
        catch (CardIoException e) when (e.Errno == Linux.AccessDenied)
        {
            throw new RecorderRefusedException($"{folder.Bay}: {e.Message}", "采集站没有读取该文件夹的权限，请联系管理员。");
        }
        catch (CardIoException e)
        {
            throw new RecorderGoneException($"{folder.Bay}: {e.Message}", e);
        }
    }

    private sealed class Medium : ICardMedium
    {
        private readonly string _path;
        private readonly FolderPresence _presence;
        private readonly FolderIdentity _opened;

        public Medium(string path, FolderPresence presence)
        {
            _path = path;
            _presence = presence;
            var files = PosixCardFileSystem.Open(path);
            _opened = files.Root;
            Volumes = new CardVolumes([new CardVolume("", null, files)]);
        }

        public CardVolumes Volumes { get; }

        public IReadOnlyList<Finding> Findings => [];

        public TimeSpan AbsenceShowsWithin => TimeSpan.Zero;

        public bool IsPresent()
        {
            if (FolderIdentity.At(_path) == _opened)
                return true;
            // The bay's watcher may have looked away just then; without this the bay would wait for an arrival that never comes.
            _presence.ReportLoss(_path, _opened);
            return false;
        }

        public Task<T> WriteAsync<T>(Func<CancellationToken, Task<T>> work, CancellationToken ct) => work(ct);

        public ValueTask DisposeAsync()
        {
            Volumes.Dispose();
            return ValueTask.CompletedTask;
        }
    }
}
