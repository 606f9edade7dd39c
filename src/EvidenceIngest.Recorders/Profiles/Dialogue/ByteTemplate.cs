namespace EvidenceIngest.Recorders.Profiles.Dialogue;

/// <summary>Bytes to send, with places for what is known only while talking.</summary>
/// <param name="Parts">In order.</param>
/// <param name="PadTo">Zeros are appended up to this length.</param>
public sealed record ByteTemplate(IReadOnlyList<TemplatePart> Parts, int? PadTo = null)
{
    public bool HasSecret => Parts.Any(p => p is SecretPart);
}

public abstract record TemplatePart;

public sealed record LiteralPart(ReadOnlyMemory<byte> Bytes) : TemplatePart;

/// <param name="Name">Of the dialogue's secrets.</param>
/// <param name="Encoding">Ascii or Gbk.</param>
public sealed record SecretPart(string Name, ReplyEncoding Encoding) : TemplatePart;

/// <summary>The trusted time as text, in the zone of the device's clock.</summary>
public sealed record TimeTextPart(string Format) : TemplatePart;

/// <summary>The trusted time as numbers, in the zone of the device's clock.</summary>
public sealed record TimeNumbersPart(IReadOnlyList<TimeNumber> Layout) : TemplatePart;
