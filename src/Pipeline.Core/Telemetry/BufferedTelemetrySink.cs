using System.Text.RegularExpressions;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Pipeline.Backends;

namespace Pipeline.Telemetry;

/// <summary>
/// The sink in front of a store: it takes records at once, and writes them later, in batches, for as long as it takes. The promises of
/// <see cref="ITelemetrySink"/> for whatever can store a batch.
/// </summary>
/// <remarks>
/// <para>
/// Two lanes, bounded by records and bytes (<see cref="TelemetryOptions.Accounting"/>, <see cref="TelemetryOptions.Diagnostic"/>), besides the one batch that
/// is being written. A write that fails is repeated until it succeeds, after about 200 milliseconds at first and up to
/// <see cref="TelemetryOptions.MaxRetryDelay"/> later ("decorrelated jitter", Marc Brooker, "Exponential Backoff and Jitter", AWS Architecture Blog, 2015, as
/// Polly has it). A batch that the store refuses is halved until the records at fault are found.
/// </para>
/// <para>
/// With <see cref="TelemetrySpillOptions.Directory"/> each accounting record goes to disk first, and is read back to be written: it outlives the
/// process. Where the disk cannot take it, it waits in memory as without a spill.
/// </para>
/// <para>
/// Its abilities are those of the store; an erasure writes what waits before it erases. The store is not disposed. Thread safe.
/// </para>
/// </remarks>
public sealed partial class BufferedTelemetrySink : ITelemetrySink, IAsyncDisposable, IDisposable
{
    private readonly Lock _gate = new();
    private readonly ITelemetryStore _store;
    private readonly TelemetryOptions _options;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly TelemetryDropCounters _drops = new();
    private readonly RecordLanes _lanes;
    private readonly SpillLog? _spill;
    private long _emitted;
    private long _written;
    private long _takenFromDisk;
    private bool _isClosing;

    /// <summary>Makes a sink, and takes over what an earlier one left on disk.</summary>
    /// <param name="store">Where the records go.</param>
    /// <param name="options">Bounds and times; <see langword="null"/> for the defaults. Copied.</param>
    /// <param name="timeProvider">The clock; <see langword="null"/> for the system's.</param>
    /// <param name="logger">Takes what goes wrong; <see langword="null"/> for none.</param>
    /// <exception cref="ArgumentException">The store's name is none that a store may have.</exception>
    /// <exception cref="InvalidOperationException">The folder of the spill cannot be used, or another sink uses it.</exception>
    /// <exception cref="OptionsValidationException">A setting is out of range; the message names every one, and the mend.</exception>
    public BufferedTelemetrySink(
        ITelemetryStore store, TelemetryOptions? options = null, TimeProvider? timeProvider = null, ILogger<BufferedTelemetrySink>? logger = null)
        : this(store, options ?? new TelemetryOptions(), timeProvider ?? TimeProvider.System, logger ?? NullLogger<BufferedTelemetrySink>.Instance, write: null)
    {
    }

    internal BufferedTelemetrySink(ITelemetryStore store, TelemetryOptions options, TimeProvider time, ILogger logger, SpillWrite? write)
    {
        ArgumentNullException.ThrowIfNull(store);
        if (!NamePattern().IsMatch(store.Name ?? ""))
        {
            throw new ArgumentException(
                $"The telemetry store's name is '{store.Name}'. Give it 1 to 64 lower-case letters, digits and hyphens.", nameof(store));
        }

        new TelemetryOptionsValidator().ThrowIfInvalid(store.Name!, options);
        (_store, _options, _time, _logger) = (store, options with { }, time, logger);
        Name = store.Name!;
        _lanes = new RecordLanes(options.Accounting, options.Diagnostic);
        _batch = new RecordBatch(options.BatchSize);
        _retry = CreateRetry();
        _pumpWork = new PumpWork(this);
        _timer = CreateTimer();
        if (options.Spill.Directory is { } folder)
        {
            _spill = new SpillLog(Path.Combine(folder, Name), options.Spill, Name, time, logger, write);
            TakeOver(_spill);
        }
    }

    /// <inheritdoc/>
    public string Name { get; }

    /// <inheritdoc/>
    public TCapability? GetCapability<TCapability>()
        where TCapability : class
    {
        if (this is TCapability own)
        {
            return own;
        }

        var ability = _store.GetCapability<TCapability>();
        return typeof(TCapability) == typeof(ITelemetryErasure) && ability is ITelemetryErasure erasure
            ? new FlushingErasure(this, erasure) as TCapability
            : ability;
    }

    /// <inheritdoc/>
    public bool TryEmit(in TelemetryRecord record)
    {
        if (!record.IsValid)
        {
            return Refuse(record.Lane, TelemetryDropReason.Invalid);
        }

        var isSpilled = _spill is not null && record.Lane == TelemetryLane.Accounting && _spill.TryAppend(record);
        var displaced = 0;
        PumpSignal signal;
        lock (_gate)
        {
            _emitted++;
            var reason = TelemetryDropReason.Closed;
            if (!isSpilled && (_isClosing || !_lanes.TryAdd(record, out displaced, out reason)))
            {
                _drops.Add(record.Lane, _isClosing ? reason : ReasonFor(record.Lane, reason));
                return false;
            }

            signal = NextSignal();
            if (displaced > 0)
            {
                _drops.Add(TelemetryLane.Diagnostic, TelemetryDropReason.Displaced, displaced);
            }
        }

        Send(signal);
        return true;
    }

    /// <inheritdoc/>
    public TelemetrySinkStatistics GetStatistics()
    {
        lock (_gate)
        {
            var onDisk = OnDisk;
            return new TelemetrySinkStatistics
            {
                Emitted = _emitted,
                Recovered = _spill?.Recovered ?? 0,
                Written = _written,
                Pending = _lanes.Count + _batch.Unsettled + onDisk,
                Spilled = onDisk + _batch.UnsettledFromDisk,
                Dropped = _drops.ReadAll(),
            };
        }
    }

    /// <summary>How many records on disk are still to be read. Called under the lock.</summary>
    private long OnDisk => _spill is null ? 0 : _spill.Appended - _takenFromDisk;

    private bool Refuse(TelemetryLane lane, TelemetryDropReason reason)
    {
        lock (_gate)
        {
            _emitted++;
            _drops.Add(lane, reason);
        }

        return false;
    }

    private TelemetryDropReason ReasonFor(TelemetryLane lane, TelemetryDropReason reason) =>
        _spill is not null && lane == TelemetryLane.Accounting ? TelemetryDropReason.SpillFailed : reason;

    private void TakeOver(SpillLog spill)
    {
        if (spill.Recovered > 0)
        {
            Log.TelemetryRecovered(_logger, Name, spill.Recovered);
            _pump = PumpState.Running;
            Send(PumpSignal.Run);
        }
    }

    [GeneratedRegex("^[a-z0-9-]{1,64}$", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex NamePattern();
}
