using System.Security.Cryptography;
using EvidenceIngest.Domain.Receipts;
using EvidenceIngest.Recorders.Drivers;
using EvidenceIngest.Recorders.Listing;
using EvidenceIngest.Recorders.Tests.Support;

namespace EvidenceIngest.Recorders.Tests.Drivers;

/// <summary>
/// What every driver must hold, whatever the hardware. A driver's test class derives from it and says how its recorder is
/// filled, changed and pulled.
/// </summary>
public abstract class RecorderDriverContract
{
    private const string Video = "DCIM/J800000_00000020260730100947_0016.mp4";
    private const string Photo = "DCIM/J800000_00000020260730101500_0017.jpg";

    private static readonly byte[] Footage = RandomNumberGenerator.GetBytes(3_000_001);
    private static readonly byte[] Picture = RandomNumberGenerator.GetBytes(70_000);

    private static CancellationToken InTime => new CancellationTokenSource(TimeSpan.FromSeconds(60)).Token;

    [Fact]
    public async Task Listing_names_every_file_with_its_length()
    {
        await using var stand = await FilledAsync();
        var listing = await stand.Driver.ListAsync(stand.Recorder, InTime);
        Assert.Equal(
            [(Video, Footage.Length), (Photo, Picture.Length)], listing.Files().Select(f => (f.Path, (int)f.Bytes)));
        Assert.Equal("dev-J800000", listing.RecorderId);
    }

    [Fact]
    public async Task Reading_gives_the_bytes_from_any_position()
    {
        await using var stand = await FilledAsync();
        var file = await stand.FindAsync(Video);
        await using var content = await stand.Driver.OpenReadAsync(stand.Recorder, file, InTime);
        Assert.Equal(Footage.Length, content.Length);
        Assert.Equal(Footage, await ReadToEndAsync(content));

        content.Seek(1_234_567, SeekOrigin.Begin);
        Assert.Equal(Footage[1_234_567..], await ReadToEndAsync(content));
        content.Seek(-10, SeekOrigin.End);
        Assert.Equal(Footage[^10..], await ReadToEndAsync(content));
        Assert.False(content.CanWrite);
    }

    [Fact]
    public async Task A_recorder_that_leaves_mid_read_says_gone_and_not_the_end_of_the_file()
    {
        await using var stand = await FilledAsync();
        var file = await stand.FindAsync(Video);
        await using var content = await stand.Driver.OpenReadAsync(stand.Recorder, file, InTime);
        await content.ReadExactlyAsync(new byte[1000], InTime);

        await stand.PullAsync();
        var gone = new TaskCompletionSource();
        await using var told = stand.Recorder.Gone.Register(gone.SetResult);
        await gone.Task.WaitAsync(TimeSpan.FromSeconds(10), InTime);

        await Assert.ThrowsAsync<RecorderGoneException>(async () => await content.ReadExactlyAsync(new byte[1000], InTime));
        Assert.Throws<RecorderGoneException>(() => content.ReadExactly(new byte[1000]));
        await Assert.ThrowsAsync<RecorderGoneException>(() => stand.Driver.ListAsync(stand.Recorder, InTime));
        await Assert.ThrowsAsync<RecorderGoneException>(() => stand.Driver.StampAsync(stand.Recorder, file, InTime));
        await Assert.ThrowsAsync<RecorderGoneException>(() => stand.Driver.OpenReadAsync(stand.Recorder, file, InTime));
        await Assert.ThrowsAsync<RecorderGoneException>(
            () => stand.Driver.ClearAsync(stand.Recorder, [file], Receipts.For((file, Footage)), InTime));
    }

    [Fact]
    public async Task A_recorder_that_left_can_be_opened_again_when_it_returns()
    {
        await using var stand = await FilledAsync();
        await stand.PullAsync();
        await Assert.ThrowsAnyAsync<RecorderGoneException>(() => stand.OpenAgainAsync());
        await stand.PutBackAsync();
        await using var again = await stand.OpenAgainAsync();
        Assert.Equal(2, (await stand.Driver.ListAsync(again, InTime)).Files().Count());
    }

