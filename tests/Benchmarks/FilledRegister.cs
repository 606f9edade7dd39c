using System.Globalization;
using Npgsql;

namespace EvidenceIngest.Benchmarks;

/// <summary>
/// Rows as deliveries and custodians leave them, over two years, fifty units and a thousand officers and recorders, ten segments said
/// in each. Nothing is owed of them: the service would remind people of it meanwhile.
/// </summary>
internal sealed class FilledRegister : IAsyncDisposable
{
    public const int SegmentsPerItem = 10;

    // Words of street patrols, the first ones the most usual.
    private const string Words =
        "请您 出示 身份证 驾驶证 车辆 停车 路口 警察 报警 现场 受伤 救护车 医院 嫌疑人 手机 派出所 笔录 证据 录像 执法 记录仪 配合 检查 酒精 测试 超速 闯红灯 处罚 罚款 事故 责任 对方 司机 行人 保险 拍照 时间 地点 "
        + "姓名 电话 家属 情况 说明 我们 你们 他们 不要 激动 冷静 慢慢 说话 走路 看见 听到 晚上 早上 昨天 今天 小区 门口 楼上 邻居 打架 喝酒 盗窃 钱包 丢失 找到 东西 公安局 北京市 朝阳区 建国路 监控 摄像头 法律 规定 依法 传唤 "
        + "签字 确认 没有 可以 需要 马上 等待 支援 对讲机 收到 明白 完毕 粤B12345";

    private readonly NpgsqlDataSource _owner;

    private FilledRegister(NpgsqlDataSource owner) => _owner = owner;

    public static async Task<FilledRegister> MakeAsync(string database, string ownersPassword, int items, CancellationToken ct)
    {
        var register = new FilledRegister(NpgsqlDataSource.Create(new NpgsqlConnectionStringBuilder(database) { Username = "evidence_owner", Password = ownersPassword }.ConnectionString));
        foreach (var sql in new[]
        {
            "insert into units (id, name, kind, parent_id, path, changed_at, changed_by) select 'u' || n, 'u' || n, 'Team', 'root', '/root/u' || n || '/', now(), 'bench' from generate_series(1, 50) n",
            "insert into recorders (id, first_seen_at, last_seen_at) select 'r-' || n, now(), now() from generate_series(1, 1000) n",
            // The index of the search is made in one piece afterwards, as at an upgrade.
            "alter table items disable trigger user",
            "alter table master_files disable trigger user",
            $$"""
            insert into items (id, recorder_id, unit_id, producer_number, state, kind, attachment, key_marked, findings, announced_at, recorded_at, sealed_at, on_time, deadline_at,
                method_of_production, time_of_production, producer, object_of_proof)
            select 'bench-' || n, 'r-' || (n * 7919 % 1000 + 1), 'u' || (n * 7919 % 50 + 1), lpad((n * 7919 % 1000 + 1)::text, 6, '0'), 'Sealed', 'Video', 'Usb', false, '[]',
                at + interval '1 day', at, at + interval '1 day', n % 20 > 0, at + interval '2 days',
                '{"value":"x","source":"Person"}', '{"value":"x","source":"Person"}', '{"value":"x","source":"Person"}', '{"value":"x","source":"Person"}'
            from (select n, timestamptz '2025-01-01' + n * (interval '730 days' / {{items}}) as at from generate_series(1::bigint, {{items}}) n) made
            """,
            "insert into master_files (item_id, position, recorder_id, recorder_path, bytes, sha256) select id, 0, recorder_id, 'DCIM/1.MP4', 1000000, md5(id) || md5(id) from items where id like 'bench-%'",
            @"insert into deliveries (id, item_id, dock_id, state, part_bytes, manifest, announced_at, changed_at) select id, id, (select id from docks limit 1), 'Sealed', 1, '\x00', announced_at, announced_at from items where id like 'bench-%'",
            "alter table items enable trigger user",
            "alter table master_files enable trigger user",
            "drop index search_texts_grams",
            "insert into search_texts (item_id, field, place, starts_at, ends_at, text) select item_id, field, place, starts_at, ends_at, text from search_sources where item_id like 'bench-%'",
            Said(items),
            "set maintenance_work_mem = '1GB'; create index search_texts_grams on search_texts using gin (search_grams(normal)) with (fastupdate = off); alter index search_texts_grams alter column 1 set statistics 2000",
            "vacuum analyze",
        })
        {
            await using var command = register._owner.CreateCommand(sql);
            command.CommandTimeout = 0;
            await command.ExecuteNonQueryAsync(ct);
        }

        return register;
    }

    /// <summary>What the search takes on disk, in bytes a text.</summary>
    public async Task<string> SizesAsync(CancellationToken ct)
    {
        await using var command = _owner.CreateCommand(
            "select count(*), avg(length(text))::float8, pg_relation_size('search_texts'), pg_relation_size('search_texts_grams'), pg_relation_size('search_texts_pkey') from search_texts");
        await using var reader = await command.ExecuteReaderAsync(ct);
        await reader.ReadAsync(ct);
        var texts = (double)reader.GetInt64(0);
        return string.Create(
            CultureInfo.InvariantCulture,
            $"{texts:N0} texts of {reader.GetDouble(1):0} characters on average: index of grams {reader.GetInt64(3) / texts:0} bytes a text, rows {reader.GetInt64(2) / texts:0}, their key {reader.GetInt64(4) / texts:0}");
    }

    public ValueTask DisposeAsync() => _owner.DisposeAsync();

    // Six to fifteen words a segment, as unevenly used as words are, now and then a character that is in no other word; a knife in one of a hundred thousand.
    private static string Said(int items) => string.Create(
        CultureInfo.InvariantCulture,
        $"""
         insert into search_texts (item_id, field, place, starts_at, ends_at, text)
         select 'bench-' || (s / {SegmentsPerItem} + 1), 'Transcript', s % {SegmentsPerItem} + 1, s % {SegmentsPerItem} * 5, s % {SegmentsPerItem} * 5 + 5,
             (select string_agg(left(w[1], g * 0) || w[1 + floor(power(random(), 2) * array_length(w, 1))::int]
                     || case when random() < 0.08 then chr(19968 + (random() * 4000)::int) else '' end, case when random() < 0.2 then '，' else '' end)
                 from generate_series(1, 6 + (s * 7919 % 10)::int) g)
             || case when s % 100000 = 7 then '，凶器是折叠刀' else '' end
         from generate_series(0, {items}::bigint * {SegmentsPerItem} - 1) s, (select string_to_array('{Words}', ' ') as w) words
         """);
}
