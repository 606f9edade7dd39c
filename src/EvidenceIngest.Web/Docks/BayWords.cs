namespace EvidenceIngest.Web.Docks;

/// <summary>A dock's bay states, by their names in JSON, as officers read them.</summary>
internal static class BayWords
{
    public static (string Chinese, string English) Of(string state) => state switch
    {
        "empty" => ("空闲", "Empty"),
        "recognised" => ("已识别", "Recognised"),
        "unlocking" => ("解锁中", "Unlocking"),
        "listing" => ("读取目录", "Reading the list"),
        "offloading" => ("采集中", "Copying"),
        "delivering" => ("等待入库", "Being stored"),
        "sealed" => ("已入库", "Stored"),
        "clearing" => ("清除中", "Clearing"),
        "safeToRemove" => ("可以取走", "Safe to take"),
        "refused" => ("不能使用", "Can't be used"),
        "failed" => ("出错", "Trouble"),
        _ => (state, state),
    };

    /// <summary>What to do; null where the state says it.</summary>
    public static (string Chinese, string English)? Advice(string state) => state switch
    {
        "recognised" or "unlocking" or "listing" => ("正在准备，请勿取走", "Getting ready: don't take it"),
        "offloading" => ("请勿取走", "Don't take it"),
        "delivering" => ("资料已复制到采集站，正在入库，请勿取走", "Copied to the dock, being stored: don't take it"),
        "sealed" or "clearing" => ("即将完成，请勿取走", "Nearly done: don't take it"),
        "safeToRemove" => ("资料已全部入库", "Everything is stored"),
        "refused" or "failed" => ("请联系音像资料管理员", "Ask the custodian"),
        _ => null,
    };
}
