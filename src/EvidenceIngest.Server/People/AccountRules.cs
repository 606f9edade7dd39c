using Microsoft.AspNetCore.Identity;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using EvidenceIngest.Server.Catalogue;

namespace EvidenceIngest.Server.People;

/// <summary>How people prove who they are: passwords, lock-out, second factor and how long a log-in lasts.</summary>
internal sealed class AccountRules(IServiceProvider services, SecondFactorKeys keys, ILogger<UserManager<Account>> log)
{
    public const int LongestPassword = 128;

    // NIST SP 800-132 asks for as many as one can bear; OWASP's advice for PBKDF2 with HMAC-SHA-512.
    private const int PasswordIterations = 210_000;

    private static readonly IOptions<IdentityOptions> Options = Microsoft.Extensions.Options.Options.Create(new IdentityOptions
    {
        Password = new PasswordOptions { RequiredLength = 10, RequiredUniqueChars = 5, RequireDigit = true, RequireLowercase = true, RequireUppercase = false, RequireNonAlphanumeric = true },
        Lockout = new LockoutOptions { MaxFailedAccessAttempts = 5, DefaultLockoutTimeSpan = TimeSpan.FromMinutes(15), AllowedForNewUsers = true },
        User = new UserOptions { AllowedUserNameCharacters = "abcdefghijklmnopqrstuvwxyz0123456789._-" },
    });

    public static int MostFailures => Options.Value.Lockout.MaxFailedAccessAttempts;

    public static TimeSpan LockOut => Options.Value.Lockout.DefaultLockoutTimeSpan;

    /// <summary>A session ends after so long without a request.</summary>
    public TimeSpan Idle { get; } = TimeSpan.FromMinutes(30);

    /// <summary>And after so long at any rate: a working day.</summary>
    public TimeSpan Longest { get; } = TimeSpan.FromHours(12);

    public TimeSpan OneTime { get; } = TimeSpan.FromDays(7);

    public PasswordHasher<Account> Hasher { get; } =
        new(Microsoft.Extensions.Options.Options.Create(new PasswordHasherOptions { IterationCount = PasswordIterations }));

    /// <summary>ASP.NET Core Identity over a transaction of ours, so that what it changes and the event that tells of it come together.</summary>
    public UserManager<Account> Over(CatalogueDb db)
    {
#pragma warning disable CA2000 // The manager disposes of its store.
        var store = new AccountStore(db, keys);
#pragma warning restore CA2000
        // Each validator has words of its own unless it is given these.
        var errors = new AccountErrors();
        var manager = new UserManager<Account>(
            store, Options, Hasher, [new UserValidator<Account>(errors)],
            [new PasswordValidator<Account>(errors), new PasswordWithoutNames()], new UpperInvariantLookupNormalizer(), errors, services, log);
        manager.RegisterTokenProvider(TokenOptions.DefaultAuthenticatorProvider, new AuthenticatorTokenProvider<Account>());
        return manager;
    }
}

/// <summary>What is wrong with a password or a user name, in words.</summary>
internal sealed class AccountErrors : IdentityErrorDescriber
{
    public override IdentityError PasswordTooShort(int length) => Error(nameof(PasswordTooShort), $"密码至少{length}个字符 / a password has at least {length} characters");

    public override IdentityError PasswordRequiresUniqueChars(int uniqueChars) =>
        Error(nameof(PasswordRequiresUniqueChars), $"密码至少含{uniqueChars}个不同字符 / a password has at least {uniqueChars} different characters");

    public override IdentityError PasswordRequiresDigit() => Error(nameof(PasswordRequiresDigit), "密码须含数字 / a password has a digit");

    public override IdentityError PasswordRequiresLower() => Error(nameof(PasswordRequiresLower), "密码须含小写字母 / a password has a lower-case letter");

    public override IdentityError PasswordRequiresNonAlphanumeric() =>
        Error(nameof(PasswordRequiresNonAlphanumeric), "密码须含字母、数字以外的字符 / a password has a character that is neither letter nor digit");

    public override IdentityError InvalidUserName(string? userName) =>
        Error(nameof(InvalidUserName), "账号只能用小写字母、数字、点、短横线和下划线 / a user name has lower-case letters, digits, dots, hyphens and underscores only");

    public override IdentityError DuplicateUserName(string userName) => Error(nameof(DuplicateUserName), $"账号{userName}已存在 / there is an account {userName} already");

    private static IdentityError Error(string code, string words) => new() { Code = code, Description = words };
}

internal sealed class PasswordWithoutNames : IPasswordValidator<Account>
{
    public Task<IdentityResult> ValidateAsync(UserManager<Account> manager, Account user, string? password)
    {
        var hasName = new[] { user.UserName, user.Name, user.OfficerNumber }
            .Any(name => name is { Length: > 2 } && password!.Contains(name, StringComparison.OrdinalIgnoreCase));
        return Task.FromResult(hasName
            ? IdentityResult.Failed(new IdentityError { Code = "PasswordHasName", Description = "密码不得含账号、姓名或警号 / a password has neither the user name nor the name or number of its owner" })
            : IdentityResult.Success);
    }
}
