using System.Diagnostics.Metrics;
using Microsoft.Extensions.DependencyInjection;
using Pipeline.Conformance;
using Pipeline.Conformance.RateLimiting.FaultInjection;
using Pipeline.Steps;

namespace Pipeline.RateLimiting;

/// <summary>Processes that hand out blocks of permits of one backend, whose clock, calls, logs and metrics a test has in hand.</summary>
internal sealed class BlockHost : IDisposable
{
    public const string Key = "tenant:acme";

    private readonly ServiceProvider _services = new ServiceCollection().AddMetrics().BuildServiceProvider();
    private readonly RateLimitMetrics _metrics;
    private readonly int _blockSize;
    private readonly List<TaskCompletionSource> _held = [];

    public BlockHost(int blockSize = 100)
    {
        var meters = _services.GetRequiredService<IMeterFactory>();
        Measured = new MeasurementCollector(meters);
        _metrics = new RateLimitMetrics(meters);
        _blockSize = blockSize;
        Time = new CountedTimers(Clock);
        Backend = new ObservedRateLimiter(Clock);
        Limiter = Open();
    }

    public ManualTimeProvider Clock { get; } = new();

    public CountedTimers Time { get; }

    public RecordingLogger Logs { get; } = new();

    public MeasurementCollector Measured { get; }

    public ObservedRateLimiter Backend { get; }

    public BlockRateLimiter Limiter { get; }

    /// <summary>Opens the limiter of another process.</summary>
    public BlockRateLimiter Open() => new(Backend, new RateLimitingOptions { BlockSize = _blockSize }, _metrics, Time, Logs);

    /// <summary>Has a limiter ask until it has leased a block, of which one permit is taken then. What it asked before is taken one by one.</summary>
    /// <returns>The last decision.</returns>
    public async Task<RateLimitDecision> HeatAsync(RateLimitDimension dimension, IRateLimiter? limiter = null)
    {
        RateLimitDecision decision = default;
        for (var i = 0; i < HeatMap.HotCalls; i++)
        {
            decision = await (limiter ?? Limiter).AcquireAsync(dimension);
        }

        return decision;
    }

    /// <summary>Holds up the answers to calls of a kind from now on: what they do has taken effect.</summary>
    public (Task Reached, TaskCompletionSource Open) HoldAnswers(RateLimiterCall held)
    {
        var (reached, open) = (NewSignal(), NewSignal());
        _held.Add(open);
        Backend.After = call =>
        {
            if (call != held)
            {
                return Task.CompletedTask;
            }

            reached.TrySetResult();
            return open.Task;
        };
        return (reached.Task, open);
    }

    public void Dispose()
    {
        _held.ForEach(static open => open.TrySetResult());
        Limiter.Dispose();
        Backend.Dispose();
        Measured.Dispose();
        Logs.Dispose();
        _services.Dispose();
    }

    private static TaskCompletionSource NewSignal() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
