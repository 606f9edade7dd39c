using System.Text;
using System.Threading.Channels;

namespace EvidenceIngest.EndToEnd.Tests.Rig.Devices.Recorders;

/// <summary>
/// 4255:0001 that is spoken to in lines of text by bulk, <c>@Ver;8;00000000;#</c>. Documented by BigBadMuttuH/AmbaBodyCam:
/// the commands, "Ver;OK", the id as third field of Gdv, an answer with ERROR. Inferred: the rest of the answers' texts,
/// that Ver is the only one without password, the padding of answers to 64 bytes.
/// </summary>
internal sealed class AmbarellaTextRecorder(UsbIdentity identity, string id, UnlockPlan unlock, UsbSpeed speed = UsbSpeed.High)
    : SimulatedDevice(identity, Shape, speed)
{
    private const int AnswerBytes = 64;
    private const int MaxLineBytes = 512;
    private static readonly UsbInterface Shape = new(0xFF, 0x00, 0x00, 0x01, 0x81);

    private Channel<byte[]> _answers = Channel.CreateUnbounded<byte[]>();

    public static UsbIdentity Identity(string serial) => new(0x4255, 0x0001, "Ambarella", "Amba Simple Class", serial);

    /// <summary>What Sdt set, as it was sent.</summary>
    public string? Date { get; private set; }

    /// <summary>What Stm set, as it was sent.</summary>
    public string? Time { get; private set; }

    public override void Restart() => _answers = Channel.CreateUnbounded<byte[]>();

    public override async ValueTask<UsbReply> BulkOutAsync(byte endpoint, ReadOnlyMemory<byte> data, CancellationToken ct)
    {
        if (endpoint != 0x01 || data.Length > MaxLineBytes)
            return UsbReply.Stalled;
        Transcript.Bulk(endpoint, data.Span);
        await unlock.HearAsync(Cable, ct);
        var answer = Answer(Encoding.ASCII.GetString(data.Span).Split(';'));
        var padded = new byte[AnswerBytes];
        Encoding.ASCII.GetBytes(answer, padded);
        _answers.Writer.TryWrite(padded);
        return UsbReply.Done;
    }

    public override async ValueTask<UsbReply> BulkInAsync(byte endpoint, int length, CancellationToken ct)
    {
        if (endpoint != 0x81)
            return UsbReply.Stalled;
        var answer = await _answers.Reader.ReadAsync(ct);
        return UsbReply.Sends(answer.AsMemory(0, Math.Min(length, answer.Length)));
    }

    private string Answer(string[] line)
    {
        switch (line)
        {
            case ["@Ver", "8", _, "#"]:
                return "@Ver;OK;V1.0;#";
            case ["@Gdv", "8", var password, "#"] when Right(password):
                return $"@Gdv;OK;{id};#";
            case ["@ATH", "8", var password, "#"] when Right(password):
                Cable.LeaveSoon(unlock.Disk);
                return "@ATH;OK;#";
            case ["@Sdt", "8", { Length: 8 } date, "#"]:
                Date = date;
                return "@Sdt;OK;#";
            case ["@Stm", "6", { Length: 8 } time, "#"]:
                Time = time;
                return "@Stm;OK;#";
            default:
                return $"{(line[0].StartsWith('@') ? line[0] : "@")};ERROR;#";
        }
    }

    private bool Right(string password) => unlock.Try(Encoding.ASCII.GetBytes(password));
}
