using System.Buffers.Binary;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using EvidenceIngest.Recorders.Drivers;
using EvidenceIngest.Recorders.Profiles;
using EvidenceIngest.Recorders.Profiles.Dialogue;

namespace EvidenceIngest.Recorders.Dialogues;

/// <summary>Fills templates with passwords and the time. What it shows of them never holds a password.</summary>
/// <param name="profile">With a dialogue.</param>
/// <param name="secrets">Setting to password; null where the site has set none.</param>
/// <param name="agencyZone">Zone of local clocks.</param>
/// <param name="time">The trusted time.</param>
/// <param name="transcript">Learns every password that is used, so that it can hide it.</param>
internal sealed class TemplateValues(
    HardwareProfile profile, Func<string, string?> secrets, TimeZoneInfo agencyZone, TimeProvider time, Transcript transcript)
{
    /// <summary>No recorder takes more; longer ones are a mistake in the configuration.</summary>
    private const int LongestSecret = 64;

    /// <exception cref="RecorderRefusedException">A password isn't configured or can't be sent.</exception>
    public byte[] Fill(ByteTemplate template)
    {
        byte[] bytes = [.. template.Parts.SelectMany(Fill)];
        if (template.PadTo is { } length && bytes.Length > length)
            throw Unfit("the filled template is longer than the device takes", "解锁密码超出设备允许的长度");
        if (template.PadTo is { } padded)
            Array.Resize(ref bytes, padded);
        return bytes;
    }

    /// <summary>What would be sent, with passwords masked and without asking for them; padding isn't shown.</summary>
    public string Preview(ByteTemplate template) =>
        string.Concat(template.Parts.Select(part => part is SecretPart ? Transcript.Mask : transcript.Show(Fill(part))));

    /// <summary>Tells the site's passwords for this profile from any others without keeping them.</summary>
    public string Fingerprint() => Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes(
        string.Join('\n', profile.Dialogue!.Secrets.Values.Order(StringComparer.Ordinal).Select(secrets)))));

    /// <summary>The trusted time in the zone of the device's clock.</summary>
    public DateTime Now() => InDeviceZone(time.GetUtcNow());

    public DateTime InDeviceZone(DateTimeOffset moment) => profile.Dialogue?.Clock?.Zone == ClockZone.Utc
        ? moment.UtcDateTime
        : TimeZoneInfo.ConvertTime(moment, agencyZone).DateTime;

    private static byte[] Numbers(IReadOnlyList<TimeNumber> layout, DateTime now)
    {
        var bytes = new byte[layout.Sum(n => n.Bytes)];
        var rest = bytes.AsSpan();
        foreach (var number in layout)
        {
            var value = number.Unit switch
            {
                "year" => number.Bytes == 1 ? now.Year - 2000 : now.Year,
                "month" => now.Month,
                "day" => now.Day,
                "hour" => now.Hour,
                "minute" => now.Minute,
                _ => now.Second,
            };
            if (number.Bytes == 1)
                rest[0] = (byte)value;
            else if (number.BigEndian)
                BinaryPrimitives.WriteUInt16BigEndian(rest, (ushort)value);
            else
                BinaryPrimitives.WriteUInt16LittleEndian(rest, (ushort)value);
            rest = rest[number.Bytes..];
        }

        return bytes;
    }

    private byte[] Fill(TemplatePart part) => part switch
    {
        LiteralPart literal => literal.Bytes.ToArray(),
        SecretPart secret => Secret(secret),
        TimeTextPart text => Encoding.ASCII.GetBytes(Now().ToString(text.Format, CultureInfo.InvariantCulture)),
        TimeNumbersPart numbers => Numbers(numbers.Layout, Now()),
        _ => throw new ArgumentOutOfRangeException(nameof(part), part, "no such part"),
    };

    private byte[] Secret(SecretPart part)
    {
        var setting = profile.Dialogue!.Secrets[part.Name];
        if (secrets(setting) is not { Length: > 0 } password)
            throw Unfit($"no password is configured in {setting}", $"尚未配置该型号的解锁密码（配置项 {setting}）");
        if (password.Length > LongestSecret)
            throw Unfit($"the password in {setting} is too long", $"解锁密码过长（配置项 {setting}）");
        try
        {
            var bytes = DialogueText.Of(part.Encoding).GetBytes(password);
            transcript.Hide(bytes);
            return bytes;
        }
        catch (EncoderFallbackException)
        {
            // Not as a cause: that exception quotes the character.
            throw Unfit($"the password in {setting} has characters that the device can't take", $"解锁密码含有设备不支持的字符（配置项 {setting}）");
        }
    }

    private RecorderRefusedException Unfit(string reason, string advice) =>
        new($"profile {profile.Name}: {reason}", $"“{profile.Title}”无法解锁：{advice}，请联系系统管理员。设备内的音像资料未受影响。");
}
