using EvidenceIngest.Server.People.Ldap;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.Extensions.DependencyInjection;

namespace EvidenceIngest.Server.People;

internal static class PeopleRegistration
{
    // What was encrypted stays under its key: another key each quarter would only be one more that a backup can lack and that
    // other servers of the installation don't have.
    private static readonly TimeSpan KeyLifetime = TimeSpan.FromDays(100 * 365);

    public static void AddPeople(this IServiceCollection services, ServerOptions server)
    {
        // The ring would make the folder itself, open to everybody on the machine.
        if (OperatingSystem.IsWindows())
            Directory.CreateDirectory(server.KeyRingFolder);
        else
            Directory.CreateDirectory(server.KeyRingFolder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        services.AddDataProtection().SetApplicationName("EvidenceIngest").SetDefaultKeyLifetime(KeyLifetime)
            .PersistKeysToFileSystem(new DirectoryInfo(server.KeyRingFolder));
        services.AddSingleton<SecondFactorKeys>();
        services.AddSingleton<SecondFactorKeeping>();
        services.AddHostedService(s => s.GetRequiredService<SecondFactorKeeping>());
        services.AddSingleton<SecondFactorDuty>();
        services.AddSingleton<AgencyDirectory>();
        services.AddSingleton<PasswordProof>();
        services.AddSingleton<AccountRules>();
        services.AddSingleton<Sessions>();
        services.AddSingleton<LogIn>();
        services.AddSingleton<OwnAccount>();
        services.AddSingleton<Accounts>();
        services.AddSingleton<RoleGrants>();
        services.AddSingleton<Units>();
    }
}
