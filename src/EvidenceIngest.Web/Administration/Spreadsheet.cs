using System.Text;
using EvidenceIngest.Web.Api;
using EvidenceIngest.Web.Words;
using Microsoft.AspNetCore.Components.Forms;

namespace EvidenceIngest.Web.Administration;

/// <summary>Text files that people choose.</summary>
internal static class Spreadsheet
{
    private const long Largest = 8 << 20;

    private static readonly UTF8Encoding Strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <exception cref="ApiProblemException">Too large, or not UTF-8: spreadsheet programs save in the machine's own encoding unless they are told otherwise.</exception>
    public static async Task<string> ReadAsync(IBrowserFile file, Say say, CancellationToken ct)
    {
        if (file.Size > Largest)
            throw new ApiProblemException(StatusCodes.Status400BadRequest, say["文件超过8 MiB，请拆分后再导入。", "The file has more than 8 MiB: divide it."]);
        using var content = new MemoryStream();
        await using (var stream = file.OpenReadStream(Largest, ct))
            await stream.CopyToAsync(content, ct);
        try
        {
            return Strict.GetString(content.ToArray());
        }
        catch (DecoderFallbackException)
        {
            throw new ApiProblemException(StatusCodes.Status400BadRequest, say["文件不是UTF-8编码。请在Excel中选择“另存为 → CSV UTF-8”后重新导入。", "The file is not UTF-8: in Excel save it as CSV UTF-8."]);
        }
    }
}
