using System.Net;

namespace EvidenceIngest.Server.Events;

/// <summary>What is told to others, and how.</summary>
public sealed class EventsOptions
{
    /// <summary>Names the agency in topics and as the events' source; people choose it.</summary>
    public string AgencyCode { get; init; } = "local";

    /// <summary>How long events stay that everybody has; the custody log is the record.</summary>
    public TimeSpan Keep { get; init; } = TimeSpan.FromDays(30);

    /// <summary>So long before its deadline an item that is not sealed is told.</summary>
    public TimeSpan DeadlineNear { get; init; } = TimeSpan.FromHours(12);

    /// <summary>A dock that reported nothing for so long is told to be away; docks report every 30 s at least.</summary>
    public TimeSpan DockSilence { get; init; } = TimeSpan.FromMinutes(2);

    /// <summary>How often it is looked whether something is to be told.</summary>
    public TimeSpan RoundInterval { get; init; } = TimeSpan.FromMilliseconds(250);

    /// <summary>How often deadlines and silent docks are looked for, and old events removed.</summary>
    public TimeSpan WatchInterval { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Null: no broker is told.</summary>
    public MqttOptions? Mqtt { get; init; }

    public WebhookOptions Webhooks { get; init; } = new();
}

/// <summary>An MQTT 5 broker.</summary>
public sealed record MqttOptions
{
    public required string Host { get; init; }

    public int Port { get; init; } = 8883;

    /// <summary>False sends everything, the password included, as anybody on the way can read it.</summary>
    public bool Tls { get; init; } = true;

    /// <summary>PEM of the authorities that may vouch for the broker; null for the machine's own.</summary>
    public string? CaFile { get; init; }

    /// <summary>PEM of a certificate that this service shows; null for none.</summary>
    public string? CertificateFile { get; init; }

    /// <summary>PEM of its key, without a password.</summary>
    public string? KeyFile { get; init; }

    public string? User { get; init; }

    public string? Password { get; init; }

    /// <summary>All servers of an installation share it, so that a broker drops the one before when another takes over.</summary>
    public string ClientId { get; init; } = "evidence-ingest";

    /// <summary>A broker that has not answered by then counts as away.</summary>
    public TimeSpan ConnectLimit { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>A message that is not acknowledged by then is sent again over a new connection.</summary>
    public TimeSpan AcknowledgeLimit { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>The longest wait between two attempts to connect.</summary>
    public TimeSpan LongestPause { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>The progress of a bay is told so often at most.</summary>
    public TimeSpan ProgressInterval { get; init; } = TimeSpan.FromSeconds(3);
}

/// <summary>How webhooks are called.</summary>
public sealed record WebhookOptions
{
    /// <summary>All secrets follow from it. Made when it is missing; every server of one installation needs the same. Null: webhooks are off.</summary>
    public string? KeyFile { get; init; }

    /// <summary>Link-local and other special addresses that may be called all the same.</summary>
    public IReadOnlyList<IPNetwork> AllowedNetworks { get; init; } = [];

    /// <summary>A receiver that has not answered by then has failed.</summary>
    public TimeSpan CallLimit { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Wait before the second attempt; doubled with each, up to <see cref="LongestPause"/>.</summary>
    public TimeSpan FirstPause { get; init; } = TimeSpan.FromSeconds(5);

    public TimeSpan LongestPause { get; init; } = TimeSpan.FromHours(1);

    /// <summary>After so long an event is given up.</summary>
    public TimeSpan GiveUpAfter { get; init; } = TimeSpan.FromHours(72);

    /// <summary>And after so many answers that say no: redirects and 4xx.</summary>
    public int MostRefusals { get; init; } = 20;

    /// <summary>Requests at once to one receiver; events of one subject go one after the other.</summary>
    public int Lanes { get; init; } = 8;

    /// <summary>How long dead letters stay.</summary>
    public TimeSpan KeepDead { get; init; } = TimeSpan.FromDays(90);
}
