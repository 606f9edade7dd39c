namespace EvidenceIngest.Server.Custody.Reading;

/// <summary>Sentences inside sentences: what a program notes, and values that have parts of their own.</summary>
internal static class NotePhrases
{
    /// <summary>Notes and reasons of docks and servers. What a tool or a person said stays as it was said.</summary>
    public static readonly Phrase[] All =
    [
        new("a recorder read as files (driver {driver}) does not tell its clock", "以文件方式读取的记录仪（{driver}）不提供时钟"),
        new("MTP has no way to ask a recorder for its clock", "MTP 协议不提供读取时钟的方法"),
        new("told by the device, to the second, within {ms:n} ms", "设备告知，精确到秒，读取用时 {ms} 毫秒"),
        new("the device told an impossible time", "设备所报时间不可能"),
        new("the device did not tell its clock: {why}", "设备未告知时钟：{why}"),
        new("set by profile {profile}", "按型号资料 {profile} 校准"),
        new("profile {profile} does not say how to set the clock", "型号资料 {profile} 未规定校准时钟的方法"),
        new("as it stands in its port now, the device is not the one that the profile speaks to", "设备当前状态与型号资料所指不符"),
        new("the file changed while it was read", "读取过程中文件发生变化，重新读取"),
        new("the half copy did not prove right; begun anew", "未完成的副本校验不符，重新采集"),
        new("the server asked for it", "服务器要求"),
        new("{files:n} files read back differently: {which}", "{files} 个文件读回校验不一致（{which}）"),
        new("found gone after an interrupted clearing", "清除中断后核实文件已不在记录仪内"),
        new("the receipt proves nothing: {why}", "回执无效：{why}"),
        new("the receipt is for another recorder", "回执属于另一台记录仪"),
        new("the receipt does not cover this content", "回执不包括此内容"),
        new("no recording by the profile's names", "文件名不符合型号资料的命名规则"),
        new("what is sealed may not be all that is on the recorder", "已封存的内容可能不是记录仪内的全部"),
        new("{sealed:n} bytes are sealed, {held:n} are on the recorder", "已封存 {sealed} 字节，记录仪内为 {held} 字节"),
        new("the driver did not delete it", "驱动程序未删除"),
        new("the vault doesn't have the version", "存储中没有该版本"),
        new("version {version} read back as {bytes:n} bytes, sha256 {sha256:hex}[, sm3 {sm3:hex}]", "版本 {version} 读回 {bytes} 字节，SHA-256 {sha256}[，SM3 {sm3}]"),
        new("access-{id}: {why}", "查阅申请的查看件 {id}：{why}"),
        new("this needs a token of kind {kind}", "须使用 {kind} 类令牌"),
        new("send 'Authorization: Bearer <token>'", "未提供令牌"),
        new("the token is not known", "令牌无效"),
        new("the token was revoked", "令牌已撤销"),
        new("the token has expired", "令牌已过期"),
        new("the token does not work from this address", "令牌不得在此地址使用"),
        new("{bytes:n} bytes that the catalogue knows nothing of", "{bytes} 字节，目录中没有登记"),
        new("{bytes:n} bytes, sha256 {sha256:hex}[, sm3 {sm3:hex}]", "{bytes} 字节，SHA-256 {sha256}[，SM3 {sm3}]"),
        new("no lock where COMPLIANCE until {promised:time} was promised", "没有锁定，应合规锁定至 {promised}"),
        new("{mode} until {until:time} where COMPLIANCE until {promised:time} was promised", "锁定方式 {mode} 至 {until}，应合规锁定至 {promised}"),
        new("another version is in its place already", "已有另一版本"),
        new("model {name} for {language} not installed", "未安装 {language} 语种的识别模型 {name}"),
        new("model for {language} not installed", "未安装 {language} 语种的识别模型"),
        new("an object under a key of the item", "本件名下的对象"),
        new("it was checked again and is right", "再次核对无误"),
        new("it is known by now, or no longer in the vault", "已登记或者已不在存储中"),
        new("restored from vault {vault} as version {version}", "已从存储 {vault} 恢复，版本 {version}"),
        new("file {n:n}", "第 {n} 个文件"),
        new("rendition {name:rendition}", "衍生件（{name}）"),
        new("rule of matter {matter}: recorded by an officer of the case during the act, and no other open case can mean it", "按事项 {matter} 的规则自动关联：由本案执法人员在执法期间摄录，且不可能属于其他在办案件"),
        new("recorder time {time}, corrected by the clock offset of {offset} s ({how:note})", "记录仪显示 {time}，按时钟偏差校正 {offset} 秒（{how}）"),
        new("recorder time {time}, clock offset unknown ({how:note})", "记录仪显示 {time}，时钟偏差不明（{how}）"),
        new("recorder time {time}", "记录仪显示 {time}"),
        new("every item: {name}", "通用规则，{name}"),
        new("hold {id}", "冻结 {id}"),
        new("key mark: {name}", "重点标记，{name}"),
        new("set for this item: {name}", "单独设定，{name}"),
        new("matter {matter} of case {number}: {name}, not running yet", "案件 {number} 的事项 {matter}，{name}，尚未起算"),
        new("matter {matter} of case {number}: {name}", "案件 {number} 的事项 {matter}，{name}"),
        new("case {number}: {name}, not running yet", "案件 {number}，{name}，尚未起算"),
        new("case {number}: {name}", "案件 {number}，{name}"),
        new("it was disposed of already", "已经销毁"),
        new("it is not sealed", "尚未入库"),
        new("it is kept without end: {why}", "永久保存：{why}"),
        new("it is kept until {until:time}: {why}", "保存至 {until}：{why}"),
        new("somebody asked to look at it, and that is not decided yet", "有查阅申请尚未审批"),
    ];

