using Pipeline.Conformance;
using Pipeline.Conformance.Queues;

namespace Pipeline.Queues;

/// <summary>The in-memory queue under a clock that moves by hand.</summary>
internal sealed class InMemoryQueueTestStore : QueueTestStore
{
    private readonly ManualTimeProvider _clock = new();
    private readonly Dictionary<QueueCatalog, InMemoryQueueProvider> _providers = [];

    public override TimeSpan ClockTolerance => TimeSpan.Zero;

    /// <summary>A call and its answer are one act within the process.</summary>
    public override bool CanLoseAnswers => false;

    public override GenerationSettings Generation => new() { Sequences = 600 };

    public override int Repetitions => 1_000;

    public override int FloodSize => 100_000;

    public override ValueTask<IQueueProvider> OpenAsync(QueueCatalog catalog)
    {
        if (!_providers.TryGetValue(catalog, out var provider))
        {
            provider = new InMemoryQueueProvider(catalog, _clock);
            _providers.Add(catalog, provider);
        }

        return ValueTask.FromResult<IQueueProvider>(provider);
    }

    public override ValueTask AdvanceAsync(TimeSpan time)
    {
        _clock.Advance(time);
        return ValueTask.CompletedTask;
    }

    public override ValueTask<DateTimeOffset> GetServerTimeAsync() => ValueTask.FromResult(_clock.GetUtcNow());

    public override ValueTask DisposeAsync()
    {
        foreach (var provider in _providers.Values)
        {
            provider.Dispose();
        }

        return ValueTask.CompletedTask;
    }
}