    [Fact]
    public async Task Stamps_follow_the_file()
    {
        await using var stand = await FilledAsync();
        var file = await stand.FindAsync(Photo);
        Assert.Equal(
            new FileStamp(file.Bytes, file.ModifiedAt), await stand.Driver.StampAsync(stand.Recorder, file, InTime));
        await stand.ReplaceAsync(Photo, new byte[5]);
        Assert.Equal(5, (await stand.Driver.StampAsync(stand.Recorder, file, InTime))?.Bytes);
        await stand.ReplaceAsync(Photo, null);
        Assert.Null(await stand.Driver.StampAsync(stand.Recorder, file, InTime));
    }

    [Fact]
    public async Task The_clock_is_measured_or_its_absence_explained()
    {
        await using var stand = await FilledAsync();
        var clock = await stand.Driver.ReadClockAsync(stand.Recorder, InTime);
        Assert.True(clock.Offset is not null || clock.Note.Length > 10);
    }

    [Fact]
    public async Task Clearing_deletes_what_the_receipt_proves_and_nothing_else()
    {
        await using var stand = await FilledAsync();
        var (video, photo) = (await stand.FindAsync(Video), await stand.FindAsync(Photo));
        var cleared = await stand.Driver.ClearAsync(stand.Recorder, [video, photo], Receipts.For((video, Footage)), InTime);
        Assert.Equal(video, Assert.Single(cleared.Deleted));
        Assert.Equal(photo, Assert.Single(cleared.Kept).File);
        Assert.Equal([Photo], await stand.NamesOnMediumAsync());
    }

    [Fact]
    public async Task Clearing_leaves_receipted_files_alone_that_nobody_asked_to_clear()
    {
        await using var stand = await FilledAsync();
        var (video, photo) = (await stand.FindAsync(Video), await stand.FindAsync(Photo));
        await stand.Driver.ClearAsync(stand.Recorder, [photo], Receipts.For((video, Footage), (photo, Picture)), InTime);
        Assert.Equal([Video], await stand.NamesOnMediumAsync());
    }

    [Fact]
    public async Task Clearing_keeps_a_file_whose_content_is_not_the_sealed_one()
    {
        await using var stand = await FilledAsync();
        var video = await stand.FindAsync(Video);
        byte[] sealedElsewhere = [.. Footage[..^1], (byte)(Footage[^1] ^ 1)];
        var cleared = await stand.Driver.ClearAsync(stand.Recorder, [video], Receipts.For((video, sealedElsewhere)), InTime);
        Assert.Empty(cleared.Deleted);
        Assert.Contains("SHA-256", Assert.Single(cleared.Kept).Reason, StringComparison.Ordinal);
        Assert.Contains(Video, await stand.NamesOnMediumAsync());
    }

    [Fact]
    public async Task Clearing_keeps_a_file_whose_content_changed_after_the_offload()
    {
        await using var stand = await FilledAsync();
        var video = await stand.FindAsync(Video);
        await stand.ReplaceAsync(Video, [.. Footage, 1]);
        var cleared = await stand.Driver.ClearAsync(stand.Recorder, [video], Receipts.For((video, Footage)), InTime);
        Assert.Empty(cleared.Deleted);
        Assert.Contains(Video, await stand.NamesOnMediumAsync());
    }

    [Fact]
    public async Task Clearing_keeps_a_file_whose_sealed_SM3_differs()
    {
        Assert.SkipUnless(Domain.Digests.Sm3Hash.IsSupported, "this machine's libcrypto has no SM3");
        await using var stand = await FilledAsync();
        var video = await stand.FindAsync(Video);
        var proof = Receipts.Entry(video.Path, Footage);
        proof = proof with { Digest = new Domain.Digests.ContentDigest(proof.Digest.Sha256, new string('0', 64)) };
        var cleared = await stand.Driver.ClearAsync(stand.Recorder, [video], Receipts.Signed([proof]), InTime);
        Assert.Empty(cleared.Deleted);
        Assert.Contains(Video, await stand.NamesOnMediumAsync());
    }

