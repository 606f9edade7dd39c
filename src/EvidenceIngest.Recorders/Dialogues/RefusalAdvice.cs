using EvidenceIngest.Recorders.Profiles;
using EvidenceIngest.Recorders.Profiles.Dialogue;

namespace EvidenceIngest.Recorders.Dialogues;

/// <summary>What an officer is told when a recorder says no.</summary>
internal static class RefusalAdvice
{
    public static string For(RefusalReason reason, HardwareProfile profile) => reason switch
    {
        RefusalReason.Password =>
            $"“{profile.Title}”的解锁密码不正确。为避免设备锁定，采集站不会再次尝试；请联系管理员核对密码后重新插入。设备内的音像资料未受影响。",
        RefusalReason.Locked => "设备因多次输入错误密码已锁定，请联系管理员或厂家解锁。设备内的音像资料未受影响。",
        RefusalReason.NoCard => "设备报告没有存储卡，请检查存储卡后重新放入采集口。",
        _ => "设备拒绝切换到磁盘模式，请先停止录像、录音，再重新插入。",
    };
}
