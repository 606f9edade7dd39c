using System.Net.Http.Headers;
using System.Reflection;
using System.Text.RegularExpressions;
using EvidenceIngest.Server.Access;
using EvidenceIngest.Server.Tests.Access;
using FsCheck;
using FsCheck.Fluent;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Metadata;
using Microsoft.AspNetCore.Routing;

namespace EvidenceIngest.Server.Tests.Api.Fuzzing;

/// <param name="Route">Method and pattern.</param>
/// <param name="Path">With its query, escaped.</param>
/// <param name="Caller">One of <see cref="FuzzedRoutes.Callers"/>.</param>
/// <param name="Headers">Not only right ones.</param>
/// <param name="ContentType">Of the body.</param>
/// <param name="Body">Null: none.</param>
internal sealed record FuzzedRequest(string Route, string Path, string Caller, IReadOnlyList<(string Name, string Value)> Headers, string ContentType, byte[]? Body)
{
    public HttpRequestMessage Message()
    {
        var message = new HttpRequestMessage(new HttpMethod(Route[..Route.IndexOf(' ', StringComparison.Ordinal)]), new Uri(Path, new UriCreationOptions { DangerousDisablePathAndQueryCanonicalization = true }));
        foreach (var (name, value) in Headers)
            message.Headers.TryAddWithoutValidation(name, value);
        if (Body is not null)
        {
            message.Content = new ByteArrayContent(Body);
            if (MediaTypeHeaderValue.TryParse(ContentType, out var type))
                message.Content.Headers.ContentType = type;
        }

        return message;
    }

    /// <summary>Everything in it that an answer may repeat.</summary>
    public string Text => Uri.UnescapeDataString(Path) + (Body is { Length: < 1 << 20 } ? System.Text.Encoding.UTF8.GetString(Body) : "") + string.Concat(Headers.Select(h => h.Value));

    public override string ToString() =>
        $"{Route} by {Caller}: {Shorten(Path)} {string.Join(' ', Headers)} {ContentType} {(Body is null ? "no body" : Shorten(System.Text.Encoding.UTF8.GetString(Body)))}";

    private static string Shorten(string text) => text.Length > 600 ? text[..600] + "…" : text;
}

/// <summary>Makes requests for every route that the server has, so that a new one is tried without anybody thinking of it.</summary>
internal static partial class FuzzedRoutes
{
    public const string Owner = "owner";
    public const string Dock = "dock";
    public const string System = "system";
    public const string Nobody = "nobody";
    public const string Stranger = "stranger";

    public static readonly IReadOnlyList<string> Callers =
        [Owner, Dock, System, Nobody, Stranger, .. Enum.GetValues<Role>().Where(r => r.IsForPeople()).Select(r => r.ToString())];

    private static readonly Gen<(string Name, string Value)> OddHeaders = Gen.Elements(
        ("Range", "bytes=0-0"), ("Range", "bytes=-1"), ("Range", "bytes=5-2"), ("Range", "bytes=0-99999999999999999999"), ("Range", "x"), ("Range", "bytes=0-0,2-2,4-4"),
        ("If-None-Match", "*"), ("If-None-Match", "\"x\""), ("If-None-Match", "x"), ("If-Match", "\"x\""), ("If-Match", "x,,"), ("If-Match", "W/\"1\""),
        ("If-Modified-Since", "Thu, 99 Foo 2026"), ("If-Range", "\"x\""), ("Accept", "text/html"), ("Accept", "*/*;q=x"), ("Accept-Language", "zz;q=9"), ("X-Forwarded-For", "1.1.1.1"),
        ("X-HTTP-Method-Override", "DELETE"), ("Idempotency-Key", "k"), ("Idempotency-Key", "\"a b\""), ("Idempotency-Key", new string('k', 5000)), ("Expect", "x"),
        ("Origin", "https://evil"), ("Cookie", "a=b"), ("Content-Encoding", "gzip"), ("traceparent", "x"));

    private static readonly Gen<string> ContentTypes = Gen.Frequency(
        (20, Gen.Constant("application/json")),
        (1, Gen.Elements("application/json; charset=utf-16", "application/json; charset=nope", "text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", "application/cloudevents+json", "")));

    /// <param name="endpoints">All of the server.</param>
    /// <param name="address">Of the server.</param>
    /// <param name="own">What belongs to the unit in which people hold their roles.</param>
    /// <param name="other">What does not.</param>
    /// <param name="dockOwn">Name of a delivery of the dock's.</param>
    public static Gen<FuzzedRequest> Of(IEnumerable<RouteEndpoint> endpoints, Uri address, ReachTests.Belongings own, ReachTests.Belongings other, string dockOwn) =>
        Gen.OneOf(endpoints.SelectMany(e => e.Metadata.GetMetadata<HttpMethodMetadata>()!.HttpMethods.Select(method => Of(e, method, address, own, other, dockOwn))));

