using System.Data.Common;
using Microsoft.EntityFrameworkCore.Diagnostics;

namespace EvidenceIngest.Server.Tests.Support;

/// <summary>
/// Kills whatever runs at a chosen step. Steps are the moments before and after every call to the vault and before and
/// after every commit: all the places where a killed process leaves different traces.
/// </summary>
internal sealed class Faults : DbTransactionInterceptor
{
    private int _steps = int.MaxValue;

    /// <summary>True when the chosen step was reached.</summary>
    public bool Struck { get; private set; }

    /// <param name="step">From 0.</param>
    public void KillAt(int step) => (_steps, Struck) = (step, false);

    public void Never() => _steps = int.MaxValue;

    public void Pass()
    {
        if (_steps == int.MaxValue || Interlocked.Decrement(ref _steps) >= 0)
            return;
        _steps = int.MaxValue;
        Struck = true;
        throw new KilledException();
    }

    public override ValueTask<InterceptionResult> TransactionCommittingAsync(
        DbTransaction transaction, TransactionEventData eventData, InterceptionResult result, CancellationToken cancellationToken = default)
    {
        Pass();
        return ValueTask.FromResult(result);
    }

    public override Task TransactionCommittedAsync(
        DbTransaction transaction, TransactionEndEventData eventData, CancellationToken cancellationToken = default)
    {
        Pass();
        return Task.CompletedTask;
    }
}

internal sealed class KilledException() : Exception("killed (test)");
