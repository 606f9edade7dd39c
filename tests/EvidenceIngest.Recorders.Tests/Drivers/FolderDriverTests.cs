using EvidenceIngest.Recorders.Drivers;
using EvidenceIngest.Recorders.Tests.Support;

namespace EvidenceIngest.Recorders.Tests.Drivers;

public sealed class FolderDriverTests : RecorderDriverContract
{
    protected override async Task<RecorderStand> PrepareAsync(bool clearAllowed, params (string Path, byte[] Content)[] files)
    {
        var card = new CardFolder();
        foreach (var (path, content) in files)
            card.Put(path, content, new DateTimeOffset(2026, 7, 30, 2, 15, 0, TimeSpan.Zero));
        var stand = new FolderStand(card, clearAllowed);
        await stand.OpenAsync();
        return stand;
    }

    private sealed class FolderStand(CardFolder card, bool clearAllowed) : RecorderStand
    {
        private DockedRecorder? _recorder;

        public override IRecorderDriver Driver { get; } = Support.Recorders.FolderDriver();

        public override DockedRecorder Recorder => _recorder!;

        public async Task OpenAsync() => _recorder = await OpenAgainAsync();

        public override Task<DockedRecorder> OpenAgainAsync() => Driver.OpenAsync(
            Support.Recorders.Attachment(card.Path),
            Support.Recorders.Profile("folder") with { ClearAllowed = clearAllowed },
            CancellationToken.None);

        public override Task ReplaceAsync(string path, byte[]? content)
        {
            if (content is null)
                File.Delete(card.At(path));
            else
                card.Put(path, content);
            return Task.CompletedTask;
        }

        public override Task PullAsync()
        {
            card.Pull();
            return Task.CompletedTask;
        }

        public override Task PutBackAsync()
        {
            card.PutBack();
            return Task.CompletedTask;
        }

        public override Task<IReadOnlyList<string>> NamesOnMediumAsync() => Task.FromResult<IReadOnlyList<string>>(
            [.. Directory.EnumerateFiles(card.Path, "*", SearchOption.AllDirectories)
                .Select(f => Path.GetRelativePath(card.Path, f)).Order(StringComparer.Ordinal)]);

        public override async ValueTask DisposeAsync()
        {
            await Recorder.DisposeAsync();
            card.Dispose();
        }
    }
}
