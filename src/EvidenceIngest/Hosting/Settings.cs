using System.Net;
using EvidenceIngest.Dock;
using EvidenceIngest.Recorders;
using EvidenceIngest.Server;
using EvidenceIngest.Server.Access;
using EvidenceIngest.Server.AccessRequests;
using EvidenceIngest.Server.Api;
using EvidenceIngest.Server.Events;
using EvidenceIngest.Server.Fixity;
using EvidenceIngest.Server.MediaTools;
using EvidenceIngest.Server.Pipeline;
using EvidenceIngest.Server.People.Ldap;
using EvidenceIngest.Server.Reminders;
using EvidenceIngest.Server.Transcription;
using EvidenceIngest.Server.Transparency;
using EvidenceIngest.Server.Vault;
using Microsoft.Extensions.Configuration;
using Npgsql;

namespace EvidenceIngest.Hosting;

/// <summary>
/// Reads <c>$EVIDENCE_HOME/config.json</c>, then environment variables such as <c>EVIDENCE_Dock__Clearing=true</c>, which
/// win. The README's configuration table lists what stands here.
/// </summary>
internal sealed class Settings(EvidenceHome home, IConfiguration values)
{
    public static Settings Load(EvidenceHome home)
    {
        try
        {
            return new Settings(home, new ConfigurationBuilder()
                .AddJsonFile(home.ConfigFile, optional: true).AddEnvironmentVariables("EVIDENCE_").Build());
        }
        catch (Exception e) when (e is InvalidDataException or FormatException)
        {
            throw new SettingsException($"{home.ConfigFile}: {e.InnerException?.Message ?? e.Message}");
        }
    }

    /// <summary>Where the service is reached: by commands, and by the dock unless <c>Dock:Server</c> says otherwise.</summary>
    public Uri ServerUrl => Url("Dock:Server", Urls[0].ToString());

    /// <param name="witnessFile">Instead of the configured one.</param>
    public ServerOptions Server(string? witnessFile = null) => new()
    {
        Urls = Urls,
        Database = Database("Server:Database"),
        OwnerDatabase = values["Server:OwnerDatabase"] is null ? null : Database("Server:OwnerDatabase"),
        WorkFolder = Path.GetFullPath(values["Server:WorkFolder"] ?? home.WorkFolder, home.Root),
        ReceiptKeyFile = Path.GetFullPath(values["Server:ReceiptKeyFile"] ?? home.ReceiptKeyFile, home.Root),
        KeyRingFolder = Path.GetFullPath(values["Server:KeyRingFolder"] ?? home.KeyRingFolder, home.Root),
        Directory = AgencyDirectory(),
        SecondFactorRoles = [.. values.GetSection("Server:SecondFactorRoles").GetChildren().Select(c => PersonsRole(c.Path, c.Value))],
        Log = Log(witnessFile),
        RecorderProfiles = () => MachineProfiles.Read(home.SiteProfileFolder),
        Fixity = Fixity(),
        Events = Events(),
        Access = Access(),
        Reminders = Reminders(),
        Rates = Rates(),
        Transcription = Transcription(),
        AgencyZone = Zone,
        UnknownRecorders = values["Server:UnknownRecorders"] switch
        {
            null or "quarantine" => UnknownRecorders.Quarantine,
            "refuse" => UnknownRecorders.Refuse,
            var other => throw new SettingsException($"Server:UnknownRecorders: '{other}' is neither quarantine nor refuse"),
        },
        SealingConcurrency = Number("Server:SealingConcurrency", 2, 1, 64),
        RenderingConcurrency = Number("Server:RenderingConcurrency", 1, 1, 64),
        ExcerptConcurrency = Number("Server:ExcerptConcurrency", 1, 1, 64),
        RenderingHours = Hours("Server:RenderingHours") is { } hours ? new RenderingHours(hours.From, hours.Until) : null,
        Settings = Published(),
    };

    /// <summary>What writes down what is said, and where its models lie.</summary>
    public TranscriptionOptions Transcription() => TranscriptionSettings.Read(home, values);

    /// <summary>Null when passwords are checked here alone.</summary>
    public DirectoryOptions? AgencyDirectory() => DirectorySettings.Read(home, values);

    private static Role PersonsRole(string key, string? text) =>
        Enum.GetNames<Role>().Contains(text) && Enum.Parse<Role>(text!) is var role and not (Role.Local or Role.CaseSystem)
            ? role
            : throw new SettingsException($"{key}: '{text}' is no role of people, as SecurityAdministrator or Custodian");

