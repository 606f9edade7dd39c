namespace EvidenceIngest.VendorDll;

/// <summary>
/// ZFY_INFO of GA/T 947.4 style libraries, packed: cSerial, userNo, userName, unitNo, unitName as GBK. Headers of 94 bytes
/// leave room for a zero behind each text; those of 89 bytes don't.
/// </summary>
internal static class ZfyInfo
{
    public const int WithZeros = 94;
    public const int WithoutZeros = 89;

    private static readonly (string Name, int Bytes)[] Members =
        [("cSerial", 7), ("userNo", 6), ("userName", 32), ("unitNo", 12), ("unitName", 32)];

    /// <summary>
    /// Says why the bytes can't have this layout. Read with the other one, an officer's number would begin with the last
    /// character of the recorder's, and footage would get a wrong owner.
    /// </summary>
    public static string? Fault(ReadOnlySpan<byte> info)
    {
        var zero = info.Length == WithZeros ? 1 : 0;
        var other = zero == 1 ? WithoutZeros : WithZeros;
        foreach (var (name, bytes) in Members)
        {
            var member = info[..(bytes + zero)];
            info = info[(bytes + zero)..];
            if (zero == 1 && member[^1] != 0)
                return $"{name} fills its {bytes + zero} bytes without a zero at the end; the library may use the layout of {other} bytes";
            if (member[0] == 0 && member.ContainsAnyExcept((byte)0))
                return $"{name} begins with a zero and goes on behind it; the library may use the layout of {other} bytes";
        }

        return null;
    }
}
