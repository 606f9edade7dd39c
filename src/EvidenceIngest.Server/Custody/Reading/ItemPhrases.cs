using EvidenceIngest.Domain.Custody;

namespace EvidenceIngest.Server.Custody.Reading;

/// <summary>What the chains of items say. A kind's sentences are tried in this order: the one that says more comes first.</summary>
internal static class ItemPhrases
{
    private static readonly Phrase[] Bay =
    [
        new("bay folder:{path}", "文件夹采集口 {path}"),
        new("bay {bay}", "采集口 {bay}"),
    ];

    private static readonly Phrase[] Given =
    [
        new("{id} as {role:Role}, with case {case}: {why}", "编号 {id}，以{role}身份，随案件 {case}：{why}"),
        new("{id} as {role:Role}: {why}", "编号 {id}，以{role}身份：{why}"),
    ];

    private static readonly Phrase[] Clock =
    [
        new("{note:note}; read back: recorder clock minus dock clock {difference:seconds} s; {how:note}", "{note}；读回：记录仪时钟减采集站时钟为 {difference} 秒，{how}"),
        new("{note:note}; read back: recorder clock unknown; {how:note}", "{note}；读回：记录仪时钟不明，{how}"),
        new("{note:note}", "{note}"),
    ];

    private static readonly Phrase[] GivenUp =
    [
        new("{stage:Stage} was given up: {why:note}", "{stage}已停止重试：{why}"),
        new("{stage:Stage} failed {n:n} times for the machine, and is tried again: {why:note}", "{stage}因设备原因失败 {n} 次，仍在重试：{why}"),
    ];

    private const string Made = "{name:rendition}: {bytes:n} bytes, sha256 {sha256:hex}, {key}, by {tools:tools} from sha256 {parents:hexes}";
    private const string MadeZh = "{name}：{bytes} 字节，SHA-256 {sha256}，存储位置 {key}；制作工具 {tools}；来源 SHA-256 {parents}";

    private static readonly Phrase[] Transcript =
    [
        new(
            "version {version:n} ({state:Transcript}), sha256 {sha256:hex}, {language}, {segments:n} segments, words by {source:source}; before: {before:version}; reason: {why:said}",
            "第 {version} 版（{state}），SHA-256 {sha256}，语种 {language}，{segments} 段，文字来源 {source}；此前：{before}；理由：{why}"),
    ];

