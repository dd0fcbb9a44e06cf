using Pipeline.Conformance.Queues;
using Pipeline.Conformance.Queues.FaultInjection;

namespace Pipeline.Queues;

/// <summary>The in-memory queue behind a decorator that injects no fault.</summary>
internal sealed class FaultInjectingQueueTestStore : QueueTestStore
{
    private readonly InMemoryQueueTestStore _inner = new();
    private readonly Dictionary<QueueCatalog, IQueueProvider> _providers = [];

    public override TimeSpan ClockTolerance => _inner.ClockTolerance;

    public override bool CanLoseAnswers => _inner.CanLoseAnswers;

    public override async ValueTask<IQueueProvider> OpenAsync(QueueCatalog catalog)
    {
        if (!_providers.TryGetValue(catalog, out var provider))
        {
            provider = new FaultInjectingQueueProvider(await _inner.OpenAsync(catalog), new QueueFaults());
            _providers.Add(catalog, provider);
        }

        return provider;
    }

    public override ValueTask AdvanceAsync(TimeSpan time) => _inner.AdvanceAsync(time);

    public override ValueTask<DateTimeOffset> GetServerTimeAsync() => _inner.GetServerTimeAsync();

    public override ValueTask DisposeAsync() => _inner.DisposeAsync();
}
