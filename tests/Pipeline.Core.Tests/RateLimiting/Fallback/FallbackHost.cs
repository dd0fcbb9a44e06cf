using System.Diagnostics.Metrics;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Pipeline.Conformance;
using Pipeline.Steps;

namespace Pipeline.RateLimiting;

/// <summary>A limiter with its outage decorator, whose backend, clock, logs and metrics a test has in hand.</summary>
internal sealed class FallbackHost : IDisposable
{
    private readonly ServiceProvider _services = new ServiceCollection().AddMetrics().BuildServiceProvider();

    public FallbackHost()
    {
        var meters = _services.GetRequiredService<IMeterFactory>();
        Measured = new MeasurementCollector(meters);
        Backend = new AwayLimiter(Clock);
        Limiter = new FallbackRateLimiter(Backend, new RateLimitingOptions { OutageBudget = Budget }, new RateLimitMetrics(meters), Clock, Logs);
    }

    /// <summary>How long a decision waits for the backend.</summary>
    public static TimeSpan Budget { get; } = TimeSpan.FromMilliseconds(50);

    /// <summary>How long nobody tries the backend after a try that failed.</summary>
    public static TimeSpan Pause { get; } = TimeSpan.FromMilliseconds(500);

    public ManualTimeProvider Clock { get; } = new();

    public RecordingLogger Logs { get; } = new();

    public MeasurementCollector Measured { get; }

    public AwayLimiter Backend { get; }

    public FallbackRateLimiter Limiter { get; }

    public int OutagesBegun => Logs.Entries.Count(entry => entry is { Id: 4000, Level: LogLevel.Warning });

    public int OutagesEnded => Logs.Entries.Count(entry => entry is { Id: 4001, Level: LogLevel.Information });

    /// <summary>Asks for a decision while the backend fails, which begins an outage.</summary>
    public async Task BeginOutageAsync(RateLimitRequest request)
    {
        Backend.Fails = true;
        await Limiter.PeekAsync(request);
    }

    public void Dispose()
    {
        Measured.Dispose();
        Backend.Dispose();
        Logs.Dispose();
        _services.Dispose();
    }
}
