using System.Collections;
using Pipeline.Backends;

namespace Pipeline.Telemetry;

/// <summary>All that takes the telemetry of a suite: the ring in memory, a sink for each store that was added, and the host's own sinks.</summary>
/// <remarks>
/// A service of the suite. A sink of the host's own is registered as a singleton <see cref="ITelemetrySink"/>, keyed by the suite's name where it has
/// one. Immutable, hence thread safe.
/// </remarks>
public sealed class TelemetrySinks : IReadOnlyList<ITelemetrySink>
{
    private readonly ITelemetrySink[] _sinks;

    /// <summary>Makes the list.</summary>
    /// <param name="sinks">The sinks, each with a name of its own.</param>
    /// <exception cref="ArgumentNullException"><paramref name="sinks"/> is <see langword="null"/>.</exception>
    /// <exception cref="InvalidOperationException">Two sinks have one name, so that their losses and their files could not be told apart.</exception>
    public TelemetrySinks(IEnumerable<ITelemetrySink> sinks)
    {
        ArgumentNullException.ThrowIfNull(sinks);
        _sinks = [.. sinks];
        if (_sinks.GroupBy(sink => sink.Name, StringComparer.Ordinal).FirstOrDefault(group => group.Count() > 1) is { } twice)
        {
            throw new InvalidOperationException($"Two telemetry sinks are named '{twice.Key}'. Add each store once, or give one another name.");
        }
    }

    /// <summary>How many sinks there are.</summary>
    public int Count => _sinks.Length;

    /// <summary>The sink at a position, in the order in which they were added.</summary>
    /// <param name="index">The position, from 0.</param>
    public ITelemetrySink this[int index] => _sinks[index];

    /// <summary>Waits until every record that any of the sinks took before this call is written, or dropped and counted.</summary>
    /// <param name="cancellationToken">Ends the wait. While a backend is down only this ends it, so give a token with a deadline.</param>
    /// <returns>A task that completes when all sinks have done so.</returns>
    /// <exception cref="OperationCanceledException"><paramref name="cancellationToken"/> was cancelled.</exception>
    public async ValueTask FlushAsync(CancellationToken cancellationToken = default) =>
        await Task.WhenAll(_sinks.Select(sink => sink.FlushAsync(cancellationToken).AsTask())).ConfigureAwait(false);

    /// <summary>Tells what became of all records, by sink.</summary>
    /// <returns>Each sink's name with its statistics, in the order of the sinks.</returns>
    public IReadOnlyList<KeyValuePair<string, TelemetrySinkStatistics>> GetStatistics() =>
        [.. _sinks.Select(sink => KeyValuePair.Create(sink.Name, sink.GetStatistics()))];

    /// <inheritdoc/>
    public IEnumerator<ITelemetrySink> GetEnumerator() => ((IEnumerable<ITelemetrySink>)_sinks).GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => _sinks.GetEnumerator();

    /// <summary>The reader of the store that was added first, where it can be read back; else that of the ring in memory.</summary>
    internal ITelemetryReader FindReader() =>
        _sinks.OfType<BufferedTelemetrySink>().Select(ReaderOf).FirstOrDefault(reader => reader is not null)
        ?? _sinks.OfType<InMemoryTelemetry>().First();

    private static ITelemetryReader? ReaderOf(ITelemetrySink sink) => sink.GetCapability<ITelemetryReader>();
}