    /// <summary>What was found wrong with a recording or its file, by docks and by inspection.</summary>
    public static readonly Phrase[] Finding =
    [
        new("'{path}' is a symbolic link and was not followed", "{path}：是符号链接，未跟随"),
        new("'{path}' is a device, pipe or socket and was not opened", "{path}：是设备、管道或者套接字，未打开"),
        new("'{path}' has no content", "{path}：没有内容"),
        new("'{path}': '{text}' is no time", "{path}：“{text}”不是时间"),
        new("'{path}': {time} can't be when it was made", "{path}：{time} 不可能是录制时间"),
        new("'{path}': differs from another name only in case or normal form", "{path}：与另一文件名仅大小写或者字符形式不同"),
        new("'{path}': shown in escaped form", "{path}：以转义形式显示"),
        new("'{path}': not portable to other systems", "{path}：文件名在其他系统上不可用"),
        new("chapter {n:n} before '{path}' is not on the recorder", "{path} 之前的第 {n} 段不在记录仪内"),
        new("number {n:n} is not on the recorder, between '{before}' and '{after}'", "{before} 与 {after} 之间，序号 {n} 不在记录仪内"),
        new("numbers {first:n}-{last:n} are not on the recorder, between '{before}' and '{after}'", "{before} 与 {after} 之间，序号 {first} 至 {last} 不在记录仪内"),
        new("the file has no bytes, so there is no recording in it", "文件为空，没有录制内容"),
        new("the file has no bytes", "文件为空"),
        new("a file has a length of zero bytes", "文件为空"),
        new("the recording has no duration", "没有时长"),
        new("its first pictures or sounds can't be decoded: {why}", "开头的画面或者声音无法解码：{why}"),
        new("its description is longer than {bytes:n} bytes, which no recorder writes", "描述信息超过 {bytes} 字节，不是记录仪所写"),
        new("it starts like nothing known, but can't be read: {why:finding}", "格式不明，无法读取：{why}"),
        new("it starts like {format}, but can't be read: {why:finding}", "开头为 {format} 格式，但无法读取：{why}"),
        new("it has neither pictures nor sound", "既无画面也无声音"),
        new("no media: it starts like no recorder's format", "不是媒体文件：开头不是记录仪的格式"),
        new("it is not what its name says ({kind:Media})", "内容与文件名所示类型（{kind}）不符"),
        new("nobody is assigned to recorder {recorder}", "记录仪 {recorder} 未配发到人"),
        new("recorder {recorder} is out of service: nobody should be carrying it", "记录仪 {recorder} 已停用，不应有人使用"),
        new("two recorders call themselves {recorder}: {places:places}", "两台记录仪使用同一编号 {recorder}：{places}"),
        new("the working-day calendar lacks a year: weekends alone were counted", "工作日历缺少年度安排，仅按周末计算"),
        new("the recorder says {time}, which can't be the time of recording", "记录仪显示 {time}，不可能是录制时间"),
        new("the recorder's clock was {difference} s off trusted time, more than {limit:n} s", "记录仪时钟与标准时间相差 {difference} 秒，超过 {limit} 秒"),
        new("{path}: no recording by the profile's names", "{path}：文件名不符合型号资料的命名规则"),
        new("{path}: changed during each of {n:n} readings", "{path}：{n} 次读取期间均发生变化"),
        new("{path}: the recorder noted MD5 {noted} in {file}, but its content has {md5}", "{path}：记录仪在 {file} 中所记 MD5 为 {noted}，实际内容为 {md5}"),
        new("{path}: not copied from the recorder yet", "{path}：尚未从记录仪采集"),
        new("{path}: {why}; only bytes 0-{last:n} of {bytes:n} had been copied", "{path}：{why}；共 {bytes} 字节，仅采集 0 至 {last} 字节"),
        new("{path}: zero bytes long", "{path}：文件为空"),
        new("volume {volume} holds no FAT or exFAT file system", "卷 {volume} 不是 FAT 或者 exFAT 文件系统"),
        new("volume {volume} holds no file system that Windows knows", "卷 {volume} 不是 Windows 可识别的文件系统"),
        new("the file was cut off: its {box} box misses its last {bytes:n} bytes", "文件被截断：数据块 {box} 缺少末尾 {bytes} 字节"),
        new("no moov box: the recording was cut off before the recorder closed the file", "没有索引（moov）：记录仪未正常关闭文件，录制中断"),
        new("{path}: nothing of {bytes:n} bytes could be read, and the rest stays on it", "{path}：{bytes} 字节均无法读取，原文件保留在记录仪内"),
        new(
            "{path}: bytes 0-{last:n} of {bytes:n} were copied; from byte {from:n} on the recorder could not be read, and the rest stays on it",
            "{path}：共 {bytes} 字节，已采集 0 至 {last} 字节；自第 {from} 字节起无法读取，其余保留在记录仪内"),
        new("'{path}': its name says {day:day}, its file time {written}", "{path}：文件名所示日期为 {day}，文件时间为 {written}"),
        new("{path}: {what:structure}", "{path}：{what}"),
    ];