    public static IReadOnlyDictionary<CustodyEventKind, Phrase[]> Of { get; } = new Dictionary<CustodyEventKind, Phrase[]>
    {
        [CustodyEventKind.Docked] = Bay,
        [CustodyEventKind.Released] = Bay,
        [CustodyEventKind.ClockMeasured] =
        [
            new("recorder clock minus dock clock {difference:seconds} s; {how:note}", "记录仪时钟减采集站时钟为 {difference} 秒；{how}"),
            new("recorder clock unknown; {how:note}", "记录仪时钟不明；{how}"),
        ],
        [CustodyEventKind.ClockSet] = Clock,
        [CustodyEventKind.ClockNotSet] = Clock,
        [CustodyEventKind.Offloaded] =
        [
            new("file {n:n}: {bytes:n} bytes, sha256 {sha256:hex}, read back {how:Reread}", "第 {n} 个文件：{bytes} 字节，SHA-256 {sha256}，复制后重新读取，校验一致（{how}）"),
        ],
        [CustodyEventKind.Resumed] = [new("file {n:n}: from byte {at:n}", "第 {n} 个文件：自第 {at} 字节起续采")],
        [CustodyEventKind.Repeated] =
        [
            new("file {n:n}: the staged copy is set aside: {why:note}", "第 {n} 个文件：暂存副本已另行留存，不再使用：{why}"),
            new("file {n:n}: {why:note}", "第 {n} 个文件：{why}"),
            new("sent again: {why:note}", "重新送达：{why}"),
        ],
        [CustodyEventKind.Announced] =
        [
            new(
                "delivery {id} of {files:n} files, {bytes:n} bytes, from recorder {recorder} by dock {dock}, offload {offload}",
                "送达单 {id}：{files} 个文件，共 {bytes} 字节，来自记录仪 {recorder}，采集站 {dock}，采集批次 {offload}"),
        ],
        [CustodyEventKind.Delivered] = [new("all {files:n} files of delivery {id} arrived from dock {dock}", "送达单 {id} 的 {files} 个文件已全部到达，来自采集站 {dock}")],
        [CustodyEventKind.Sealed] =
        [
            new(
                "file {n:n}: {bytes:n} bytes read back, sha256 {sha256:hex}[, sm3 {sm3:hex}]; {key} version {version} locked (COMPLIANCE) until {until:time}",
                "第 {n} 个文件：已读回 {bytes} 字节，校验一致，SHA-256 {sha256}[，SM3 {sm3}]；存储位置 {key}，版本 {version}，合规锁定至 {until}"),
        ],
        [CustodyEventKind.FixityMismatch] =
        [
            new(
                "file {n:n}: announced {bytes:n} bytes, sha256 {sha256:hex}; {key}, which is set aside: {what:note}",
                "第 {n} 个文件：登记为 {bytes} 字节，SHA-256 {sha256}；所收 {key} 与登记不符，已另行留存：{what}"),
            .. GivenUp,
        ],
        [CustodyEventKind.Receipted] = [new("receipt {receipt} for delivery {delivery}, key {key}", "回执 {receipt}，送达单 {delivery}，公钥编号 {key}")],
        [CustodyEventKind.Quarantined] = [new("{reasons:reasons}", "{reasons}")],
        [CustodyEventKind.Accepted] =
        [
            new("the recorder is assigned now; nothing else speaks against the item", "记录仪已配发到人，无其他隔离事由"),
            new("nothing else speaks against the item", "无其他隔离事由"),
        ],
        [CustodyEventKind.Inspected] = [new("{kind:Media} by {tool}: {files:inspected}", "{kind}，检验工具 {tool}：{files}")],
        [CustodyEventKind.Rendered] =
        [
            new(Made + ", proven, ordered by {by}, to be reviewed by another person", MadeZh + "；遮蔽已逐帧核验，申请人 {by}，待他人复核"),
            new(Made + ", watermarked for access request {id}", MadeZh + "；加注查阅申请 {id} 的水印"),
            new(Made + ", watermarked for {viewer} and link {link}", MadeZh + "；加注水印，查看人 {viewer}，链接 {link}"),
            new(Made + ", ordered by {by}: {why}", MadeZh + "；申请人 {by}，事由：{why}"),
            new(Made, MadeZh),
            new("{name:rendition} is shown for access request {id} without a watermark, which sound can't carry", "供查阅申请 {id} 查看的{name}不带水印（声音无法加水印）"),
        ],
        [CustodyEventKind.RenderFailed] = [.. GivenUp, new("{why:note}", "{why}")],
        [CustodyEventKind.TranscriptionFailed] = [.. GivenUp, new("{why:note}", "{why}")],
        [CustodyEventKind.MetadataChanged] =
        [
            new("{changes:fields}; reason: {why}", "{changes}；理由：{why}"),
            new("{changes:fields}", "{changes}"),
        ],
        [CustodyEventKind.RecorderAssigned] =
        [
            new("recorder {recorder} is assigned to {name} ({number}) from {from:time}", "记录仪 {recorder} 自 {from} 起配发给{name}（警号 {number}）"),
        ],
        [CustodyEventKind.RecorderStateChanged] =
        [
            new("nothing speaks against recorder {recorder} any more: {note}", "记录仪 {recorder} 的疑点已消除：{note}"),
            new("two recorders call themselves {recorder}: {places:places}", "两台记录仪使用同一编号 {recorder}：{places}"),
        ],
        [CustodyEventKind.Cleared] = [new("receipt {receipt}[ ({note:note})]: {files:n} files: {names}", "依据回执 {receipt}[（{note}）]，清除记录仪内 {files} 个文件：{names}")],
        [CustodyEventKind.ClearingRefused] = [new("{why:note}: {path}", "{path}：{why}")],
        [CustodyEventKind.LinkMade] =
        [
            new("link {link} to {name:rendition} for access request {id}, {openings:n} openings, expires {until:time}", "链接 {link}，{name}，供查阅申请 {id}，可打开 {openings} 次，{until} 失效"),
            new(
                "link {link} to {name:rendition}[, watermarked][, to be reviewed], expires {until:time}[, for one use][, from {networks}]",
                "链接 {link}，{name}[，加水印][，供复核]，{until} 失效[，仅限一次][，限 {networks} 打开]"),
        ],
        [CustodyEventKind.Viewed] =
        [
            new("transcript version {version:n}", "查看文字记录第 {version} 版"),
            new(
                "{name:rendition} through link {link} of access request {id}, by {party} or whoever has it, from {address}; opening {n:n} of {most:n}, made by {by}",
                "经查阅申请 {id} 的链接 {link} 查看{name}，链接持有人 {party}，来自 {address}，第 {n} 次（共 {most} 次），链接生成人 {by}"),
            new("{name:rendition} through link {link}, made by {by}, from {address}", "经链接 {link} 查看{name}，链接生成人 {by}，来自 {address}"),
        ],
        [CustodyEventKind.Exported] = [new("{id}: masters{more}; {why}", "数据包 {id}，含原始文件{more}；事由：{why}")],
        [CustodyEventKind.Downloaded] = [new("media of {id}, from {address}", "从数据包 {id} 取出媒体文件，来自 {address}")],
        [CustodyEventKind.CaseLinked] = [new("case {number} ({state:CaseState})[, held by {hold}]: {why:note}", "案件 {number}（{state}）[，受冻结 {hold} 约束]：{why}")],
        [CustodyEventKind.CaseUnlinked] = [new("case {number}: {why}", "案件 {number}：{why}")],
        [CustodyEventKind.RetentionChanged] =
        [
            new("class {id} ({name}) set for this item, before {before}; reason: {why}", "本件定为{name}（{id}），此前 {before}；理由：{why}"),
            new("{now:term}, because {why:note}; before: {before:term}", "{now}，依据：{why}；此前：{before}"),
        ],
        [CustodyEventKind.LockExtended] =
        [
            new(
                "file {n:n}: locked (COMPLIANCE) until {until:time}, before until {before:timeOrNone}; read back; because {why:note}",
                "第 {n} 个文件：合规锁定延长至 {until}，此前至 {before}，已读回核实；依据：{why}"),
        ],
        [CustodyEventKind.HoldPlaced] = Given,
        [CustodyEventKind.HoldReleased] =
        [
            new("{id} as {role:Role}, placed by {by}, with case {case}: {why}", "编号 {id}，以{role}身份解除，原冻结人 {by}，随案件 {case}：{why}"),
            new("{id} as {role:Role}, placed by {by}: {why}", "编号 {id}，以{role}身份解除，原冻结人 {by}：{why}"),
        ],
        [CustodyEventKind.DisposalProposed] = Given,
        [CustodyEventKind.DisposalRejected] = [.. Given, new("{id} is not carried out: {why:note}", "销毁 {id} 不予执行：{why}")],
        [CustodyEventKind.DisposalConfirmed] =
        [
            new("{id} as {role:Role}, proposed by {by} as {proposer:Role}: {why}", "编号 {id}，以{role}身份批准，由{proposer} {by} 提出：{why}"),
        ],
        [CustodyEventKind.Disposed] = [new("{id}: {versions} deleted; metadata, digests, receipt and chain stay", "编号 {id}：已删除 {versions}；信息、校验值、回执和保管链保留")],
        [CustodyEventKind.FixityChecked] =
        [
            new("pass {pass:n} of vault {vault}: {files:n} files, {bytes:n} bytes, read whole and hashed; all as sealed", "存储 {vault} 第 {pass} 轮复核：{files} 个文件，{bytes} 字节，全部重新读取校验，与封存时一致"),
            new("pass {pass:n} of vault {vault}: {files:n} files, {bytes:n} bytes, read whole and hashed; {open:n} findings are open", "存储 {vault} 第 {pass} 轮复核：{files} 个文件，{bytes} 字节，全部重新读取校验，{open} 项异常尚未处理"),
            new("asked for by a person: {files:n} files, {bytes:n} bytes, read whole and hashed; all as sealed", "人工要求复核：{files} 个文件，{bytes} 字节，全部重新读取校验，与封存时一致"),
            new("asked for by a person: {files:n} files, {bytes:n} bytes, read whole and hashed; {wrong:n} are not as sealed", "人工要求复核：{files} 个文件，{bytes} 字节，全部重新读取校验，{wrong} 个与封存时不一致"),
        ],
        [CustodyEventKind.FixityFailed] = [new("finding {id:n}, {kind:Finding} in vault {vault}: {what:note}, {place}: {found:note}", "异常 {id}，存储 {vault}，{kind}：{what}，{place}：{found}")],
        [CustodyEventKind.FixityResolved] = [new("finding {id:n}, {kind:Finding} in vault {vault}, {place}, ended: {how:note}", "异常 {id}，存储 {vault}，{kind}，{place}，已处理：{how}")],
        [CustodyEventKind.Replicated] =
        [
            new(
                "{what:note}: {bytes:n} bytes read back from vault {vault}, sha256 {sha256:hex}; {key} version {version}[, which was there,] locked (COMPLIANCE) until {until:time}",
                "{what}：从存储 {vault} 读回 {bytes} 字节，校验一致，SHA-256 {sha256}；{key}，版本 {version}[（原已存在）]，合规锁定至 {until}"),
        ],
        [CustodyEventKind.Restored] =
        [
            new(
                "{what:note}: finding {id:n}, {kind:Finding} in vault {vault}: {place} is set aside and stays; in its place, from vault {from}, {key} version {version}: {bytes:n} bytes read back, sha256 {sha256:hex}, locked (COMPLIANCE) until {until:time}",
                "{what}：异常 {id}，存储 {vault}，{kind}：{place} 另行留存；以存储 {from} 的副本恢复为 {key}，版本 {version}，读回 {bytes} 字节，校验一致，SHA-256 {sha256}，合规锁定至 {until}"),
        ],
        [CustodyEventKind.TranscriptChanged] = Transcript,
        [CustodyEventKind.TranscriptConfirmed] = Transcript,
        [CustodyEventKind.LanguageChosen] =
        [
            new("language: from {before} (the service's setting) to {after}; reason: {why}", "语种由 {before}（系统设置）改为 {after}；理由：{why}"),
            new("language: from {before} to {after}; reason: {why}", "语种由 {before} 改为 {after}；理由：{why}"),
        ],
        [CustodyEventKind.DeadlineChanged] =
        [
            new(
                "deadline: from {before:timeOrNone} to {after:timeOrNone}, by the working-day calendar as imported[; on time: from {was:YesNo} to {is:YesNo}]",
                "入库期限由 {before} 改为 {after}，依据导入的工作日历[；是否按期由{was}改为{is}]"),
            new(
                "access request {id}: from {before:timeOrNone} to {after:timeOrNone}, by the working-day calendar as imported",
                "查阅申请 {id} 的审批期限由 {before} 改为 {after}，依据导入的工作日历"),
        ],
        [CustodyEventKind.SceneReviewed] =
        [
            new("{now:scene}; before: not reviewed", "{now}；此前：未核对"),
            new("{now:scene}; before: {before:scene}", "{now}；此前：{before}"),
        ],
        [CustodyEventKind.LatenessExplained] =
        [
            new("'{why}'; before: none", "{why}；此前：无"),
            new("'{why}'; before: '{before}'", "{why}；此前：{before}"),
        ],
        [CustodyEventKind.SecrecyChanged] = [new("secrecy: from {before:Secrecy} to {after:Secrecy}, as {role:Role}; reason: {why}", "密级由{before}改为{after}，以{role}身份；理由：{why}")],
        [CustodyEventKind.AccessRequested] =
        [
            new(
                "{id} of {name} ({standing:Standing}, {document:Document} …{tail}), received {day:day}, due {due:time}, of case {case}: {why}",
                "申请 {id}，{name}（{standing}，{document}尾号 {tail}），{day} 收到，审批期限 {due}，案件 {case}：{why}"),
            new(
                "{id} of {name} ({standing:Standing}, {document:Document} …{tail}), received {day:day}, due {due:time}: {why}",
                "申请 {id}，{name}（{standing}，{document}尾号 {tail}），{day} 收到，审批期限 {due}：{why}"),
        ],
        [CustodyEventKind.AccessDecided] =
        [
            new(
                "{id}: {decision:Decision} as {role:Role}, entered by {by}, ground: {ground}, consent: {consent}: {why}",
                "申请 {id}：以{role}身份决定{decision}，登记人 {by}，依据：{ground}，同意情况：{consent}，理由：{why}"),
            new("{id}: {decision:Decision} as {role:Role}, entered by {by}, ground: {ground}: {why}", "申请 {id}：以{role}身份决定{decision}，登记人 {by}，依据：{ground}，理由：{why}"),
            new("{id}: {decision:Decision} as {role:Role}, entered by {by}, consent: {consent}: {why}", "申请 {id}：以{role}身份决定{decision}，登记人 {by}，同意情况：{consent}，理由：{why}"),
            new("{id}: {decision:Decision} as {role:Role}, entered by {by}: {why}", "申请 {id}：以{role}身份决定{decision}，登记人 {by}，理由：{why}"),
        ],
        [CustodyEventKind.AccessOpened] = [new("{id} for {name} ({standing:Standing}), agreed by {by}[, tried again]", "申请 {id}，向{name}（{standing}）开通查阅，批准人 {by}[，重新制作]")],
        [CustodyEventKind.AccessWithdrawn] = [new("{id}: {why}", "申请 {id}：{why}")],
        [CustodyEventKind.ExcerptOrdered] =
        [
            new("{name:rendition}: at {at:seconds} s; {why}", "{name}：第 {at} 秒；事由：{why}"),
            new("{name:rendition}: from {from:seconds} s to {until:seconds} s[, nothing else in the file]; {why}", "{name}：第 {from} 秒至第 {until} 秒[，文件内不含其他画面]；事由：{why}"),
        ],
        [CustodyEventKind.RedactionOrdered] =
        [
            new(
                "{name:rendition}: plan sha256 {plan:hex}, {regions:n} regions, {sounds:n} stretches of sound, {words:n} times words; {why}",
                "{name}：方案 SHA-256 {plan}，遮蔽区域 {regions} 处，静音 {sounds} 段，消音词语 {words} 处；事由：{why}"),
        ],
        [CustodyEventKind.RedactionReleased] = [new("{name:rendition}: plan sha256 {plan:hex}, ordered by {by}; {why}", "{name}：方案 SHA-256 {plan}，申请人 {by}；{why}")],
        [CustodyEventKind.RedactionRejected] = [new("{name:rendition}: plan sha256 {plan:hex}, ordered by {by}; {why}", "{name}：方案 SHA-256 {plan}，申请人 {by}；{why}")],
    };
}
