using System.Text.Json.Nodes;
using EvidenceIngest.Server.Access;
using Microsoft.AspNetCore.Http.Metadata;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.OpenApi;

namespace EvidenceIngest.Server.Api;

/// <summary>
/// The OpenAPI document: beside what the framework reads from the routes, a name and a sentence for each, who may call it, what it
/// takes from every caller, how it refuses, and an example. A test fails for the route that lacks one of these.
/// </summary>
internal static class ApiDocument
{
    private const string Scheme = "token";
    private const string Json = "application/json";
    private const string Problem = "application/problem+json";

    private static readonly Dictionary<int, string> Refusals = new()
    {
        [StatusCodes.Status400BadRequest] = "Something in the request is not what it must be; detail names the member.",
        [StatusCodes.Status401Unauthorized] = "No token, or one that is unknown, expired or revoked: log in, or ask for a new one.",
        [StatusCodes.Status403Forbidden] = "The role is missing, or is not held in the root unit.",
        [StatusCodes.Status404NotFound] = "It does not exist, or is out of the caller's reach.",
        [StatusCodes.Status409Conflict] = "Its state does not allow it now; detail says why.",
        [StatusCodes.Status410Gone] = "It was there: the link has expired, or the item was disposed of after its term.",
        [StatusCodes.Status412PreconditionFailed] = "It was changed since the ETag in If-Match was read, or is there already in spite of If-None-Match. Nothing was changed.",
        [StatusCodes.Status422UnprocessableEntity] = "The Idempotency-Key was used for another body before.",
        [StatusCodes.Status429TooManyRequests] = "Too many requests; go on after Retry-After seconds.",
        [StatusCodes.Status503ServiceUnavailable] = "The database or the vault can't be used at the moment; try again after Retry-After seconds.",
    };

    public static void Describe(OpenApiOptions options)
    {
        options.AddOperationTransformer((operation, context, _) =>
        {
            Describe(operation, context);
            return Task.CompletedTask;
        });
        options.AddDocumentTransformer((document, _, _) =>
        {
            document.Info.Title = "执法音像资料采集服务 / evidence of body-worn recorders";
            document.Info.Description = "Conventions, errors, and what may change inside v1: docs/api.md. Tests send and compare every example.";
            var components = document.Components ??= new OpenApiComponents();
            (components.SecuritySchemes ??= new Dictionary<string, IOpenApiSecurityScheme>())[Scheme] = new OpenApiSecurityScheme
            {
                Type = SecuritySchemeType.Http, Scheme = "bearer", Description = "A program's token (issueToken), a dock's (enrolDock) or a person's session (logIn).",
            };
            return Task.CompletedTask;
        });
    }

    private static void Describe(OpenApiOperation operation, OpenApiOperationTransformerContext context)
    {
        var (method, path) = (context.Description.HttpMethod!, "/" + context.Description.RelativePath!.TrimEnd('/'));
        var metadata = context.Description.ActionDescriptor.EndpointMetadata;
        var words = OperationWords.Of(method, path);
        operation.OperationId ??= words?.Id;
        operation.Summary ??= words?.Summary;
        operation.Description ??= words?.Description;
        var demand = metadata.OfType<TokenDemand>().LastOrDefault();
        Admit(operation, context.Document!, demand, metadata.OfType<DataConcern>().LastOrDefault());
        var hasKey = method == HttpMethods.Post && demand?.Kind == TokenKind.Operator;
        if (hasKey)
        {
            var isSecret = metadata.OfType<AnswersSecret>().Any();
            AddHeader(operation, Repeats.Header, isSecret
                ? "1 to 200 visible ASCII characters. A repetition within 24 hours is answered by 409, for the answer holds a secret that is not kept."
                : "1 to 200 visible ASCII characters. A repetition within 24 hours gets the same answer and makes nothing twice.");
            Extend(operation, "x-idempotency", JsonValue.Create(isSecret ? "refused" : "answered"));
        }

        var isTagged = words?.HasETag == true;
        if (isTagged)
        {
            AddHeader(operation, method == HttpMethods.Get ? "If-None-Match" : "If-Match", method == HttpMethods.Get
                ? "An ETag that is known: 304 if it is still the same."
                : "The ETag of what was read: 412 if it has changed since.");
            if (method == HttpMethods.Put)
                AddHeader(operation, "If-None-Match", "`*`: it is made only if there is none yet, 412 otherwise.");
        }

        Refuse(operation, context.Document!, Statuses(demand, path, method, hasKey, isTagged));
        Show(operation, metadata);
    }

