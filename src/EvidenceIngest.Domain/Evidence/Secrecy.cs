namespace EvidenceIngest.Domain.Evidence;

/// <summary>
/// What a recording holds that the law protects (article 30, second paragraph). Where several apply the highest is set: each demands
/// at least what those below it do.
/// </summary>
public enum Secrecy
{
    None,

    /// <summary>个人隐私</summary>
    PersonalPrivacy,

    /// <summary>商业秘密</summary>
    TradeSecret,

    /// <summary>国家秘密: seen in its own unit alone, and never handed to a party here.</summary>
    StateSecret,
}