    /// <summary>What may be told of them: no secret, and nothing that isn't ours in the environment.</summary>
    private Dictionary<string, string> Published()
    {
        string[] ours = ["Agency:", "Dock:", "Recorders:", "Server:", "Transcription:", "Vault:"];
        return values.AsEnumerable()
            .Where(setting => setting.Value is not null && ours.Any(o => setting.Key.StartsWith(o, StringComparison.OrdinalIgnoreCase)))
            .ToDictionary(setting => setting.Key, setting => Publish(setting.Key, setting.Value!));
    }

    private string Publish(string key, string value)
    {
        if (key.Equals("Server:Database", StringComparison.OrdinalIgnoreCase) || key.Equals("Server:OwnerDatabase", StringComparison.OrdinalIgnoreCase))
            return new NpgsqlConnectionStringBuilder(Database(key)) { Password = null }.ConnectionString;
        var isSecret = key.StartsWith("Recorders:Secrets:", StringComparison.OrdinalIgnoreCase)
            || (key.Contains("Password", StringComparison.OrdinalIgnoreCase) && !key.EndsWith("File", StringComparison.OrdinalIgnoreCase));
        return isSecret ? "(secret)" : value;
    }

    public VaultOptions Vault() => new()
    {
        Endpoint = Url("Vault:Endpoint", null),
        AccessKey = home.ReadSecret(Required("Vault:AccessKeyFile"), "Vault:AccessKeyFile"),
        SecretKey = home.ReadSecret(Required("Vault:SecretKeyFile"), "Vault:SecretKeyFile"),
        Disposal = values["Vault:Disposal:AccessKeyFile"] is null && !File.Exists(home.VaultKeyFile("disposal", "access"))
            ? null : VaultKeys("Vault:Disposal", "disposal"),
        Bucket = values["Vault:Bucket"] ?? "evidence",
        RenditionBucket = values["Vault:RenditionBucket"] ?? "evidence-renditions",
        Region = values["Vault:Region"] ?? "us-east-1",
        RetentionDays = Number("Vault:RetentionDays", 3650, 1, 36_500),
    };

    /// <summary>The owner of the buckets, for <c>vault init</c> alone.</summary>
    public VaultKeys VaultAdmin(bool second) => second ? VaultKeys("Vault:Second:Admin", "second-admin") : VaultKeys("Vault:Admin", "admin");

    /// <param name="server">Instead of the configured one.</param>
    /// <param name="disposal">Instead of the configured one.</param>
    public VaultPrincipals VaultPrincipals(string? server, string? disposal)
    {
        var defaults = new VaultPrincipals();
        return new VaultPrincipals(
            server ?? values["Vault:ServerUser"] ?? defaults.Server, disposal ?? values["Vault:Disposal:User"] ?? defaults.Disposal);
    }

    // Without settings the files that ./scripts/run made: the keys can be taken away without a word in config.json.
    private VaultKeys VaultKeys(string section, string user) => new(
        home.ReadSecret(values[section + ":AccessKeyFile"] ?? home.VaultKeyFile(user, "access"), section + ":AccessKeyFile"),
        home.ReadSecret(values[section + ":SecretKeyFile"] ?? home.VaultKeyFile(user, "secret"), section + ":SecretKeyFile"));

    private ReminderOptions Reminders()
    {
        var defaults = new ReminderOptions();
        return new ReminderOptions
        {
            Steps = Enum.GetValues<DutyKind>().ToDictionary(kind => kind, kind => values[$"Server:Reminders:{kind}"] is { } steps ? Steps($"Server:Reminders:{kind}", steps) : ReminderOptions.Usual[kind]),
            At = new TimeOnly(Number("Server:Reminders:Hour", defaults.At.Hour, 0, 23), 0),
            RequirementDays = Number("Server:Reminders:RequirementDays", defaults.RequirementDays, 1, 60),
            CorrectionDays = Number("Server:Reminders:CorrectionDays", defaults.CorrectionDays, 1, 60),
        };
    }

    private static IReadOnlyList<ReminderStep> Steps(string key, string text)
    {
        try
        {
            return ReminderStep.Parse(text);
        }
        catch (FormatException e)
        {
            throw new SettingsException($"{key}: {e.Message}");
        }
    }

    private AccessOptions Access()
    {
        var defaults = new AccessOptions();
        return new AccessOptions
        {
            WorkingDays = Number("Server:Access:Days", defaults.WorkingDays, 1, 250),
            LinkTime = TimeSpan.FromMinutes(Number("Server:Access:LinkMinutes", (int)defaults.LinkTime.TotalMinutes, 1, 24 * 60)),
            Openings = Number("Server:Access:Openings", defaults.Openings, 1, 100),
        };
    }

