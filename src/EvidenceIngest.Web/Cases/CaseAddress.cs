namespace EvidenceIngest.Web.Cases;

/// <summary>Numbers of cases hold slashes and everything else: each is one part of an address.</summary>
internal static class CaseAddress
{
    public static string Page(string number) => "/cases/" + Uri.EscapeDataString(number);

    public static string Api(string number) => "cases/" + Uri.EscapeDataString(number);
}
