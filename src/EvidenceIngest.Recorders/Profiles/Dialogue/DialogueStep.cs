namespace EvidenceIngest.Recorders.Profiles.Dialogue;

/// <summary>One step of a dialogue.</summary>
/// <param name="Name">Where it stands, e.g. unlock[2]; for messages and transcripts.</param>
public abstract record DialogueStep(string Name)
{
    public ReplyRules Reply { get; init; } = ReplyRules.None;

    /// <summary>For sending, the reply and whatever interim replies come before it.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(3);

    /// <summary>Further attempts after a failed one; always 0 where a password is sent.</summary>
    public int Retries { get; init; }

    public TimeSpan RetryPause { get; init; } = TimeSpan.FromSeconds(1);

    public virtual bool SendsSecret => false;

    /// <summary>For messages: what is asked, where the name alone says too little.</summary>
    public virtual string Title => Name;
}

/// <param name="Name">Where it stands.</param>
/// <param name="Cdb">The command, 6 to 16 bytes.</param>
/// <param name="Write">Data to the device, or null.</param>
/// <param name="Read">Most bytes that it may answer; 0 with <paramref name="Write"/>.</param>
public sealed record ScsiStep(string Name, ByteTemplate Cdb, ByteTemplate? Write, int Read) : DialogueStep(Name)
{
    public override bool SendsSecret => Cdb.HasSecret || Write?.HasSecret == true;
}

/// <param name="Name">Where it stands.</param>
/// <param name="Type">bmRequestType; its high bit says that the device sends.</param>
/// <param name="Request">bRequest.</param>
/// <param name="Value">wValue.</param>
/// <param name="Index">wIndex.</param>
/// <param name="Write">Data to the device.</param>
/// <param name="Read">Bytes asked from the device.</param>
public sealed record ControlStep(string Name, byte Type, byte Request, ushort Value, ushort Index, ByteTemplate? Write, int Read)
    : DialogueStep(Name)
{
    public override bool SendsSecret => Write?.HasSecret == true;
}

/// <param name="Name">Where it stands.</param>
/// <param name="Write">Sent first, or null.</param>
/// <param name="Read">Most bytes of the reply; 0 when none comes.</param>
public sealed record BulkStep(string Name, ByteTemplate? Write, int Read) : DialogueStep(Name)
{
    public override bool SendsSecret => Write?.HasSecret == true;
}

/// <param name="Name">Where it stands.</param>
/// <param name="Write">The frame without its length, or null.</param>
/// <param name="Read">Whether a frame comes back.</param>
public sealed record TcpFrameStep(string Name, ByteTemplate? Write, bool Read) : DialogueStep(Name)
{
    public override bool SendsSecret => Write?.HasSecret == true;
}

public sealed record WaitStep(string Name, TimeSpan Pause) : DialogueStep(Name);

/// <summary>The device leaves its port's address and comes back as another one in the same port.</summary>
/// <param name="Name">Where it stands.</param>
/// <param name="UsbIds">What it is then, any of these; empty for any.</param>
/// <param name="InterfaceClass">An interface that it has then, e.g. 08/06, or null.</param>
/// <param name="Within">Longest wait.</param>
public sealed record ReenumerateStep(string Name, IReadOnlyList<UsbId> UsbIds, string? InterfaceClass, TimeSpan Within) : DialogueStep(Name);

/// <param name="Name">Where it stands.</param>
/// <param name="Library">File name of the maker's library, without folders.</param>
/// <param name="Function">Export.</param>
/// <param name="Arguments">In order.</param>
public sealed record DllCallStep(string Name, string Library, string Function, IReadOnlyList<DllArgument> Arguments) : DialogueStep(Name)
{
    public override bool SendsSecret => Arguments.Any(a => a is DllInput { Content.HasSecret: true });

    public override string Title => $"{Name} {Library} {Function}";

    /// <summary>Where the result code stands in the reply: behind every buffer that the library fills.</summary>
    public int ResultAt => Arguments.OfType<DllOutput>().Sum(o => o.Bytes);
}
