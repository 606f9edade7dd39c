using System.Net.Http.Json;
using EvidenceIngest.Domain;
using EvidenceIngest.Server.Access;
using EvidenceIngest.Server.People;
using EvidenceIngest.Server.Supervision;
using EvidenceIngest.Server.Tests.Support;

namespace EvidenceIngest.Server.Tests.Supervision;

public sealed class OpenMattersTests(PrivateCluster cluster)
{
    [Fact]
    public async Task Every_unit_s_open_matters_are_counted_once_and_within_reach_only()
    {
        await using var server = await TestServer.StartAsync(cluster, withJobs: false);
        foreach (var (unit, parent) in new[] { ("cg", "root"), ("zd1", "cg"), ("zd2", "cg") })
        {
            using var set = await server.Operator.PutAsJsonAsync("/api/v1/units/" + unit, new UnitRequest(unit, UnitKind.Team, parent), EvidenceJson.Options);
            set.EnsureSuccessStatusCode();
        }

        await cluster.ExecuteAsAdminAsync(
            """
            insert into recorders (id, unit_id, profile, state, first_seen_at, last_seen_at) values
                ('new-1', 'zd1', null, 'InService', now(), now()), ('new-2', 'zd1', null, 'InService', now(), now()), ('new-3', 'zd2', null, 'InService', now(), now()),
                ('known', 'zd1', 'dsj', 'InService', now(), now()), ('nobodys', null, null, 'InService', now(), now()), ('by-folder', 'zd2', null, 'InService', now(), now());
            insert into recorder_issues (id, recorder_id, officer_number, officer_name, unit_id, issued_at, issued_by, shift_ends_at, alarmed_at, returned_at) values
                (gen_random_uuid(), 'known', '1', 'x', 'zd1', now(), 'x', now(), now(), null), (gen_random_uuid(), 'new-3', '1', 'x', 'zd2', now(), 'x', now(), null, null),
                (gen_random_uuid(), 'new-1', '1', 'x', 'zd1', now(), 'x', now(), now(), now());
            insert into cases (number, state, unit_id, footage_state, changed_at, changed_by) values
                ('1', 'Open', 'zd1', 'Missing', now(), 'x'), ('2', 'Open', 'zd1', 'Gaps', now(), 'x'), ('3', 'Closed', 'zd2', 'Missing', now(), 'x'), ('4', 'Open', 'zd2', 'Present', now(), 'x');
            insert into items (id, recorder_id, unit_id, state, kind, attachment, key_marked, findings, announced_at, sidecar_role, secrecy) values
                ('i1', 'by-folder', 'zd2', 'Sealed', 'Video', 'Usb', false, '[{"code":"Damaged","detail":"x"}]', now(), null, 'None'),
                ('i2', 'by-folder', 'zd2', 'Sealed', 'Video', 'Usb', false, '[]', now(), null, 'None'),
                ('i3', 'by-folder', 'zd2', 'Sealed', 'Other', 'Usb', false, '[{"code":"Damaged","detail":"x"}]', now(), 'Gps', 'None'),
                ('i4', 'by-folder', 'zd2', 'Sealed', 'Video', 'Usb', false, '[{"code":"Damaged","detail":"x"}]', now(), null, 'StateSecret');
            """,
            server.Database);

        var team = new OpenMattersRow("zd1", 2, 1, 1, 1, 0, 0);
        Assert.Equal([team, new OpenMattersRow("zd2", 1, 0, 1, 0, 1, 0)], (await CountAsync(server.Operator)).Rows);
        using var own = await server.PersonAsync("钱某", Role.Supervisor, "zd1");
        Assert.Equal([team], (await CountAsync(own)).Rows);
        using var custodian = await server.PersonAsync("王芳", Role.Custodian, "zd2");
        Assert.Equal([new OpenMattersRow("zd2", 1, 0, 1, 0, 2, 0)], (await CountAsync(custodian)).Rows);
    }

    private static async Task<OpenMattersReport> CountAsync(HttpClient person) => (await person.GetFromJsonAsync<OpenMattersReport>("/api/v1/supervision/open", EvidenceJson.Options))!;
}
