using System.Security.Cryptography;
using EvidenceIngest.Domain.Evidence;
using EvidenceIngest.Recorders.Cards;
using EvidenceIngest.Recorders.Drivers;
using EvidenceIngest.Recorders.Listing;
using EvidenceIngest.Recorders.Tests.Support;
using Microsoft.Win32.SafeHandles;

namespace EvidenceIngest.Recorders.Tests.Drivers;

/// <summary>What happens in the instant between hashing a file and deleting it: the medium here acts at exactly that moment.</summary>
public sealed class CardClearingTests : IDisposable
{
    private static readonly byte[] Footage = RandomNumberGenerator.GetBytes(10_000);

    private readonly CardFolder _card = new();

    public void Dispose() => _card.Dispose();

    [Fact]
    public Task A_file_that_took_the_name_between_hash_and_delete_is_kept() => AssertKeptWhenAsync(
        () =>
        {
            File.Move(_card.At("clip.mp4"), _card.At("moved.mp4"));
            _card.Put("clip.mp4", [9]);
        });

    [Fact]
    public Task A_file_with_the_same_length_and_time_that_took_the_name_is_kept() => AssertKeptWhenAsync(
        () =>
        {
            var written = File.GetLastWriteTimeUtc(_card.At("clip.mp4"));
            File.Move(_card.At("clip.mp4"), _card.At("moved.mp4"));
            _card.Put("clip.mp4", new byte[Footage.Length], new DateTimeOffset(written, TimeSpan.Zero));
        });

    [Fact]
    public Task A_file_that_grew_between_hash_and_delete_is_kept() => AssertKeptWhenAsync(
        () => File.AppendAllText(_card.At("clip.mp4"), "more"));

    [Fact]
    public Task A_file_that_was_overwritten_in_place_with_its_old_time_is_kept() => AssertKeptWhenAsync(
        () =>
        {
            var written = File.GetLastWriteTimeUtc(_card.At("clip.mp4"));
            using (var file = File.OpenWrite(_card.At("clip.mp4")))
                file.WriteByte(1);
            File.SetLastWriteTimeUtc(_card.At("clip.mp4"), written);
        });

    [Fact]
    public async Task A_file_that_nobody_touched_is_deleted() =>
        Assert.Single((await ClearAsync(() => { })).Deleted);

    [Fact]
    public async Task A_write_protected_medium_keeps_everything_and_says_why()
    {
        var cleared = await ClearAsync(() => { }, writeProtected: true);
        Assert.Contains("write-protected", Assert.Single(cleared.Kept).Reason, StringComparison.Ordinal);
        Assert.True(File.Exists(_card.At("clip.mp4")));
    }

    [Fact]
    public async Task A_medium_that_leaves_while_it_is_cleared_is_gone_and_not_a_bad_file() =>
        await Assert.ThrowsAsync<RecorderGoneException>(() => ClearAsync(() =>
        {
            _card.Pull();
            throw new CardIoException("delete", "clip.mp4", Linux.InputOutput);
        }));

    [Fact]
    public async Task A_file_that_cannot_be_deleted_is_kept_with_the_reason() => Assert.Contains(
        "EIO",
        Assert.Single((await ClearAsync(() => throw new CardIoException("delete", "clip.mp4", Linux.InputOutput))).Kept).Reason,
        StringComparison.Ordinal);

    private async Task AssertKeptWhenAsync(Action act)
    {
        var cleared = await ClearAsync(act);
        Assert.Empty(cleared.Deleted);
        Assert.Single(cleared.Kept);
        Assert.True(File.Exists(_card.At("clip.mp4")));
    }

    private async Task<ClearedMedia> ClearAsync(Action beforeDelete, bool writeProtected = false)
    {
        // Whole seconds, so that a time that is set back is the same to the nanosecond.
        _card.Put("clip.mp4", Footage, new DateTimeOffset(2026, 7, 30, 2, 0, 0, TimeSpan.Zero));
        var medium = new ActingMedium(_card.Path, beforeDelete, writeProtected);
        await using var card = new CardRecorder(
            Support.Recorders.Attachment(_card.Path), Support.Recorders.Profile("folder"), medium, TimeProvider.System);
        var file = new RecorderFile("clip.mp4", "clip.mp4"u8.ToArray(), Footage.Length, null);
        return await new CardClearing(card).ClearAsync([file], Receipts.For((file, Footage)), CancellationToken.None);
    }

    private sealed class ActingMedium(string path, Action beforeDelete, bool writeProtected) : ICardMedium
    {
        public CardVolumes Volumes { get; } =
            new([new CardVolume("", null, new ActingFiles(PosixCardFileSystem.Open(path), beforeDelete))]);

        public IReadOnlyList<Finding> Findings => [];

        public TimeSpan AbsenceShowsWithin => TimeSpan.Zero;

        public bool IsPresent() => Directory.Exists(path);

        public Task<T> WriteAsync<T>(Func<CancellationToken, Task<T>> work, CancellationToken ct) =>
            writeProtected ? throw new CardIoException("mount", "/dev/sdx", Linux.ReadOnly) : work(ct);

        public ValueTask DisposeAsync()
        {
            Volumes.Dispose();
            return ValueTask.CompletedTask;
        }
    }

    private sealed class ActingFiles(PosixCardFileSystem files, Action beforeDelete) : ICardFileSystem
    {
        public FolderIdentity Root => files.Root;

        public IReadOnlyList<CardEntry> Walk(CancellationToken ct) => files.Walk(ct);

        public bool HasFolder(string name) => files.HasFolder(name);

        public SafeFileHandle OpenFile(ReadOnlySpan<byte> rawPath) => files.OpenFile(rawPath);

        public FileIdentity? Identify(ReadOnlySpan<byte> rawPath) => files.Identify(rawPath);

        public bool IsAbsent(ReadOnlySpan<byte> rawPath) => files.IsAbsent(rawPath);

        public FileIdentity Identify(SafeFileHandle file) => files.Identify(file);

        public bool DeleteIfUnchanged(ReadOnlySpan<byte> rawPath, FileIdentity expected)
        {
            beforeDelete();
            return files.DeleteIfUnchanged(rawPath, expected);
        }

        public void SyncFolderOf(ReadOnlySpan<byte> rawPath) => files.SyncFolderOf(rawPath);

        public void Sync() => files.Sync();

        public void Dispose() => files.Dispose();
    }
}