    /// <summary>What a dock sees of a file without decoding it.</summary>
    public static readonly Phrase[] Structure =
    [
        new("does not begin like an MP4 or QuickTime file", "开头不是 MP4 或者 QuickTime 格式"),
        new("does not begin like a RIFF {form} file", "开头不是 RIFF（{form}）格式"),
        new("does not begin like a JPEG file", "开头不是 JPEG 格式"),
        new("ends inside a box header at byte {at:n}", "在第 {at} 字节的数据块头处中断"),
        new("box '{type}' at byte {at:n} has the impossible size {size}", "第 {at} 字节的数据块“{type}”大小 {size} 不可能"),
        new("truncated: box '{type}' at byte {at:n} should have {size:n} bytes, {held:n} are there", "不完整：第 {at} 字节的数据块“{type}”应有 {size} 字节，实有 {held} 字节"),
        new("has no moov box: the recording was not finished", "没有索引（moov），录制未正常结束"),
        new("its header was never completed: the recording was not finished", "文件头未写完，录制未正常结束"),
        new("truncated: should have {size:n} bytes, {held:n} are there", "不完整：应有 {size} 字节，实有 {held} 字节"),
        new("truncated: has no end mark", "不完整：没有结束标记"),
    ];

    /// <summary>What wrote a draft down.</summary>
    public static readonly Phrase[] Source =
    [
        new("vosk, library sha256 {library:hex}, model {model}, sha256 {sha256:hex}", "Vosk（程序库 SHA-256 {library}，模型 {model}，SHA-256 {sha256}）"),
        new("http {server}, model of its own choice, version not told", "语音识别服务 {server}（模型由其自定，未告知版本）"),
        new("http {server}, model {model}, version not told", "语音识别服务 {server}（模型 {model}，未告知版本）"),
    ];

    public static readonly Phrase[] Place = [new("bay {bay} of dock {dock} since {since:time}", "采集站 {dock} 的采集口 {bay}（自 {since}）")];

    public static readonly Phrase[] Tools =
    [
        new("{tools}, plan sha256 {plan:hex}, from the masters", "{tools}（方案 SHA-256 {plan}，依据原始文件）"),
        new("{tools}, plan sha256 {plan:hex}, from the proxy", "{tools}（方案 SHA-256 {plan}，依据播放件）"),
    ];

