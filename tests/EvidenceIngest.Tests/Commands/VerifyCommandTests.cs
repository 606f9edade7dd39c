using EvidenceIngest.Commands;
using EvidenceIngest.Domain;
using EvidenceIngest.Domain.Digests;
using EvidenceIngest.Domain.Receipts;

namespace EvidenceIngest.Tests.Commands;

public sealed class VerifyCommandTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("verify-");
    private readonly SigningKey _key = SigningKey.Generate();

    [Fact]
    public async Task The_sealed_file_is_proven_and_a_changed_one_is_not()
    {
        var file = await WriteAsync("a.MP4", [1, 2, 3]);
        var receipt = await ReceiptForAsync(file);
        Assert.Equal(0, await VerifyAsync(receipt, file));
        await File.WriteAllBytesAsync(file.FullName, [1, 2, 4]);
        Assert.Equal(1, await VerifyAsync(receipt, file));
    }

    [Fact]
    public async Task A_receipt_of_another_key_than_the_published_one_proves_nothing()
    {
        using var other = SigningKey.Generate();
        var file = await WriteAsync("a.MP4", [1, 2, 3]);
        var published = new FileInfo(Path.Combine(_folder.FullName, "key.pem"));
        await File.WriteAllTextAsync(published.FullName, other.PublicPem);
        Assert.Equal(1, await VerifyCommand.VerifyAsync(
            await ReceiptForAsync(file), [file], published, TextWriter.Null, CancellationToken.None));
    }

    [Theory]
    [InlineData("")]
    [InlineData("null")]
    [InlineData("{\"payloadType\":\"x\",\"payload\":\"AA==\",\"signatures\":[]}")]
    [InlineData("{\"payloadType\":\"application/vnd.evidence-ingest.receipt+json\",\"payload\":\"e30=\",\"signatures\":[]}")]
    public async Task What_is_no_receipt_is_refused_with_a_sentence(string text)
    {
        var receipt = new FileInfo(Path.Combine(_folder.FullName, "r.json"));
        await File.WriteAllTextAsync(receipt.FullName, text);
        using var output = new StringWriter();
        Assert.Equal(1, await VerifyCommand.VerifyAsync(receipt, [], null, output, CancellationToken.None));
        Assert.Contains("回执无效", output.ToString(), StringComparison.Ordinal);
    }

    public void Dispose()
    {
        _key.Dispose();
        _folder.Delete(recursive: true);
    }

    private static Task<int> VerifyAsync(FileInfo receipt, FileInfo file) =>
        VerifyCommand.VerifyAsync(receipt, [file], null, TextWriter.Null, CancellationToken.None);

    private async Task<FileInfo> WriteAsync(string name, byte[] content)
    {
        var file = new FileInfo(Path.Combine(_folder.FullName, name));
        await File.WriteAllBytesAsync(file.FullName, content);
        return file;
    }

    private async Task<FileInfo> ReceiptForAsync(FileInfo file)
    {
        await using var content = file.OpenRead();
        var (digest, bytes) = await ContentHasher.HashAsync(content, withSm3: true, CancellationToken.None);
        var statement = new ReceiptStatement(
            "r1", "ev-1", "d1", "dev-1", "dock-1", DateTimeOffset.UnixEpoch, _key.PublicPem,
            [new SealedFile("DCIM/a.MP4", bytes, digest, "b", "k", "v", DateTimeOffset.UnixEpoch)]);
        return await WriteAsync("receipt.json", EvidenceJson.ToBytes(_key.Sign(ReceiptStatement.PayloadType, EvidenceJson.ToBytes(statement))));
    }
}
