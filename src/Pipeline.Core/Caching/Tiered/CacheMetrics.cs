using System.Diagnostics.Metrics;
using Pipeline.Diagnostics;
using Pipeline.Telemetry;

namespace Pipeline.Caching;

/// <summary>The instruments of caches, for all caches of the process together. Thread safe. No tag ever holds a key.</summary>
internal sealed class CacheMetrics
{
    private readonly Counter<long> _requests;
    private readonly Histogram<double> _fills;
    private readonly Counter<long> _unreadable;
    private readonly Counter<long> _unserializable;
    private readonly Counter<long> _oversized;
    private readonly Counter<long> _backendFailures;
    private readonly Lock _gate = new();
    private IWatchedCache[] _caches = [];
    private long _evictionsOfEnded;

    public CacheMetrics(IMeterFactory meters)
    {
        var meter = meters.Create(PipelineDiagnostics.Name);
        _requests = meter.CreateCounter<long>("pipeline.cache.requests", "{request}", "Requests to the cache, by what it did for them.");
        _fills = meter.CreateHistogram(
            "pipeline.cache.fill.duration", "s", "How long it took to make missing values, by outcome.", tags: null, PipelineDiagnostics.Seconds);
        _unreadable = meter.CreateCounter<long>("pipeline.cache.unreadable", "{entry}", "Entries that were found and could not be read.");
        _unserializable = meter.CreateCounter<long>(
            "pipeline.cache.unserializable", "{value}", "Values that were not stored because their serializer threw.");
        _oversized = meter.CreateCounter<long>(
            "pipeline.cache.oversized", "{value}", "Values that were not stored because they are larger than MaxValueBytes.");
        _backendFailures = meter.CreateCounter<long>("pipeline.cache.backend.failures", "{call}", "Calls to the cache's backend that failed.");
        meter.CreateObservableCounter("pipeline.cache.evictions", ReadEvictions, "{entry}", "Entries evicted from the process for want of room.");
        meter.CreateObservableUpDownCounter("pipeline.cache.entries", () => Sum(static cache => cache.Entries), "{entry}", "Entries in the process.");
        meter.CreateObservableUpDownCounter("pipeline.cache.bytes", () => Sum(static cache => cache.Bytes), "By", "What entries in the process take.");
        meter.CreateObservableUpDownCounter(
            "pipeline.cache.in_flight", () => Sum(static cache => cache.InFlight), "{key}", "Keys whose values are being read, made or written.");
        meter.CreateObservableUpDownCounter(
            "pipeline.cache.backend.open_breakers",
            () => Sum(static cache => cache.IsBackendLeftAlone ? 1 : 0),
            "{breaker}",
            "Caches that leave a failing backend alone.");
    }

    /// <summary>A cache whose size is observed.</summary>
    public interface IWatchedCache
    {
        long Entries { get; }

        long Bytes { get; }

        long Evictions { get; }

        long InFlight { get; }

        bool IsBackendLeftAlone { get; }
    }

    public void Watch(IWatchedCache cache)
    {
        lock (_gate)
        {
            _caches = [.. _caches, cache];
        }
    }

    public void Unwatch(IWatchedCache cache)
    {
        lock (_gate)
        {
            var rest = _caches.Where(watched => !ReferenceEquals(watched, cache)).ToArray();
            _evictionsOfEnded += rest.Length < _caches.Length ? cache.Evictions : 0;
            _caches = rest;
        }
    }

    public void CountRequest(CacheOutcome outcome)
    {
        if (_requests.Enabled)
        {
            _requests.Add(1, new KeyValuePair<string, object?>(PipelineDiagnostics.OutcomeTag, NameOf(outcome)));
        }
    }

    public void RecordFill(TimeSpan duration, string outcome) =>
        _fills.Record(duration.TotalSeconds, new KeyValuePair<string, object?>(PipelineDiagnostics.OutcomeTag, outcome));

    public void CountUnreadable() => _unreadable.Add(1);

    public void CountUnserializable() => _unserializable.Add(1);

    public void CountOversized() => _oversized.Add(1);

    public void CountBackendFailure() => _backendFailures.Add(1);

    private static string NameOf(CacheOutcome outcome) => outcome switch
    {
        CacheOutcome.Hit => "hit",
        CacheOutcome.StaleHit => "stale_hit",
        CacheOutcome.Shared => "shared",
        CacheOutcome.Miss => "miss",
        _ => "failed",
    };

    private long ReadEvictions()
    {
        lock (_gate)
        {
            return _evictionsOfEnded + _caches.Sum(static cache => cache.Evictions);
        }
    }

    private long Sum(Func<IWatchedCache, long> read)
    {
        lock (_gate)
        {
            return _caches.Sum(read);
        }
    }
}