    private FixityOptions Fixity()
    {
        var defaults = new FixityOptions();
        return new FixityOptions
        {
            Period = TimeSpan.FromDays(Number("Server:Fixity:Days", (int)defaults.Period.TotalDays, 1, 3650)),
            BytesPerSecond = Rate("Server:Fixity:MiBPerSecond") ?? defaults.BytesPerSecond,
            CopyBytesPerSecond = Rate("Server:Fixity:CopyMiBPerSecond"),
            ListingInterval = TimeSpan.FromHours(Number("Server:Fixity:ListingHours", (int)defaults.ListingInterval.TotalHours, 1, 8760)),
            SecondVault = values.GetSection("Vault:Second").GetChildren().Any() ? SecondVault() : null,
        };
    }

    /// <exception cref="SettingsException">There is none.</exception>
    public VaultOptions SecondVault()
    {
        var bucket = values["Vault:Second:Bucket"] ?? "evidence";
        var second = new VaultOptions
        {
            Endpoint = Parse("Vault:Second:Endpoint", Required("Vault:Second:Endpoint")),
            AccessKey = home.ReadSecret(Required("Vault:Second:AccessKeyFile"), "Vault:Second:AccessKeyFile"),
            SecretKey = home.ReadSecret(Required("Vault:Second:SecretKeyFile"), "Vault:Second:SecretKeyFile"),
            Bucket = bucket,
            // Renditions are made again rather than copied: no bucket is made for them.
            RenditionBucket = bucket,
            Region = values["Vault:Second:Region"] ?? "us-east-1",
            Disposal = values["Vault:Second:Disposal:AccessKeyFile"] is null ? null : VaultKeys("Vault:Second:Disposal", "second-disposal"),
        };
        var first = Vault();
        return second.Endpoint == first.Endpoint && (bucket == first.Bucket || bucket == first.RenditionBucket)
            ? throw new SettingsException($"Vault:Second: {second.Endpoint} with the bucket {bucket} is the first vault; a second one is another store, on other disks")
            : second;
    }

    private RateOptions Rates()
    {
        var defaults = new RateOptions();
        return new RateOptions
        {
            PerSecond = Number("Server:Limits:PerSecond", defaults.PerSecond, 0, 1_000_000),
            Burst = Number("Server:Limits:Burst", defaults.Burst, 1, 1_000_000),
            DockPerSecond = Number("Server:Limits:DockPerSecond", defaults.DockPerSecond, 0, 1_000_000),
            LinkPerSecond = Number("Server:Limits:LinkPerSecond", defaults.LinkPerSecond, 0, 1_000_000),
            UnknownPerSecond = Number("Server:Limits:UnknownPerSecond", defaults.UnknownPerSecond, 0, 1_000_000),
        };
    }

    private EventsOptions Events()
    {
        var (defaults, webhooks) = (new EventsOptions(), new WebhookOptions());
        return new EventsOptions
        {
            AgencyCode = values["Agency:Code"] is { } code ? Code(code) : defaults.AgencyCode,
            Keep = TimeSpan.FromDays(Number("Server:Events:KeepDays", (int)defaults.Keep.TotalDays, 1, 3650)),
            DeadlineNear = TimeSpan.FromHours(Number("Server:Events:DeadlineNearHours", (int)defaults.DeadlineNear.TotalHours, 1, 240)),
            Mqtt = values["Server:Mqtt:Host"] is { Length: > 0 } host ? Mqtt(host) : null,
            Webhooks = new WebhookOptions
            {
                KeyFile = Path.GetFullPath(values["Server:Events:WebhookKeyFile"] ?? home.WebhookKeyFile, home.Root),
                AllowedNetworks = [.. values.GetSection("Server:Events:WebhookNetworks").GetChildren().Select(c => Network(c.Path, c.Value!))],
                CallLimit = TimeSpan.FromSeconds(Number("Server:Events:WebhookSeconds", (int)webhooks.CallLimit.TotalSeconds, 1, 300)),
                GiveUpAfter = TimeSpan.FromHours(Number("Server:Events:WebhookGiveUpHours", (int)webhooks.GiveUpAfter.TotalHours, 1, 2000)),
            },
        };
    }

