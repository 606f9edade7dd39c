using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;

namespace EvidenceIngest.Recorders.Tests.Support;

/// <summary>Keeps what was logged; a warning or error that the test didn't expect fails it.</summary>
internal sealed class WatchedLog<T> : ILogger<T>
{
    private readonly ConcurrentQueue<(LogLevel Level, string Text)> _lines = new();

    public IEnumerable<string> Lines => _lines.Select(l => l.Text);

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => true;

    public void Log<TState>(
        LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
        _lines.Enqueue((logLevel, formatter(state, exception)));

    public void AssertNoWarnings() => Assert.DoesNotContain(_lines, l => l.Level >= LogLevel.Warning);
}
