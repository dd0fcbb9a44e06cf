using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Pipeline.Queues;

/// <summary>Asks the queues of a suite for their figures, one after the other and never more than one a second, so that many queues are no load.</summary>
internal sealed class QueueMetricsSampler(
    IQueueProvider queues, Func<string, string> labelOf, TimeSpan interval, QueueMetrics metrics, TimeProvider time, ILogger<QueueMetricsSampler> logger)
    : BackgroundService
{
    private static readonly TimeSpan Spacing = TimeSpan.FromSeconds(1);

    private readonly string[] _names = [.. queues.Catalog.Definitions.Keys.Order(StringComparer.Ordinal)];
    private readonly HashSet<string> _failing = new(StringComparer.Ordinal);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var rest = interval - (Spacing * (_names.Length - 1));
        while (_names.Length > 0)
        {
            foreach (var name in _names)
            {
                await SampleAsync(name, stoppingToken).ConfigureAwait(false);
                var isLast = ReferenceEquals(name, _names[^1]);
                await Task.Delay(isLast && rest > Spacing ? rest : Spacing, time, stoppingToken).ConfigureAwait(false);
            }
        }
    }

    private async Task SampleAsync(string name, CancellationToken cancellationToken)
    {
        var label = labelOf(name);
        try
        {
            metrics.Set(label, await queues.GetQueue(name).GetStatsAsync(cancellationToken).ConfigureAwait(false));
            _failing.Remove(name);
        }
#pragma warning disable CA1031 // However the backend fails, it is asked again, and the host goes on.
        catch (Exception exception) when (!cancellationToken.IsCancellationRequested)
#pragma warning restore CA1031
        {
            metrics.Forget(label);
            if (_failing.Add(name))
            {
                Log.QueueStatsFailed(logger, name, exception);
            }
        }
    }
}