    private MqttOptions Mqtt(string host)
    {
        var tls = Flag("Server:Mqtt:Tls", true);
        return new MqttOptions
        {
            Host = host,
            Tls = tls,
            Port = Number("Server:Mqtt:Port", tls ? 8883 : 1883, 1, 65_535),
            CaFile = Optional("Server:Mqtt:CaFile"),
            CertificateFile = Optional("Server:Mqtt:CertificateFile"),
            KeyFile = Optional("Server:Mqtt:KeyFile"),
            User = values["Server:Mqtt:User"],
            Password = values["Server:Mqtt:PasswordFile"] is { } file ? home.ReadSecret(file, "Server:Mqtt:PasswordFile") : null,
            ClientId = values["Server:Mqtt:ClientId"] ?? new MqttOptions { Host = host }.ClientId,
        };
    }

    private string? Optional(string key) => values[key] is { } file ? Path.GetFullPath(file, home.Root) : null;

    private static string Code(string code) =>
        code.Length is > 0 and <= 64 && code.All(c => char.IsLetterOrDigit(c) || c is '-' or '_' or '.')
            ? code
            : throw new SettingsException($"Agency:Code: '{code}' is not 1 to 64 letters, digits, '-', '_' or '.'");

    private static IPNetwork Network(string key, string text) =>
        IPNetwork.TryParse(text, out var network) ? network : throw new SettingsException($"{key}: '{text}' is no network like 169.254.7.0/24");

    private LogOptions Log(string? witnessFile) => new()
    {
        WitnessFile = Path.GetFullPath(witnessFile ?? values["Server:Log:WitnessFile"] ?? home.WitnessFile, home.Root),
        HeadInterval = TimeSpan.FromSeconds(Number("Server:Log:HeadSeconds", 60, 1, 86_400)),
        VaultInterval = TimeSpan.FromMinutes(Number("Server:Log:VaultMinutes", 10, 1, 1440)),
        TimestampAuthority = values["Server:Log:TimestampAuthority"] is { } authority ? Parse("Server:Log:TimestampAuthority", authority) : null,
        TimestampInterval = TimeSpan.FromMinutes(Number("Server:Log:TimestampMinutes", 60, 1, 1440)),
        Witnesses = [.. values.GetSection("Server:Log:Witnesses").GetChildren().Select(c => Parse(c.Path, c.Value!))],
        WitnessInterval = TimeSpan.FromSeconds(Number("Server:Log:WitnessSeconds", 60, 1, 86_400)),
    };

    public MediaToolOptions MediaTools()
    {
        var defaults = new MediaToolOptions();
        return new MediaToolOptions
        {
            Encoder = values["Server:Media:Encoder"] ?? defaults.Encoder,
            EncoderArguments = [.. values.GetSection("Server:Media:EncoderArguments").GetChildren().Select(c => c.Value!)],
            Threads = Number("Server:Media:Threads", defaults.Threads, 1, 64),
            Niceness = Number("Server:Media:Niceness", defaults.Niceness, 0, 19),
            MemoryBytes = (long)Number("Server:Media:MemoryMiB", (int)(defaults.MemoryBytes >> 20), 256, 1 << 20) << 20,
        };
    }

    /// <param name="enrolmentCode">For a dock that is not enrolled yet.</param>
    /// <param name="folderBays">As <see cref="Recorders"/> has them.</param>
    public DockOptions Dock(string? enrolmentCode, IEnumerable<string> folderBays) => new()
    {
        Bays = [.. NumberedBays, .. FolderBays(folderBays).Select(folder => "folder:" + folder)],
        Server = ServerUrl,
        StagingFolder = Path.GetFullPath(values["Dock:StagingFolder"] ?? home.StagingFolder, home.Root),
        CredentialsFile = home.DockCredentialsFile,
        Name = values["Dock:Name"] ?? Environment.MachineName,
        EnrolmentCode = enrolmentCode,
        Clearing = Flag("Dock:Clearing", false),
        SetClocks = Flag("Dock:SetClocks", true),
        ClockDriftLimit = TimeSpan.FromSeconds(Number("Dock:ClockDriftSeconds", 60, 1, 86_400)),
        Sm3 = Flag("Dock:Sm3", true),
        ParallelFilesPerBay = Number("Dock:ParallelFilesPerBay", 2, 1, 16),
        MaxConcurrentCopies = Number("Dock:MaxConcurrentCopies", 16, 1, 256),
        ReserveBytes = (long)Number("Dock:ReserveMiB", 1024, 0, int.MaxValue) << 20,
        MaxBytesPerSecond = Rate("Dock:MaxMiBPerSecond"),
        Upload = new UploadOptions
        {
            ParallelParts = Number("Dock:Upload:ParallelParts", 4, 1, 32),
            MaxBytesPerSecond = Rate("Dock:Upload:MaxMiBPerSecond"),
            Window = Hours("Dock:Upload:Window") is { } window ? new UploadWindow(window.From, window.Until) : null,
        },
        AgencyZone = Zone.Id,
    };

