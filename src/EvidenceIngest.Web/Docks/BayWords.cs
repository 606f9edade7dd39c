namespace EvidenceIngest.Web.Docks;

/// <summary>A dock's bay states, by their names in JSON, as officers read them.</summary>
internal static class BayWords
{
    public static (string Chinese, string English) Of(string state) => state switch
    {
        "Empty" => ("空闲", "Empty"),
        "Recognised" => ("已识别", "Recognised"),
        "Unlocking" => ("解锁中", "Unlocking"),
        "Listing" => ("读取目录", "Reading the list"),
        "Offloading" => ("采集中", "Copying"),
        "Delivering" => ("等待入库", "Being stored"),
        "Sealed" => ("已入库", "Stored"),
        "Clearing" => ("清除中", "Clearing"),
        "SafeToRemove" => ("可以取走", "Safe to take"),
        "Refused" => ("不能使用", "Can't be used"),
        "Failed" => ("出错", "Trouble"),
        _ => (state, state),
    };

    /// <summary>What to do; null where the state says it.</summary>
    public static (string Chinese, string English)? Advice(string state) => state switch
    {
        "Recognised" or "Unlocking" or "Listing" => ("正在准备，请勿取走", "Getting ready: don't take it"),
        "Offloading" => ("请勿取走", "Don't take it"),
        "Delivering" => ("资料已复制到采集站，正在入库，请勿取走", "Copied to the dock, being stored: don't take it"),
        "Sealed" or "Clearing" => ("即将完成，请勿取走", "Nearly done: don't take it"),
        "SafeToRemove" => ("资料已全部入库", "Everything is stored"),
        "Refused" or "Failed" => ("请联系音像资料管理员", "Ask the custodian"),
        _ => null,
    };
}
