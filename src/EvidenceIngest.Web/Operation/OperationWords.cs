using EvidenceIngest.Server.Fixity;
using EvidenceIngest.Server.Pipeline;

namespace EvidenceIngest.Web.Operation;

/// <summary>What the service's own state is called where people run it.</summary>
internal static class OperationWords
{
    public static (string Chinese, string English) Of(Stage stage) => stage switch
    {
        Stage.Seal => ("封存", "sealing"),
        Stage.Inspect => ("检验", "inspection"),
        Stage.Render => ("制作衍生件", "renditions"),
        Stage.Transcribe => ("语音转写", "transcripts"),
        _ => (stage.ToString(), stage.ToString()),
    };

    public static (string Chinese, string English) Of(VaultTrustState state) => state switch
    {
        VaultTrustState.Holds => ("检验通过", "holds"),
        VaultTrustState.Unknown => ("尚未检验", "not probed yet"),
        VaultTrustState.Unreachable => ("无法连接", "can't be reached"),
        VaultTrustState.Broken => ("检验未通过", "doesn't keep evidence safe"),
        _ => (state.ToString(), state.ToString()),
    };

    public static (string Chinese, string English) Of(FindingKind kind) => kind switch
    {
        FindingKind.Missing => ("丢失", "missing"),
        FindingKind.Truncated => ("截断", "truncated"),
        FindingKind.Altered => ("内容改变", "altered"),
        FindingKind.Unreadable => ("无法读取", "unreadable"),
        FindingKind.Untracked => ("来历不明", "untracked"),
        FindingKind.LockWeak => ("锁定不足", "weak lock"),
        _ => (kind.ToString(), kind.ToString()),
    };

    public static (string Chinese, string English) Of(AuditedWhat what) => what switch
    {
        AuditedWhat.Master => ("原始文件", "master"),
        AuditedWhat.Copy => ("第二保全库副本", "copy in the second vault"),
        AuditedWhat.Rendition => ("衍生件", "rendition"),
        _ => ("未登记的对象", "nothing that is known"),
    };

    /// <summary>By their names in JSON, as counts have them.</summary>
    public static (string Chinese, string English) OfItems(string state) => state switch
    {
        "Receiving" => ("接收中", "being received"),
        "Sealing" => ("封存中", "being sealed"),
        "Sealed" => ("已封存", "sealed"),
        "Quarantined" => ("已隔离", "quarantined"),
        "Disposed" => ("已销毁", "disposed of"),
        _ => (state, state),
    };

    public static (string Chinese, string English) OfWork(string kind) => kind switch
    {
        "Render" => ("制作衍生件", "renditions"),
        "Clip" => ("制作片段", "a clip"),
        "Still" => ("截取画面", "a still"),
        _ => (kind, kind),
    };

    public static (string Chinese, string English) OfVault(string vault) => vault == VaultSet.SecondName ? ("第二保全库", "second vault") : ("保全库", "vault");

    public static (string Chinese, string English) OfDisk(string use) => use switch
    {
        "work" => ("工作目录", "work folder"),
        "witness" => ("见证文件", "witness file"),
        _ => (use, use),
    };
}
