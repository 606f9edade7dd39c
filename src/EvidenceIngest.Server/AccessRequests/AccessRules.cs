using System.Text.RegularExpressions;
using EvidenceIngest.Domain.Evidence;
using EvidenceIngest.Server.Access;

namespace EvidenceIngest.Server.AccessRequests;

/// <summary>What may stand in a request, and what the law lets a head agree to.</summary>
internal static partial class AccessRules
{
    public const int MostItems = 100;
    private const int LongestName = 100;
    private const int LongestText = 500;
    private const int TailLength = 4;

    // Somebody may bring a letter that lay for a while; older ones are a mistake.
    private const int OldestDays = 366;

    /// <exception cref="RequestRefusedException">Something can't stand so.</exception>
    public static void Demand(AccessRequestEntry entry, DateOnly today)
    {
        Texts.Demand(entry.Party.Name, "party.name", LongestName);
        DemandNoNumber(entry.Party.Name, "party.name");
        if (entry.Party.DocumentTail is not { Length: TailLength } tail || !tail.All(char.IsLetterOrDigit))
            throw RequestRefusedException.Invalid("party.documentTail", $"应为证件号码后 {TailLength} 位；系统不保存完整号码 / must be the last {TailLength} letters or digits of the document's number; the whole number is not kept here");
        Demand(entry.Reason, "reason");
        Texts.Allow(entry.Case, "case", 200);
        if ((entry.Items is { Count: > 0 }) == (entry.Case is not null))
            throw RequestRefusedException.Invalid("items, case", $"请指明 1 至 {MostItems} 件资料，或者一个案件 / name either 1 to {MostItems} items or a case");
        if (entry.Items?.Distinct(StringComparer.Ordinal).Count() > MostItems)
            throw TooMany();
        foreach (var item in entry.Items ?? [])
            Texts.Demand(item, "items", 100);
        if (entry.ReceivedOn is { } day && (day > today || day < today.AddDays(-OldestDays)))
            throw RequestRefusedException.Invalid("receivedOn", $"收到日期应在 {today:yyyy-MM-dd} 及之前 {OldestDays} 天以内 / must lie within the {OldestDays} days up to today, {today:yyyy-MM-dd}");
    }

    public static RequestRefusedException TooMany() => RequestRefusedException.Invalid("items, case", $"资料超过 {MostItems} 件，请分几次登记 / are more than {MostItems} items: enter several requests");

    /// <summary>A text of a request. A whole identity number has no business in it.</summary>
    public static void Demand(string? text, string field)
    {
        Texts.Demand(text, field, LongestText);
        DemandNoNumber(text, field);
    }

    /// <exception cref="RequestRefusedException">Something is missing, or stands where it means nothing.</exception>
    public static void Demand(AccessDecision decision)
    {
        if (decision.Decision is not (AccessState.Agreed or AccessState.AgreedWithRedaction or AccessState.Refused))
            throw RequestRefusedException.Invalid("decision", "审批意见应为同意、遮蔽后同意或不同意 / must be Agreed, AgreedWithRedaction or Refused");
        Demand(decision.Why, "why");
        if (decision.Decision == AccessState.Refused)
            Demand(decision.Ground, "ground");
        else if (decision.Ground is not null)
            throw RequestRefusedException.Invalid("ground", "只有不同意时才填写法律依据 / stands with a refusal alone");
        if (decision.Consent is null)
            return;
        Demand(decision.Consent, "consent");
        if (decision.Decision == AccessState.Refused)
            throw RequestRefusedException.Invalid("consent", "不同意时不填写权利人同意 / means nothing in a refusal");
    }

    /// <summary>Asked when it is decided, and again whenever it is opened, linked to and looked at: the level may have been raised since.</summary>
    /// <returns>Why it can't be shown so; null when it can.</returns>
    public static string? Obstacle(string item, Secrecy secrecy, AccessState decision, string? consent) => secrecy switch
    {
        Secrecy.StateSecret =>
            $"资料 {item} 涉及国家秘密，依照《中华人民共和国保守国家秘密法》不得向当事人提供查阅"
            + $" / item {item} holds a state secret, which the Law on Guarding State Secrets keeps from whoever is not cleared for it: it can only be refused",
        Secrecy.TradeSecret or Secrecy.PersonalPrivacy when decision == AccessState.Agreed && consent is null =>
            $"资料 {item} 涉及{EvidenceWords.Chinese(secrecy)}，须经遮蔽处理，或者载明权利人的书面同意"
            + $" / item {item} holds {(secrecy == Secrecy.TradeSecret ? "trade secrets" : "personal privacy")}: agree with redaction, or say who of those concerned consented in writing",
        _ => null,
    };

    private static void DemandNoNumber(string text, string field)
    {
        if (LongNumber().IsMatch(text))
            throw RequestRefusedException.Invalid(field, "含有较长的号码：系统不保存完整的证件号码，请删去 / holds a long number: whole identity numbers are not kept here");
    }

    // Identity cards have 18 characters, bank cards 16 to 19; case numbers are shorter in one run.
    [GeneratedRegex("[0-9０-９]{15}")]
    private static partial Regex LongNumber();
}
