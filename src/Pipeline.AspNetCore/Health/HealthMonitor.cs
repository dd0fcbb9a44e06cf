using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Pipeline.Health;

/// <summary>The health checks of the application, and where in its life it is.</summary>
/// <remarks>Thread safe.</remarks>
internal sealed class HealthMonitor
{
    private readonly IHostApplicationLifetime _lifetime;
    private readonly CachedHealthCheck[] _live;
    private readonly CachedHealthCheck[] _ready;
    private readonly CachedHealthCheck[] _all;
    private readonly CachedHealthCheck[] _database;

    public HealthMonitor(
        IOptions<HealthCheckServiceOptions> checks,
        IOptions<HealthOptions> options,
        IServiceScopeFactory scopes,
        IHostApplicationLifetime lifetime,
        TimeProvider time,
        ILogger<HealthMonitor> logger)
    {
        _lifetime = lifetime;
        ShowDetails = options.Value.ShowDetails;
        _all = [.. checks.Value.Registrations.Select(registration => new CachedHealthCheck(registration, scopes, options.Value, time, logger))];
        _live = [.. _all.Where(static check => check.IsLive)];
        _ready = [.. _all.Where(static check => check.IsReady)];
        _database = [.. _all.Where(static check => check.IsDatabase)];
    }

    public bool ShowDetails { get; }

    /// <summary>Where in its life the application is, as far as that keeps requests away; <see langword="null"/> while it serves.</summary>
    public string? Phase =>
        _lifetime.ApplicationStopping.IsCancellationRequested ? "draining"
        : _lifetime.ApplicationStarted.IsCancellationRequested ? null
        : "starting";

    public ReadOnlySpan<CachedHealthCheck> ChecksOf(HealthQuestion question) => question switch
    {
        HealthQuestion.Live => _live,
        HealthQuestion.Ready => _ready,
        HealthQuestion.Database => _database,
        _ => _all,
    };
}
