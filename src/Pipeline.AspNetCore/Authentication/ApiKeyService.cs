using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Primitives;
using Pipeline.DependencyInjection;

namespace Pipeline.Authentication;

/// <summary>Reads the keys at start, so that what is wrong stops it, and follows configuration, file and store from then on.</summary>
internal sealed class ApiKeyService(
    ApiKeyRing ring, ApiKeyAuthenticator authenticator, Func<StoredApiKeys> stored, HttpSettings settings, TimeProvider time, ILogger<ApiKeyService> logger)
    : BackgroundService
{
    private static readonly TimeSpan FileInterval = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan RetryPause = TimeSpan.FromSeconds(5);

    private IDisposable? _configuration;

    public override Task StartAsync(CancellationToken cancellationToken)
    {
        // That the authenticator could be made means that the suite has what it needs; now the keys themselves.
        var (count, options) = (ring.Keys.Count, authenticator.Options);
        Log.ApiKeysRead(logger, count);
        if (count == 0 && !options.Store)
        {
            Log.NoApiKeys(logger);
        }

        if (settings.SectionOf(ApiKeyOptionsValidator.Owner) is { } section)
        {
            _configuration = ChangeToken.OnChange(section.GetReloadToken, ring.Reload);
        }

        return base.StartAsync(cancellationToken);
    }

    public override void Dispose()
    {
        _configuration?.Dispose();
        base.Dispose();
    }

    protected override Task ExecuteAsync(CancellationToken stoppingToken) => Task.WhenAll(
        FollowFileAsync(stoppingToken),
        ring.Options.Store ? FollowStoreAsync(stored(), stoppingToken) : Task.CompletedTask);

    private async Task FollowFileAsync(CancellationToken cancellationToken)
    {
        using var timer = new PeriodicTimer(FileInterval, time);
        while (await timer.WaitForNextTickAsync(cancellationToken).ConfigureAwait(false))
        {
            ring.LookAtFile();
        }
    }

    private async Task FollowStoreAsync(StoredApiKeys keys, CancellationToken cancellationToken)
    {
        while (!cancellationToken.IsCancellationRequested)
        {
            try
            {
                await keys.WatchAsync(cancellationToken).ConfigureAwait(false);
            }
#pragma warning disable CA1031 // Whatever ends the watch, keys have to be followed again; until then they are read anew every so often.
            catch (Exception exception) when (exception is not OperationCanceledException)
#pragma warning restore CA1031
            {
                Log.ApiKeyWatchFailed(logger, RetryPause, exception);
                await Task.Delay(RetryPause, time, cancellationToken).ConfigureAwait(false);
            }
        }
    }
}
