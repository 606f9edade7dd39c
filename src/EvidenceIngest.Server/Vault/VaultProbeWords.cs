namespace EvidenceIngest.Server.Vault;

/// <summary>The names of the probe's attempts; the Chinese is what officials read.</summary>
public static class VaultProbeWords
{
    public const string Write = "write a throw-away object";
    public const string SetLock = "lock it";
    public const string ReadBack = "read the lock back";
    public const string Delete = "delete the locked version";
    public const string DeleteBypassing = "delete it with governance bypass";
    public const string DeleteInList = "delete it in a list of versions";
    public const string Shorten = "shorten the lock";
    public const string ShortenBypassing = "shorten the lock with governance bypass";
    public const string Downgrade = "turn the lock into GOVERNANCE";
    public const string DowngradeBypassing = "turn it into GOVERNANCE with bypass";
    public const string SuspendVersioning = "suspend the bucket's versioning";
    public const string ReadBackAfterwards = "read the lock back after these attempts";
    public const string WriteOnTop = "write a newer version on top";
    public const string ReadBelowNewer = "read the locked version below the newer one";
    public const string ReadBelowMarker = "read the locked version below the delete marker";
    public const string Extend = "extend the lock";
    public const string ReadExtended = "read the extended lock back";

    public const string Hide = "hide the key behind a delete marker";
    public const string DeleteUnlocked = "delete a version that no lock holds";
    public const string LiftGovernance = "delete a version under GOVERNANCE with bypass";
    public const string PutHold = "put a legal hold of the store on a version";
    public const string TakeHold = "take a legal hold of the store off a version";
    public const string Tag = "tag a version";
    public const string PutAcl = "change a version's access list";
    public const string Lifecycle = "set a lifecycle rule that expires objects";
    public const string Expiry = "find no lifecycle rule that expires objects";
    public const string Policy = "change the bucket's policy";
    public const string LockSettings = "change the bucket's Object Lock settings";
    public const string DeleteBucket = "delete the bucket";
    public const string WriteAsDisposal = "write an object";
    public const string LockAsDisposal = "lock a version for longer";

    private static readonly Dictionary<string, string> Chinese = new(StringComparer.Ordinal)
    {
        [Write] = "写入一个试验对象",
        [SetLock] = "锁定该对象",
        [ReadBack] = "读回锁定期限",
        [Delete] = "删除已锁定的版本",
        [DeleteBypassing] = "以绕过治理模式的方式删除",
        [DeleteInList] = "在批量删除中删除",
        [Shorten] = "缩短锁定期限",
        [ShortenBypassing] = "以绕过治理模式的方式缩短锁定期限",
        [Downgrade] = "把锁定降为治理模式",
        [DowngradeBypassing] = "以绕过方式把锁定降为治理模式",
        [SuspendVersioning] = "暂停存储桶的版本控制",
        [ReadBackAfterwards] = "上述尝试之后再次读回锁定期限",
        [WriteOnTop] = "在其上写入新版本",
        [ReadBelowNewer] = "读取新版本之下的锁定版本",
        [ReadBelowMarker] = "读取删除标记之下的锁定版本",
        [Extend] = "延长锁定期限",
        [ReadExtended] = "读回延长后的锁定期限",
        [Hide] = "用删除标记隐藏对象",
        [DeleteUnlocked] = "删除未锁定的版本",
        [LiftGovernance] = "绕过治理模式锁定并删除",
        [PutHold] = "设置存储自身的依法保留标记",
        [TakeHold] = "解除存储自身的依法保留标记",
        [Tag] = "给版本加标签",
        [PutAcl] = "更改版本的访问控制列表",
        [Lifecycle] = "设置使对象到期删除的生命周期规则",
        [Expiry] = "核实没有使对象到期删除的生命周期规则",
        [Policy] = "更改存储桶策略",
        [LockSettings] = "更改存储桶的对象锁定设置",
        [DeleteBucket] = "删除存储桶",
        [WriteAsDisposal] = "写入对象",
        [LockAsDisposal] = "延长某版本的锁定期限",
    };

    /// <summary>In Chinese.</summary>
    /// <exception cref="KeyNotFoundException">Not one of the probe's.</exception>
    public static string InChinese(string tried) => Chinese[tried];
}