    public static readonly Phrase[] Inspected =
    [
        new("file {n:n} {what}, 0 findings", "第 {n} 个文件 {what}，未发现问题"),
        new("file {n:n} {what}, {findings:n} findings", "第 {n} 个文件 {what}，发现 {findings} 项"),
    ];

    public static readonly Phrase[] Field = [new("{field:FieldName}: from {before:value} to {after:value}", "{field}由{before}改为{after}")];

    public static readonly Phrase[] Value =
    [
        new("nothing", "空"),
        new("'{value}' ({source:Source})", "“{value}”（{source}）"),
    ];

    public static readonly Phrase[] Scene =
    [
        new("{ticks:ticks}, note '{note}'", "{ticks}，说明：{note}"),
        new("{ticks:ticks}", "{ticks}"),
    ];

    public static readonly Phrase[] Tick = [new("{point:Point} {tick:Tick}", "{point}：{tick}")];

    public static readonly Phrase[] Term =
    [
        new("kept without end", "永久保存"),
        new("no rule applied yet", "尚未适用规则"),
        new("kept until {until:timeOrNone}", "保存至 {until}"),
    ];

    public static readonly Phrase[] Version =
    [
        new("nothing", "无"),
        new("version {version:n} ({state:Transcript}), sha256 {sha256:hex}", "第 {version} 版（{state}），SHA-256 {sha256}"),
    ];

    public static readonly Phrase[] Case =
    [
        new("new", "新登记"),
        new(
            "{state:CaseState}, unit {unit}, matter {matter:told}, class {class:told}, executed {executed:told}, officers {officers:told}, acted {acted:act}, place {place:told}",
            "{state}，单位 {unit}，事项 {matter}，保管类别 {class}，执行日期 {executed}，执法人员 {officers}，执法时间 {acted}，地点 {place}"),
    ];

    public static readonly Phrase[] Act =
    [
        new("unknown", "未填"),
        new("{from:time} to {to:time}", "{from} 至 {to}"),
    ];

    public static readonly Phrase[] Footage =
    [
        new("not looked at", "未核对"),
        new("{state:Footage}, not recorded: {gaps}", "{state}，缺少 {gaps}"),
        new("{state:Footage}", "{state}"),
    ];

    public static readonly Phrase[] Setting =
    [
        new("{key}: from nothing to '{after}'", "{key} 设为“{after}”"),
        new("{key}: from '{before}' to nothing", "{key} 不再设置（原为“{before}”）"),
        new("{key}: from '{before}' to '{after}'", "{key} 由“{before}”改为“{after}”"),
    ];

    public static readonly Phrase[] AccountChange =
    [
        new("unit: from {before} to {after}", "单位由 {before} 改为 {after}"),
        new("officer number: from {before} to {after}", "警号由 {before} 改为 {after}"),
        new("disabled, all sessions end", "停用账号，全部会话终止"),
        new("in use again", "恢复使用"),
        new("its password is the directory's from now on", "改用统一目录密码"),
        new("no longer the directory's password, a one-time password instead", "不再使用统一目录密码，改用一次性密码"),
        new("all sessions end", "全部会话终止"),
    ];

    public static readonly Phrase[] Filter =
    [
        new("items", "音像资料"),
        new("{name:FilterName} {value}", "{name}：{value}"),
    ];

    public static readonly Phrase[] Criterion =
    [
        new("new", "新增"),
        new("{name} ({article}), {points:n} points[, ended]", "{name}（{article}），{points} 分[，已停用]"),
    ];

    public static readonly Phrase[] Unit =
    [
        new("new", "新增"),
        new("{name}, {kind:UnitKind}, in {path}", "{name}（{kind}），路径 {path}"),
    ];

    public static readonly Phrase[] Matter =
    [
        new("new", "新增"),
        new(
            "MatterView { Id = {id}, Name = {name}, Law = {law}, WholeRecording = {whole:Bool}, RetentionClass = {class}, LinkAutomatically = {links:Bool} }",
            "{name}（{id}），依据 {law}，全过程记录：{whole}，保管类别 {class}，自动关联：{links}"),
    ];

    public static readonly Phrase[] Months =
    [
        new("{months:n} months", "{months} 个月"),
        new("for ever", "永久"),
    ];
}