    /// <param name="folderBays">Folders from the command line, besides those of the setting <c>Dock:FolderBays</c>.</param>
    public RecordersOptions Recorders(IEnumerable<string> folderBays)
    {
        var options = new RecordersOptions
        {
            UsbEnabled = Flag("Dock:Usb", true),
            AgencyZone = Zone,
            RuntimeFolder = home.MountFolder,
            Secrets = setting => values[setting],
            VendorLibraryFolder = home.VendorLibraryFolder,
        };
        if (Directory.Exists(home.SiteProfileFolder))
            options.ProfileFolders.Add(home.SiteProfileFolder);
        foreach (var folder in FolderBays(folderBays))
            options.FolderBays.Add(folder);
        return options;
    }

    private IEnumerable<string> NumberedBays => values.GetSection("Dock:Bays").GetChildren().Select(
        c => c.Value is { } bay && bay.StartsWith("usb:", StringComparison.Ordinal)
            ? bay
            : throw new SettingsException($"Dock:Bays: '{c.Value}' is no port; write them as 'evidence-ingest docks bays' prints them, such as usb:1-4.2"));

    private IEnumerable<string> FolderBays(IEnumerable<string> fromCommandLine) =>
        fromCommandLine.Concat(values.GetSection("Dock:FolderBays").GetChildren().Select(c => c.Value!)).Select(folder => Path.GetFullPath(folder, home.Root));

    private IReadOnlyList<Uri> Urls =>
        [.. (values["Server:Urls"] ?? "http://127.0.0.1:8620").Split(';', StringSplitOptions.RemoveEmptyEntries).Select(u => Parse("Server:Urls", u))];

    private TimeZoneInfo Zone
    {
        get
        {
            var id = values["Agency:TimeZone"] ?? "Asia/Shanghai";
            return TimeZoneInfo.TryFindSystemTimeZoneById(id, out var zone)
                ? zone
                : throw new SettingsException($"Agency:TimeZone: this machine knows no time zone '{id}'; install tzdata or use a name like Asia/Shanghai");
        }
    }

    private string Database(string key)
    {
        try
        {
            var connection = new NpgsqlConnectionStringBuilder(Required(key));
            if (values[key + "PasswordFile"] is { } file)
                connection.Password = home.ReadSecret(file, key + "PasswordFile");
            return connection.ConnectionString;
        }
        catch (ArgumentException e)
        {
            throw new SettingsException($"{key}: {e.Message}");
        }
    }

    private (TimeOnly From, TimeOnly Until)? Hours(string key)
    {
        if (values[key] is not { Length: > 0 } text)
            return null;
        return text.Split('-') is [var from, var until] && TimeOnly.TryParse(from, out var start) && TimeOnly.TryParse(until, out var end)
            ? (start, end)
            : throw new SettingsException($"{key}: '{text}' is not like 19:00-07:00");
    }

    private long? Rate(string key) => values[key] is null ? null : (long)Number(key, 0, 1, 1_000_000) << 20;

    private int Number(string key, int otherwise, int least, int most)
    {
        if (values[key] is not { } text)
            return otherwise;
        return int.TryParse(text, out var number) && number >= least && number <= most
            ? number
            : throw new SettingsException($"{key}: '{text}' is not a whole number from {least} to {most}");
    }

    private bool Flag(string key, bool otherwise)
    {
        if (values[key] is not { } text)
            return otherwise;
        return bool.TryParse(text, out var flag) ? flag : throw new SettingsException($"{key}: '{text}' is neither true nor false");
    }

    private Uri Url(string key, string? otherwise) => Parse(key, values[key] ?? otherwise ?? Required(key));

    private static Uri Parse(string key, string text) =>
        Uri.TryCreate(text, UriKind.Absolute, out var url) && url.Scheme is "http" or "https"
            ? url
            : throw new SettingsException($"{key}: '{text}' is no address like http://127.0.0.1:8620");

    private string Required(string key) =>
        values[key] ?? throw new SettingsException($"{key} is not set: put it into {home.ConfigFile} or the environment; ./scripts/run writes a whole configuration for one machine");
}
