using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Logging;

namespace Pipeline.Health;

/// <summary>One health check, which runs once for all who ask at the same time, and whose outcome serves for a while.</summary>
/// <remarks>Thread safe.</remarks>
internal sealed class CachedHealthCheck(
    HealthCheckRegistration registration, IServiceScopeFactory scopes, HealthOptions options, TimeProvider time, ILogger logger)
{
    private readonly Lock _gate = new();
    private Task<HealthOutcome>? _latest;
    private long _ended;
    private Task<HealthCheckResult>? _running;
    private HealthStatus _known = HealthStatus.Healthy;

    public string Name => registration.Name;

    public bool IsLive { get; } = registration.Tags.Contains(HealthTags.Live);

    public bool IsReady { get; } = !registration.Tags.Contains(HealthTags.Live) || registration.Tags.Contains(HealthTags.Ready);

    public bool IsDatabase { get; } = registration.Tags.Contains(HealthTags.Database);

    /// <summary>The outcome, known or found out now. It is never cancelled and never throws: no caller's impatience may end what others wait for.</summary>
    public Task<HealthOutcome> CheckAsync()
    {
        lock (_gate)
        {
            if (_latest is null || (_latest.IsCompleted && time.GetElapsedTime(Volatile.Read(ref _ended)) >= options.CacheFor))
            {
                _latest = RunAsync();
            }

            return _latest;
        }
    }

    private async Task<HealthOutcome> RunAsync()
    {
        // Not under the caller's lock, and not on the caller's time: a check may work long before it waits for anything.
        await Task.Yield();
        var timeout = registration.Timeout > TimeSpan.Zero ? registration.Timeout : options.Timeout;
        var began = time.GetTimestamp();
        HealthOutcome outcome;
        try
        {
            var result = await StartAsync(timeout).WaitAsync(timeout, time).ConfigureAwait(false);
            outcome = new HealthOutcome(result.Status, time.GetElapsedTime(began), result.Description, result.Exception);
        }
        catch (TimeoutException exception)
        {
            outcome = new HealthOutcome(registration.FailureStatus, time.GetElapsedTime(began), $"No answer within {timeout}.", exception);
        }
#pragma warning disable CA1031 // Whatever a check throws is its verdict.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            outcome = new HealthOutcome(registration.FailureStatus, time.GetElapsedTime(began), Description: null, exception);
        }

        Report(outcome);
        Volatile.Write(ref _ended, time.GetTimestamp());
        return outcome;
    }

    // A check that heeds no cancellation is not started a second time beside the first: it would pile up with each probe.
    private Task<HealthCheckResult> StartAsync(TimeSpan timeout)
    {
        if (_running is not { IsCompleted: false })
        {
            _running = RunCheckAsync(timeout);
        }

        return _running;
    }

    private async Task<HealthCheckResult> RunCheckAsync(TimeSpan timeout)
    {
        using var ending = new CancellationTokenSource(timeout, time);
        var scope = scopes.CreateAsyncScope();
        await using (scope.ConfigureAwait(false))
        {
            var check = registration.Factory(scope.ServiceProvider);
            return await check.CheckHealthAsync(new HealthCheckContext { Registration = registration }, ending.Token).ConfigureAwait(false);
        }
    }

    private void Report(HealthOutcome outcome)
    {
        if (outcome.Status == _known)
        {
            return;
        }

        _known = outcome.Status;
        if (outcome.Status == HealthStatus.Healthy)
        {
            Log.HealthCheckRecovered(logger, Name);
        }
        else
        {
            Log.HealthCheckFailed(logger, Name, outcome.Status, outcome.Exception);
        }
    }
}
