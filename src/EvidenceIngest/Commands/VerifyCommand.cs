using System.CommandLine;
using System.Text.Json;
using EvidenceIngest.Domain;
using EvidenceIngest.Domain.Digests;
using EvidenceIngest.Domain.Receipts;
using EvidenceIngest.Packages;

namespace EvidenceIngest.Commands;

/// <summary>
/// <c>verify RECEIPT [FILE…]</c>: checks a receipt's signature and that files are the ones it speaks of; <c>verify FOLDER</c>
/// checks an evidence package, <c>verify FILE --password-file F</c> an encrypted one. Needs no service, no network and no configuration.
/// </summary>
internal static class VerifyCommand
{
    private const int Proven = 0;
    private const int NotProven = 1;

    public static Command Create()
    {
        var receipt = new Argument<FileSystemInfo>("receipt") { Description = "回执文件（JSON）、数据包文件夹或加密数据包 / a receipt, the folder of an evidence package, or an encrypted one" };
        var files = new Argument<FileInfo[]>("files")
        {
            Description = "要核对的文件 / files to compare with the receipt",
            Arity = ArgumentArity.ZeroOrMore,
        };
        var key = new Option<FileInfo?>("--key")
        {
            Description = "单位公布的回执公钥（PEM） / the agency's public receipt key; without it the key inside the receipt is used",
        };
        var password = new Option<FileInfo?>("--password-file")
        {
            Description = "加密数据包的密码文件（第一行） / file whose first line is the password of an encrypted package",
        };
        var command = new Command("verify", "离线核验回执、文件或数据包 / check a receipt and files, or an evidence package, offline") { receipt, files, key, password };
        command.SetAction((parsed, ct) => parsed.GetRequiredValue(receipt) switch
        {
            DirectoryInfo folder => PackageVerification.RunAsync(() => new PackageDirectory(folder), parsed.GetValue(key), Console.Out, ct),
            var file when parsed.GetValue(password) is { } secret => PackageVerification.RunAsync(
                () => new EncryptedPackage(new FileInfo(file.FullName), PackageCipher.ReadPassword(secret)), parsed.GetValue(key), Console.Out, ct),
            var file => VerifyAsync(new FileInfo(file.FullName), parsed.GetValue(files) ?? [], parsed.GetValue(key), Console.Out, ct),
        });
        return command;
    }

    internal static async Task<int> VerifyAsync(
        FileInfo receiptFile, FileInfo[] files, FileInfo? keyFile, TextWriter output, CancellationToken ct)
    {
        VaultReceipt receipt;
        try
        {
            if (PackageCipher.IsEncrypted(receiptFile.FullName))
            {
                await output.WriteLineAsync("这是加密数据包，请用 --password-file 指定密码文件 / this is an encrypted package: name its password with --password-file");
                return NotProven;
            }

            var envelope = EvidenceJson.FromBytes<SignedEnvelope>(await File.ReadAllBytesAsync(receiptFile.FullName, ct));
            using var key = new VerificationKey(keyFile is null
                ? EvidenceJson.FromBytes<ReceiptStatement>(envelope.Payload).PublicKey
                : await File.ReadAllTextAsync(keyFile.FullName, ct));
            receipt = VaultReceipt.Verify(envelope, key);
            await output.WriteLineAsync($"回执有效 receipt holds  {receipt.Statement.ReceiptId}  key {key.KeyId}");
            if (keyFile is null)
                await output.WriteLineAsync("注意：公钥取自回执本身，请与单位公布的公钥核对。 The key came from the receipt itself: compare it with the published one.");
        }
        catch (Exception e) when (e is JsonException or FormatException or ReceiptRefusedException or IOException
            or ArgumentException or System.Security.Cryptography.CryptographicException or UnauthorizedAccessException)
        {
            await output.WriteLineAsync($"回执无效 receipt refused: {e.Message}");
            return NotProven;
        }

        var result = Proven;
        foreach (var file in files)
        {
            var proof = await CompareAsync(file, receipt.Statement, ct);
            await output.WriteLineAsync($"{(proof.Holds ? "一致 same    " : "不符 DIFFERS ")}{file.Name}  {proof.Text}");
            if (!proof.Holds)
                result = NotProven;
        }

        return result;
    }

    private static async Task<(bool Holds, string Text)> CompareAsync(FileInfo file, ReceiptStatement statement, CancellationToken ct)
    {
        try
        {
            await using var content = file.OpenRead();
            var (digest, bytes) = await ContentHasher.HashAsync(content, withSm3: true, ct);
            var match = statement.Files.FirstOrDefault(f => f.Bytes == bytes && f.Digest.Matches(digest));
            return match is null
                ? (false, $"sha256 {digest.Sha256} is not in the receipt of item {statement.ItemId}")
                : (true, $"{match.RecorderPath}  sha256 {digest.Sha256}  locked until {match.LockedUntil:yyyy-MM-dd}");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return (false, e.Message);
        }
    }
}
