namespace EvidenceIngest.Recorders.Profiles.Dialogue;

/// <summary>One argument of a function in a maker's library.</summary>
public abstract record DllArgument;

/// <summary>A pointer to these bytes, with a zero behind them.</summary>
public sealed record DllInput(ByteTemplate Content) : DllArgument;

/// <summary>An int by value, e.g. a device's index.</summary>
public sealed record DllNumber(int Value) : DllArgument;

/// <summary>A pointer to zeroed memory that the function fills; part of the reply.</summary>
/// <param name="Bytes">All that the function may write.</param>
/// <param name="IsZfyInfo">It is the structure of GA/T 947.4 style libraries, with zeros at its texts' ends (94) or without (89).</param>
public sealed record DllOutput(int Bytes, bool IsZfyInfo) : DllArgument;

/// <summary>The int* that gets the result code (iRet). A call without it has the value that the function returns as its code.</summary>
public sealed record DllResult : DllArgument;
