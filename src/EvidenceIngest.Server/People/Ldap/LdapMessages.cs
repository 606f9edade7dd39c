using System.Formats.Asn1;
using System.Text;

namespace EvidenceIngest.Server.People.Ldap;

/// <summary>The messages of RFC 4511 that a password is checked with. What comes from outside is bytes in them, never syntax.</summary>
internal static class LdapMessages
{
    private const string StartTlsOid = "1.3.6.1.4.1.1466.20037";
    private const string NoAttributes = "1.1";

    private static readonly Asn1Tag BindRequest = new(TagClass.Application, 0);
    private static readonly Asn1Tag SearchRequest = new(TagClass.Application, 3);
    private static readonly Asn1Tag ExtendedRequest = new(TagClass.Application, 23);
    private static readonly Asn1Tag Simple = new(TagClass.ContextSpecific, 0);
    private static readonly Asn1Tag RequestName = new(TagClass.ContextSpecific, 0);
    private static readonly Asn1Tag EqualityMatch = new(TagClass.ContextSpecific, 3);

    private enum Scope
    {
        WholeSubtree = 2,
    }

    private enum Aliases
    {
        NeverFollowed,
    }

    public static byte[] Bind(int id, string name, string password) => Envelope(id, message =>
    {
        using var bind = message.PushSequence(BindRequest);
        message.WriteInteger(3);
        Write(message, name);
        Write(message, password, Simple);
    });

    /// <summary>For entries of which one attribute has one value; two are as good as many.</summary>
    public static byte[] Search(int id, string under, string attribute, string value) => Envelope(id, message =>
    {
        using var search = message.PushSequence(SearchRequest);
        Write(message, under);
        message.WriteEnumeratedValue(Scope.WholeSubtree);
        message.WriteEnumeratedValue(Aliases.NeverFollowed);
        message.WriteInteger(2);
        message.WriteInteger(0);
        message.WriteBoolean(true);
        using (message.PushSequence(EqualityMatch))
        {
            Write(message, attribute);
            Write(message, value);
        }

        using (message.PushSequence())
            Write(message, NoAttributes);
    });

    public static byte[] StartTls(int id) => Envelope(id, message =>
    {
        using var extended = message.PushSequence(ExtendedRequest);
        Write(message, StartTlsOid, RequestName);
    });

    /// <exception cref="AsnContentException">It is no LDAP message.</exception>
    public static LdapAnswer Read(ReadOnlyMemory<byte> bytes)
    {
        var message = new AsnReader(bytes, AsnEncodingRules.BER).ReadSequence();
        if (!message.TryReadInt32(out var id))
            throw new AsnContentException("a message number that does not fit");
        var tag = message.PeekTag();
        var kind = tag.TagClass == TagClass.Application && Enum.IsDefined((LdapAnswerKind)tag.TagValue) ? (LdapAnswerKind)tag.TagValue : LdapAnswerKind.Other;
        if (kind is LdapAnswerKind.Other or LdapAnswerKind.SearchReference)
            return new LdapAnswer(id, kind, default, "", "");
        var body = message.ReadSequence(tag);
        if (kind == LdapAnswerKind.SearchEntry)
            return new LdapAnswer(id, kind, default, Text(body), "");
        var code = body.ReadEnumeratedValue<LdapCode>();
        return new LdapAnswer(id, kind, code, Text(body), Text(body));
    }

    private static byte[] Envelope(int id, Action<AsnWriter> operation)
    {
        var writer = new AsnWriter(AsnEncodingRules.BER);
        using (writer.PushSequence())
        {
            writer.WriteInteger(id);
            operation(writer);
        }

        return writer.Encode();
    }

    private static void Write(AsnWriter writer, string text, Asn1Tag? tag = null) => writer.WriteOctetString(Encoding.UTF8.GetBytes(text), tag);

    private static string Text(AsnReader reader) => Encoding.UTF8.GetString(reader.ReadOctetString());
}

internal enum LdapAnswerKind
{
    Other = -1,
    Bind = 1,
    SearchEntry = 4,
    SearchDone = 5,
    SearchReference = 19,
    Extended = 24,
}

/// <summary>Result codes of RFC 4511, appendix A, that mean something here.</summary>
internal enum LdapCode
{
    Success = 0,
    SizeLimitExceeded = 4,
    StrongerAuthRequired = 8,
    ConfidentialityRequired = 13,
    ConstraintViolation = 19,
    NoSuchObject = 32,
    InvalidDnSyntax = 34,
    InappropriateAuthentication = 48,
    InvalidCredentials = 49,
    UnwillingToPerform = 53,
}

/// <param name="Id">Of the message that it answers; 0 when nobody asked.</param>
/// <param name="Kind">What it is.</param>
/// <param name="Code">Of entries without a meaning.</param>
/// <param name="Name">Of the entry; of results as far as it was found.</param>
/// <param name="Diagnostic">In the directory's own words.</param>
internal readonly record struct LdapAnswer(int Id, LdapAnswerKind Kind, LdapCode Code, string Name, string Diagnostic);
