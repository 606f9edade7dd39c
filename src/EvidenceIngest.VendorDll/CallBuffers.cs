using System.Buffers.Binary;
using System.Globalization;

namespace EvidenceIngest.VendorDll;

/// <summary>The arguments of one call in memory that the library can use, and what it left there.</summary>
internal sealed class CallBuffers
{
    private readonly IReadOnlyList<VendorArgument> _arguments;
    private readonly GuardedBuffer?[] _buffers;
    private readonly nint[] _values;

    /// <exception cref="VendorCallException">An argument can't be made.</exception>
    public CallBuffers(IReadOnlyList<VendorArgument> arguments)
    {
        if (arguments.Count > VendorProtocol.MostArguments)
            throw Bad($"more than {VendorProtocol.MostArguments} arguments");
        if (arguments.Any(a => a is null))
            throw Bad("an argument is null");
        if (arguments.Sum(a => (a.In?.Length / 2 ?? 0) + Math.Max(0L, a.Out ?? 0)) > VendorProtocol.MostBytes)
            throw Bad($"buffers of more than {VendorProtocol.MostBytes} bytes");
        if (arguments.Count(a => a.Result == true) > 1)
            throw Bad("more than one result");
        _arguments = arguments;
        _buffers = [.. arguments.Select(BufferOf)];
        _values = [.. arguments.Select((a, i) => _buffers[i]?.Address ?? a.Number!.Value)];
    }

    public ReadOnlySpan<nint> Values => _values;

    /// <exception cref="VendorCallException">The library wrote where it may not, or no possible ZFY_INFO.</exception>
    public CallOutcome Outcome(string function, int returned)
    {
        for (var i = 0; i < _buffers.Length; i++)
        {
            if (_buffers[i]?.Damage() is { } damage)
                throw new VendorCallException(VendorError.Overrun, string.Create(CultureInfo.InvariantCulture, $"{function} wrote {damage} of its argument {i + 1}"));
        }

        var result = _arguments.Select((a, i) => a.Result == true ? _buffers[i] : null).FirstOrDefault(b => b is not null) is { } code
            ? BinaryPrimitives.ReadInt32LittleEndian(code.Content) : (int?)null;
        // A call that failed need not have filled anything, and why it failed matters more.
        for (var i = 0; i < _buffers.Length && !VendorResult.IsFailure(result); i++)
        {
            if (_arguments[i].ZfyInfo is { } length && ZfyInfo.Fault(_buffers[i]!.Content) is { } fault)
                throw new VendorCallException(VendorError.Layout, string.Create(CultureInfo.InvariantCulture, $"argument {i + 1} of {function} holds no ZFY_INFO of {length} bytes: {fault}"));
        }

        return new CallOutcome(
            returned,
            result,
            [.. _arguments.Zip(_buffers).Where(p => p.First.Out is not null || p.First.ZfyInfo is not null).Select(p => Convert.ToHexString(p.Second!.Content))]);
    }

    public void Clear()
    {
        foreach (var buffer in _buffers)
            buffer?.Clear();
    }

    private static GuardedBuffer? BufferOf(VendorArgument argument) => argument switch
    {
        { In: { } hex, Number: null, Out: null, ZfyInfo: null, Result: null } => new GuardedBuffer(Bytes(hex)),
        { In: null, Number: not null, Out: null, ZfyInfo: null, Result: null } => null,
        { In: null, Number: null, Out: > 0 and var length, ZfyInfo: null, Result: null } => new GuardedBuffer(length),
        { In: null, Number: null, Out: null, ZfyInfo: ZfyInfo.WithZeros or ZfyInfo.WithoutZeros, Result: null } => new GuardedBuffer(argument.ZfyInfo.Value),
        { In: null, Number: null, Out: null, ZfyInfo: null, Result: true } => new GuardedBuffer(sizeof(int)),
        _ => throw Bad("an argument is not exactly one of in, number, out, zfyInfo (94 or 89) and result"),
    };

    private static byte[] Bytes(string hex)
    {
        try
        {
            return Convert.FromHexString(hex);
        }
        catch (FormatException)
        {
            throw Bad("an argument is no hexadecimal"); // without the exception, which may quote it
        }
    }

    private static VendorCallException Bad(string detail) => new(VendorError.BadRequest, detail);
}
