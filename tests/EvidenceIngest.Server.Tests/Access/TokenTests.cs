using System.Net;
using System.Text.RegularExpressions;
using EvidenceIngest.Server.Access;
using EvidenceIngest.Server.Tests.Support;
using Microsoft.AspNetCore.Routing;
using Microsoft.EntityFrameworkCore;

namespace EvidenceIngest.Server.Tests.Access;

public sealed class TokenTests(PrivateCluster cluster)
{
    [Fact]
    public async Task Every_endpoint_but_the_named_ones_refuses_without_a_token_and_with_the_wrong_kind()
    {
        await using var server = await TestServer.StartAsync(cluster, withJobs: false);
        var dock = await server.EnrolDockAsync();
        var routes = server.Get<EndpointDataSource>().Endpoints.OfType<RouteEndpoint>().Where(e => !ReachTests.Open.Contains(e.RoutePattern.RawText!)).ToList();
        Assert.True(routes.Count > 60, $"{routes.Count} routes");

        foreach (var endpoint in routes)
        {
            var (path, method) = (endpoint.RoutePattern.RawText!, endpoint.Metadata.GetMetadata<HttpMethodMetadata>()!.HttpMethods[0]);
            async Task<HttpStatusCode> AskAsync(HttpClient client)
            {
                using var request = new HttpRequestMessage(new HttpMethod(method), Regex.Replace(path, @"\{[^}]*guid\}", Guid.Empty.ToString()) is var ids ? Regex.Replace(ids, @"\{[^}]*\}", "1") : "");
                using var answer = await client.SendAsync(request);
                return answer.StatusCode;
            }

            Assert.True(await AskAsync(server.Anonymous) == HttpStatusCode.Unauthorized, $"{method} {path} is open");
            using var unknown = server.Client("no-such-token");
            Assert.Equal(HttpStatusCode.Unauthorized, await AskAsync(unknown));
            var wrong = endpoint.Metadata.GetMetadata<TokenDemand>()!.Kind == TokenKind.Dock ? server.Operator : dock.Http;
            Assert.True(await AskAsync(wrong) == HttpStatusCode.Forbidden, $"{method} {path} does not tell docks from people");
        }
    }

    [Fact]
    public async Task An_expired_token_and_a_revoked_one_are_refused_at_once()
    {
        await using var server = await TestServer.StartAsync(cluster, withJobs: false);
        await AddAsync(server, "expired", server.Clock.GetUtcNow().AddMinutes(5), [Scopes.Read]);
        using var client = server.Client("expired");
        using (var before = await client.GetAsync("/api/v1/items"))
            Assert.Equal(HttpStatusCode.OK, before.StatusCode);

        server.Clock.Shift = TimeSpan.FromMinutes(5);
        using (var after = await client.GetAsync("/api/v1/items"))
            Assert.Contains("expired", await TestDock.RefusedAsync(after, HttpStatusCode.Unauthorized), StringComparison.Ordinal);

        var hash = Secret.Hash(server.OperatorToken);
        await server.Catalogue.WriteAsync(
            db => db.ApiTokens.Where(t => t.Hash == hash).ExecuteUpdateAsync(set => set.SetProperty(t => t.RevokedAt, DateTimeOffset.UtcNow)), default);
        using var revoked = await server.Operator.GetAsync("/api/v1/items");
        Assert.Contains("revoked", await TestDock.RefusedAsync(revoked, HttpStatusCode.Unauthorized), StringComparison.Ordinal);
        // Letting itself in again does not undo a revocation.
        await server.Get<LocalAccess>().EnsureOperatorTokenAsync("custodian", server.OperatorToken, default);
        using var still = await server.Operator.GetAsync("/api/v1/items");
        Assert.Equal(HttpStatusCode.Unauthorized, still.StatusCode);
    }

    [Fact]
    public async Task A_token_without_the_scope_only_reads()
    {
        await using var server = await TestServer.StartAsync(cluster, withJobs: false);
        await AddAsync(server, "reader", null, [Scopes.Read]);
        using var reader = server.Client("reader");

        using var read = await reader.GetAsync("/api/v1/status");
        using var write = await reader.PostAsync("/api/v1/docks/invitations", null);

        Assert.Equal(HttpStatusCode.OK, read.StatusCode);
        await TestDock.RefusedAsync(write, HttpStatusCode.Forbidden);
    }

    [Fact]
    public async Task The_database_holds_no_secret_that_opens_anything()
    {
        await using var server = await TestServer.StartAsync(cluster, withJobs: false);
        var invitation = await server.Get<LocalAccess>().InviteDockAsync("custodian", default);
        var dock = await TestDock.EnrolAsync(server, invitation.Code, "站");

        await using var source = Npgsql.NpgsqlDataSource.Create(server.Database);
        await using var dump = source.CreateCommand("select (select json_agg(t)::text from api_tokens t) || (select json_agg(c)::text from enrolment_codes c)");
        var text = (string)(await dump.ExecuteScalarAsync())!;

        Assert.DoesNotContain(server.OperatorToken, text, StringComparison.Ordinal);
        Assert.DoesNotContain(dock.Token, text, StringComparison.Ordinal);
        Assert.DoesNotContain(invitation.Code, text, StringComparison.Ordinal);
    }

    private static Task AddAsync(TestServer server, string token, DateTimeOffset? expires, string[] scopes) =>
        server.Catalogue.WriteAsync(
            db =>
            {
                db.Add(new ApiToken
                {
                    Id = Guid.NewGuid(), Hash = Secret.Hash(token), Kind = TokenKind.Operator, Name = token, Role = Role.Custodian, Scopes = scopes,
                    CreatedAt = DateTimeOffset.UtcNow, ExpiresAt = expires,
                });
                return Task.CompletedTask;
            },
            default);
}
