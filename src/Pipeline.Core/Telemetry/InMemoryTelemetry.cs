using System.Runtime.CompilerServices;
using Microsoft.Extensions.Options;
using Pipeline.Backends;

namespace Pipeline.Telemetry;

/// <summary>
/// The newest telemetry in the process's memory, with nothing to install: a sink, and the reader of what it took. What it holds ends with the process.
/// </summary>
/// <remarks>
/// <para>
/// Bounded by records and by bytes. What is oldest makes room, whatever its lane, and is forgotten: no drop, but
/// <see cref="TelemetryReport.CompleteSince"/> moves on. A record counts as written at once, so <see cref="FlushAsync"/> has nothing to wait for.
/// </para>
/// <para>
/// Emitting takes a lock for a moment and allocates nothing. Reading takes it for a few records at a time, so that nobody waits for a long
/// answer; what is forgotten meanwhile is missing in the answer.
/// </para>
/// <para>Thread safe. Each suite has one of its own: a service of the suite, and the first of its <see cref="TelemetrySinks"/>.</para>
/// </remarks>
public sealed class InMemoryTelemetry : ITelemetrySink, ITelemetryReader, ITelemetryErasure
{
    // So many are copied in a few microseconds.
    private const int PageSize = 128;

    private readonly TelemetryRing _ring;
    private readonly TelemetryDropCounters _drops = new();

    /// <summary>Makes an empty ring.</summary>
    /// <param name="options">How much it keeps; <see langword="null"/> for the defaults. Copied.</param>
    /// <exception cref="OptionsValidationException">A setting is out of range; the message names every one, and the mend.</exception>
    public InMemoryTelemetry(TelemetryMemoryOptions? options = null)
    {
        options ??= new TelemetryMemoryOptions();
        new TelemetryOptionsValidator().ThrowIfInvalid(Options.DefaultName, new TelemetryOptions { Memory = options });
        _ring = new TelemetryRing(options);
    }

    /// <summary><c>memory</c>.</summary>
    public string Name => "memory";

    /// <inheritdoc/>
    public bool TryEmit(in TelemetryRecord record)
    {
        if (record.IsValid)
        {
            _ring.Add(record);
            return true;
        }

        _drops.Add(record.Lane, TelemetryDropReason.Invalid);
        return false;
    }

    /// <inheritdoc/>
    public ValueTask FlushAsync(CancellationToken cancellationToken = default) =>
        cancellationToken.IsCancellationRequested ? ValueTask.FromCanceled(cancellationToken) : ValueTask.CompletedTask;

    /// <inheritdoc/>
    public TelemetrySinkStatistics GetStatistics()
    {
        var dropped = _drops.ReadAll();
        var written = _ring.Written;
        return new TelemetrySinkStatistics { Emitted = written + dropped.Sum(static drop => drop.Count), Written = written, Pending = 0, Dropped = dropped };
    }

    /// <inheritdoc/>
    public ValueTask<TelemetryReport> SummarizeAsync(TelemetryQuery query, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(query);
        return cancellationToken.IsCancellationRequested ? ValueTask.FromCanceled<TelemetryReport>(cancellationToken) : new(Summarize(query));
    }

    /// <inheritdoc/>
    public IAsyncEnumerable<TelemetryRecord> ReadAsync(TelemetryQuery query, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(query);
        return EnumerateAsync(query, cancellationToken);
    }

    /// <inheritdoc/>
    public ValueTask<long> ForgetTenantAsync(string tenant, CancellationToken cancellationToken = default)
    {
        StoredName.ThrowIfInvalid(tenant);
        if (cancellationToken.IsCancellationRequested)
        {
            return ValueTask.FromCanceled<long>(cancellationToken);
        }

        var erased = new HashSet<Guid>();
        foreach (var (position, record) in Enumerate())
        {
            if (string.Equals(record.Tenant, tenant, StringComparison.Ordinal) && _ring.Erase(position))
            {
                erased.Add(record.Id);
            }
        }

        return new(erased.Count);
    }

    private TelemetryReport Summarize(TelemetryQuery query)
    {
        var summary = new TelemetrySummary(query);
        var seen = new HashSet<Guid>();
        foreach (var (_, record) in Enumerate())
        {
            if (seen.Add(record.Id))
            {
                summary.Add(record);
            }
        }

        // Asked last: what was forgotten while this was counting is missing in it.
        return summary.ToReport(_ring.CompleteSince);
    }

    private IEnumerable<long> FindNewestFirst(TelemetryQuery query)
    {
        List<(long Time, long Position)> found = [];
        var seen = new HashSet<Guid>();
        foreach (var (position, record) in Enumerate())
        {
            if (seen.Add(record.Id) && TelemetrySummary.Selects(query, record))
            {
                found.Add((record.Time.UtcTicks, position));
            }
        }

        found.Sort(static (x, y) => y.CompareTo(x));
        return found.Select(static one => one.Position);
    }

    /// <summary>Goes through the records that are there now, in the order in which they came. Of those of one id the first counts.</summary>
    private IEnumerable<(long Position, TelemetryRecord Record)> Enumerate()
    {
        var page = new TelemetryRecord[PageSize];
        var positions = new long[PageSize];
        var (from, end) = _ring.Range;
        while (from < end)
        {
            (var count, from) = _ring.Copy(from, end, page, positions);
            for (var i = 0; i < count; i++)
            {
                yield return (positions[i], page[i]);
            }
        }
    }

    private async IAsyncEnumerable<TelemetryRecord> EnumerateAsync(TelemetryQuery query, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var page = new TelemetryRecord[PageSize];
        foreach (var positions in FindNewestFirst(query).Chunk(PageSize))
        {
            var count = _ring.CopyAt(positions, page);
            for (var i = 0; i < count; i++)
            {
                cancellationToken.ThrowIfCancellationRequested();
                yield return page[i];
            }
        }

        await Task.CompletedTask.ConfigureAwait(false);
    }
}