    private static Gen<FuzzedRequest> Of(RouteEndpoint endpoint, string method, Uri address, ReachTests.Belongings own, ReachTests.Belongings other, string dockOwn)
    {
        var pattern = endpoint.RoutePattern.RawText!.TrimEnd('/');
        var route = $"{method} {pattern}";
        var demand = endpoint.Metadata.GetMetadata<TokenDemand>();
        var accepts = endpoint.Metadata.GetMetadata<IAcceptsMetadata>()?.RequestType;
        var admitted = Callers.Where(c => demand is null || (demand.Kind == TokenKind.Dock ? c == Dock : c == Owner || (Enum.TryParse<Role>(c, out var role) && (demand.AnyOf.Contains(Scopes.Self) || Scopes.Of(role).Any(demand.AnyOf.Contains))))).ToArray();
        return
            from caller in Gen.Frequency((6, Gen.Elements(admitted)), (1, Gen.Elements(Callers.ToArray())))
            // What the owner links or moves from one unit to another would be seen there, and rightly so.
            let names = Names(own, caller is Owner or Dock ? own : other, dockOwn)
            let texts = Names(own, own, dockOwn)
            from path in Path(pattern, own, caller is Owner or Dock ? own : other, dockOwn)
            from query in Query(endpoint, names)
            from headers in Gen.Frequency((5, Gen.Constant(Array.Empty<(string, string)>())), (1, Gen.ArrayOf(OddHeaders, 2)))
            from type in ContentTypes
            from body in method is "GET" or "HEAD" or "DELETE" ? Gen.Constant<byte[]?>(null) : Hostile.Body(accepts, texts, names).Select(b => (byte[]?)b)
            select new FuzzedRequest(route, $"{address.GetLeftPart(UriPartial.Authority)}{path}{query}", caller, headers, type, body);
    }

    private static Gen<string> Names(ReachTests.Belongings own, ReachTests.Belongings other, string dockOwn) => Gen.Frequency(
        (5, Gen.Elements<string>([.. own.Secrets(), own.Unit, dockOwn])),
        (1, Gen.Elements<string>([.. other.Secrets(), other.Unit])));

    private static Gen<string> Path(string pattern, ReachTests.Belongings own, ReachTests.Belongings other, string dockOwn)
    {
        var literals = Parameter().Split(pattern).Where((_, i) => i % 2 == 0).ToArray();
        var values = Parameter().Matches(pattern).Select(m => Gen.Frequency(
            (8, Gen.Constant(pattern.Contains("/deliveries/", StringComparison.Ordinal) ? dockOwn : own.Fill(pattern, m.Groups[1].Value))),
            (2, Gen.Constant(other.Fill(pattern, m.Groups[1].Value))),
            (2, Hostile.Segments)));
        return Gen.CollectToArray(values).Select(filled => literals[0] + string.Concat(filled.Select((value, i) => value + literals[i + 1])));
    }

    /// <summary>Members that the handler takes, and one that it doesn't.</summary>
    private static Gen<string> Query(RouteEndpoint endpoint, Gen<string> names)
    {
        var handler = endpoint.Metadata.OfType<MethodInfo>().FirstOrDefault();
        var members = handler?.GetParameters().SelectMany(Members).Except(endpoint.RoutePattern.Parameters.Select(p => p.Name)).ToArray() ?? [];
        return Gen.CollectToArray(members.Append("unknown").Select(member => Gen.Frequency(
                (2, Gen.Constant("")),
                // An honest long poll takes as long as it was asked to.
                (member == "waitSeconds" ? 0 : 1, Hostile.Query(names).Select(value => $"{member}={value}")))))
            .Select(given => given.Where(g => g.Length > 0).ToArray())
            .Select(given => given.Length == 0 ? "" : "?" + string.Join('&', given));
    }

    private static IEnumerable<string> Members(ParameterInfo parameter) =>
        parameter.GetCustomAttribute<AsParametersAttribute>() is not null ? parameter.ParameterType.GetProperties().Select(p => p.Name)
        : Simple(parameter.ParameterType) ? [parameter.Name!] : [];

    private static bool Simple(Type type) => (Nullable.GetUnderlyingType(type) ?? type) is var t && (t == typeof(string) || t == typeof(Guid) || t.IsPrimitive);

    [GeneratedRegex(@"\{\**(\w+)[^}]*\}")]
    private static partial Regex Parameter();
}