    [Fact]
    public async Task Clearing_takes_no_receipt_for_the_same_content_under_another_path()
    {
        await using var stand = await FilledAsync();
        var video = await stand.FindAsync(Video);
        var receipt = Receipts.Signed([Receipts.Entry("DCIM/another.mp4", Footage)]);
        Assert.Empty((await stand.Driver.ClearAsync(stand.Recorder, [video], receipt, InTime)).Deleted);
        Assert.Contains(Video, await stand.NamesOnMediumAsync());
    }

    [Fact]
    public async Task A_receipt_that_another_key_signed_does_not_come_into_being()
    {
        await using var stand = await FilledAsync();
        var video = await stand.FindAsync(Video);
        using var forger = SigningKey.Generate();
        using var server = SigningKey.Generate();
        using var trusted = new VerificationKey(server.PublicPem);
        var forged = Receipts.Envelope(forger, [Receipts.Entry(video.Path, Footage)]);
        Assert.Throws<ReceiptRefusedException>(() => VaultReceipt.Verify(forged, trusted));
        Assert.Empty(typeof(VaultReceipt).GetConstructors());
    }

    [Fact]
    public async Task Clearing_may_be_repeated()
    {
        await using var stand = await FilledAsync();
        var video = await stand.FindAsync(Video);
        var receipt = Receipts.For((video, Footage));
        for (var i = 0; i < 2; i++)
            Assert.Equal([video], (await stand.Driver.ClearAsync(stand.Recorder, [video], receipt, InTime)).Deleted);
        Assert.Equal([Photo], await stand.NamesOnMediumAsync());
        Assert.Equal(Picture, await ReadToEndAsync(
            await stand.Driver.OpenReadAsync(stand.Recorder, await stand.FindAsync(Photo), InTime)));
    }

    [Fact]
    public async Task A_profile_that_forbids_clearing_is_obeyed()
    {
        await using var stand = await PrepareAsync(clearAllowed: false, (Video, Footage));
        var video = await stand.FindAsync(Video);
        await Assert.ThrowsAsync<RecorderRefusedException>(
            () => stand.Driver.ClearAsync(stand.Recorder, [video], Receipts.For((video, Footage)), InTime));
        Assert.Equal([Video], await stand.NamesOnMediumAsync());
    }

    /// <summary>A recorder that holds these files, opened.</summary>
    protected abstract Task<RecorderStand> PrepareAsync(bool clearAllowed, params (string Path, byte[] Content)[] files);

    private static async Task<byte[]> ReadToEndAsync(Stream content)
    {
        using var all = new MemoryStream();
        await content.CopyToAsync(all, InTime);
        return all.ToArray();
    }

    private Task<RecorderStand> FilledAsync() => PrepareAsync(clearAllowed: true, (Video, Footage), (Photo, Picture));
}

/// <summary>A recorder under test and the hands that fill, change and pull it.</summary>
public abstract class RecorderStand : IAsyncDisposable
{
    public abstract IRecorderDriver Driver { get; }

    public abstract DockedRecorder Recorder { get; }

    /// <summary>Changes a file behind the driver's back; null deletes it.</summary>
    public abstract Task ReplaceAsync(string path, byte[]? content);

    public abstract Task PullAsync();

    public abstract Task PutBackAsync();

    public abstract Task<DockedRecorder> OpenAgainAsync();

    /// <summary>What really lies on the medium, seen without the driver.</summary>
    public abstract Task<IReadOnlyList<string>> NamesOnMediumAsync();

    public abstract ValueTask DisposeAsync();

    public async Task<RecorderFile> FindAsync(string path) =>
        (await Driver.ListAsync(Recorder, CancellationToken.None)).Files().Single(f => f.Path == path);
}
