using System.Runtime.Versioning;

namespace EvidenceIngest.Hosting;

/// <summary>
/// <c>$EVIDENCE_HOME</c>: everything that one machine keeps. Secrets lie in files that only their owner can read.
/// </summary>
internal sealed class EvidenceHome
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;

    private EvidenceHome(string root) => Root = root;

    public string Root { get; }

    public string ConfigFile => Path.Combine(Root, "config.json");

    public string OperatorTokenFile => Path.Combine(Root, "secrets", "operator.token");

    public string ReceiptKeyFile => Path.Combine(Root, "secrets", "receipt-key.pem");

    /// <summary>Opens the keys of second factors in the database.</summary>
    public string KeyRingFolder => Path.Combine(Root, "secrets", "key-ring");

    /// <summary>All webhooks' secrets follow from it.</summary>
    public string WebhookKeyFile => Path.Combine(Root, "secrets", "webhook-key");

    /// <param name="user">admin or disposal: users of the object store besides the server's.</param>
    /// <param name="half">access or secret.</param>
    public string VaultKeyFile(string user, string half) => Path.Combine(Root, "secrets", $"vault-{user}.{half}-key");

    public string DockCredentialsFile => Path.Combine(Root, "dock", "credentials.json");

    /// <summary>For docks that are started by a service manager: an argument could be read by everyone on the machine.</summary>
    public string EnrolmentCodeFile => Path.Combine(Root, "secrets", "enrolment.code");

    public string StagingFolder => Path.Combine(Root, "dock", "staging");

    public string MountFolder => Path.Combine(Root, "dock", "mounts");

    /// <summary>Speech models, and below <c>engine</c> the library that reads them.</summary>
    public string ModelFolder => Path.Combine(Root, "models");

    public string WorkFolder => Path.Combine(Root, "server", "work");

    /// <summary>Signed heads of the custody log.</summary>
    public string WitnessFile => Path.Combine(Root, "witness", "tree-heads.jsonl");

    public string LogFolder => Path.Combine(Root, "logs");

    public string SiteProfileFolder => Path.Combine(Root, "hardware-profiles");

    /// <summary>Makers' Windows libraries, which a site puts there; only administrators may write to it.</summary>
    public string VendorLibraryFolder => Path.Combine(Root, "vendor-libraries");

    /// <summary>From the environment; without it <c>.evidence</c> below the current folder, as the scripts do.</summary>
    public static EvidenceHome FromEnvironment()
    {
        var root = Environment.GetEnvironmentVariable("EVIDENCE_HOME");
        return new EvidenceHome(Path.GetFullPath(string.IsNullOrEmpty(root) ? ".evidence" : root));
    }

    /// <summary>Makes a folder of this home that only its owner may enter.</summary>
    public static string MakePrivate(string folder)
    {
        if (OperatingSystem.IsWindows())
            Directory.CreateDirectory(folder);
        else
            CreateOwnerOnly(folder);
        return folder;
    }

    /// <summary>Reads a file whose path may be relative to this home, without white space at its ends.</summary>
    /// <exception cref="SettingsException">The file is not there or can't be read.</exception>
    public string ReadSecret(string path, string setting)
    {
        var file = Path.GetFullPath(path, Root);
        try
        {
            return File.ReadAllText(file).Trim();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new SettingsException($"{setting}: can't read {file}: {e.Message}");
        }
    }

    /// <summary>Writes a secret so that it is either whole or not there, readable by its owner alone.</summary>
    public static void WriteSecret(string file, string text)
    {
        MakePrivate(Path.GetDirectoryName(file)!);
        var incoming = file + ".new";
        var options = new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows())
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        using (var stream = new FileStream(incoming, options))
        using (var writer = new StreamWriter(stream))
        {
            writer.WriteLine(text);
            writer.Flush();
            stream.Flush(flushToDisk: true);
        }

        File.Move(incoming, file, overwrite: true);
    }

    [UnsupportedOSPlatform("windows")]
    private static void CreateOwnerOnly(string folder) => Directory.CreateDirectory(folder, OwnerOnly);
}

/// <summary>A setting is missing or wrong; the message names it and says what would be right.</summary>
internal sealed class SettingsException(string message) : Exception(message);
