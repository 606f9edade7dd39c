using EvidenceIngest.Server.People;
using Microsoft.AspNetCore.Components;

namespace EvidenceIngest.Web.Administration;

/// <summary>One account: what it may do, and what a security administrator does about it.</summary>
public partial class PersonPage
{
    private AccountView? _account;
    private IReadOnlyList<UnitView> _units = [];
    private PersonTask _task;
    private GrantView? _revoking;
    private OneTimePassword? _password;
    private (string, string)? _said;
    private bool _granting;
    private string _unit = "";
    private string _number = "";

    private enum PersonTask
    {
        None,
        Change,
        Reset,
        Directory,
        DropFactor,
        Disable,
        Revoke,
    }

    [Parameter]
    public string UserName { get; set; } = "";

    private bool IsOwn => UserName == Visitor.Account!.UserName;

    /// <summary>As custody events and grants name whoever is logged in.</summary>
    private string Me => $"{Visitor.Account!.Name} ({Visitor.Account.UserName})";

    private string Address => "accounts/" + Uri.EscapeDataString(UserName);

    protected override Task OnParametersSetAsync() => TryAsync(LoadAsync);

    private static (string, string) TitleOf(PersonTask task) => task switch
    {
        PersonTask.Change => ("修改单位、警号", "Change unit and number"),
        PersonTask.Reset => ("重置密码", "Reset the password"),
        PersonTask.Directory => ("更换密码来源", "Whose password it has"),
        PersonTask.DropFactor => ("解除双因素认证", "Take the second factor away"),
        PersonTask.Disable => ("停用或恢复账号", "Disable or use again"),
        _ => ("收回角色", "Revoke a role"),
    };

    private async Task LoadAsync()
    {
        _units = await Api.GetAsync<IReadOnlyList<UnitView>>("units", Left);
        _account = await Api.GetAsync<AccountView>(Address, Left);
    }

    private void Begin(PersonTask task) =>
        (_task, _said, _password, Problem, _unit, _number) = (task, null, null, null, _account!.Unit, _account.OfficerNumber ?? "");

    private void BeginRevoke(GrantView grant)
    {
        Begin(PersonTask.Revoke);
        _revoking = grant;
    }

    private void BeginGrant() => (_granting, _said, _password) = (true, null, null);

    private async Task RunAsync(string why)
    {
        if (await TryAsync(() => SendAsync(why)))
            await DoneAsync(("已保存。", "Saved."));
    }

    private async Task SendAsync(string why)
    {
        switch (_task)
        {
            case PersonTask.Change:
                await Api.SendAsync(HttpMethod.Patch, Address, new AccountChange(_unit, _number.Trim(), null, why), Left);
                break;
            case PersonTask.Disable:
                await Api.SendAsync(HttpMethod.Patch, Address, new AccountChange(null, null, _account!.DisabledAt is null, why), Left);
                break;
            case PersonTask.Directory:
                _password = await Api.SendAsync<OneTimePassword>(HttpMethod.Put, Address + "/directory", new DirectoryChange(!_account!.Directory, why), Left);
                break;
            case PersonTask.DropFactor:
                await Api.SendAsync(HttpMethod.Post, Address + "/authenticator/drop", new GrantWord(why), Left);
                break;
            case PersonTask.Revoke:
                await Api.SendAsync(HttpMethod.Post, $"grants/{_revoking!.Grant}/revoke", new GrantWord(why), Left);
                break;
            default:
                throw new InvalidOperationException($"nothing to send for {_task}");
        }
    }

    private async Task ResetAsync()
    {
        if (await TryAsync(async () => _password = await Api.SendAsync<OneTimePassword>(HttpMethod.Post, Address + "/password", null, Left)))
            await DoneAsync(("密码已重置，全部登录已退出。", "The password is reset; all sessions are over."));
    }

    private async Task ConfirmAsync(GrantView grant)
    {
        if (await TryAsync(() => Api.SendAsync(HttpMethod.Post, $"grants/{grant.Grant}/confirm", null, Left)))
            await DoneAsync(("已确认，角色生效。", "Confirmed: the role is in force."));
    }

    private Task GrantedAsync(GrantView grant) => DoneAsync(grant.InForce
        ? ("角色已生效。", "The role is in force.")
        : ("已授予，待第二人确认后生效。", "Given; it comes into force when a second person confirms."));

    private async Task DoneAsync((string, string) said)
    {
        (_task, _granting, _said) = (PersonTask.None, false, said);
        await TryAsync(LoadAsync);
    }
}