    private static void Admit(OpenApiOperation operation, OpenApiDocument document, TokenDemand? demand, DataConcern? concern)
    {
        if (demand is null)
        {
            operation.Security = [];
            return;
        }

        operation.Security = [new OpenApiSecurityRequirement { [new OpenApiSecuritySchemeReference(Scheme, document)] = [] }];
        var roles = demand.Kind == TokenKind.Dock ? ["Dock"]
            : Enum.GetValues<Role>().Where(r => demand.AnyOf.Contains(Scopes.Self) ? r.IsForPeople() : Scopes.Of(r).Any(demand.AnyOf.Contains)).Select(r => r.ToString()).ToArray();
        Extend(operation, "x-scopes", new JsonArray([.. demand.AnyOf.Select(s => JsonValue.Create(s))]));
        Extend(operation, "x-roles", new JsonArray([.. roles.Select(r => JsonValue.Create(r))]));
        if (concern?.Data == Data.Installation)
            Extend(operation, "x-root-only", JsonValue.Create(true));
    }

    private static List<int> Statuses(TokenDemand? demand, string path, string method, bool hasKey, bool isTagged)
    {
        var statuses = new List<int> { StatusCodes.Status503ServiceUnavailable };
        if (path != "/health")
            statuses.AddRange([StatusCodes.Status400BadRequest, StatusCodes.Status429TooManyRequests]);
        if (demand is not null)
            statuses.AddRange([StatusCodes.Status401Unauthorized, StatusCodes.Status403Forbidden]);
        if (path.Contains('{', StringComparison.Ordinal) || method != HttpMethods.Get)
            statuses.Add(StatusCodes.Status404NotFound);
        if (method != HttpMethods.Get && method != HttpMethods.Head)
            statuses.Add(StatusCodes.Status409Conflict);
        if (hasKey)
            statuses.Add(StatusCodes.Status422UnprocessableEntity);
        if (isTagged && method != HttpMethods.Get)
            statuses.Add(StatusCodes.Status412PreconditionFailed);
        return statuses;
    }

    private static void Refuse(OpenApiOperation operation, OpenApiDocument document, List<int> statuses)
    {
        var responses = operation.Responses ??= [];
        // What the route names itself is refused like everything else.
        var named = responses.Where(r => r.Value.Content?.ContainsKey(Problem) == true).Select(r => int.Parse(r.Key, System.Globalization.CultureInfo.InvariantCulture));
        foreach (var status in statuses.Concat(named).Distinct().Where(Refusals.ContainsKey).ToList())
        {
            var number = status.ToString(System.Globalization.CultureInfo.InvariantCulture);
            if (responses.TryGetValue(number, out var known) && known.Content?.ContainsKey(Json) == true)
                continue;
            responses[number] = new OpenApiResponse
            {
                Description = Refusals[status],
                Content = new Dictionary<string, OpenApiMediaType>
                {
                    [Problem] = new() { Schema = new OpenApiSchemaReference("ProblemDetails", document), Example = Examples.Problem(status, Refusals[status]) },
                },
            };
        }
    }

    private static void Show(OpenApiOperation operation, IList<object> metadata)
    {
        if (metadata.OfType<IAcceptsMetadata>().LastOrDefault()?.RequestType is { } accepted && operation.RequestBody?.Content?.TryGetValue(Json, out var body) == true)
            body.Example = Examples.Sheet(operation.OperationId) ?? Examples.Of(accepted);
        foreach (var produced in metadata.OfType<IProducesResponseTypeMetadata>())
        {
            var status = produced.StatusCode.ToString(System.Globalization.CultureInfo.InvariantCulture);
            if (produced.Type is { } type && type != typeof(void) && operation.Responses!.TryGetValue(status, out var answer) && answer.Content?.TryGetValue(Json, out var media) == true)
                media.Example = Examples.Of(type);
        }
    }

    private static void AddHeader(OpenApiOperation operation, string name, string description) =>
        (operation.Parameters ??= []).Add(new OpenApiParameter { Name = name, In = ParameterLocation.Header, Description = description, Schema = new OpenApiSchema { Type = JsonSchemaType.String } });

    private static void Extend(OpenApiOperation operation, string name, JsonNode value) =>
        (operation.Extensions ??= new Dictionary<string, IOpenApiExtension>())[name] = new JsonNodeExtension(value);
}
