using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Pipeline.DependencyInjection;
using Pipeline.Queues;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Tells metrics what is in the queues.</summary>
public static class PipelineQueueMetricsExtensions
{
    private static readonly TimeSpan DefaultInterval = TimeSpan.FromSeconds(15);
    private static readonly TimeSpan GreatestInterval = TimeSpan.FromHours(1);

    /// <summary>
    /// Lets the host ask every queue of the suite for its figures, again and again, and tells them as metrics of the meter <c>Pipeline</c>: <c>pipeline.queue.messages</c>
    /// by state, <c>pipeline.queue.demand</c> for autoscalers, <c>pipeline.queue.oldest_age</c>, and what was ever enqueued, completed, failed, crashed and dead-lettered.
    /// </summary>
    /// <param name="builder">The builder.</param>
    /// <param name="interval">
    /// How often each queue is asked, 1 second to 1 hour; <see langword="null"/> for 15 seconds. However many queues there are, the process asks for one a second at most.
    /// </param>
    /// <returns>The builder.</returns>
    /// <remarks>Each process that does so tells of the same shared queues. While a queue's backend does not answer, its figures are missing.</remarks>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="interval"/> is out of its range.</exception>
    /// <exception cref="InvalidOperationException">It was called for this suite already.</exception>
    public static IPipelineBuilder AddQueueMetrics(this IPipelineBuilder builder, TimeSpan? interval = null)
    {
        var registry = PipelineBuilder.RegistryOf(builder);
        var every = interval ?? DefaultInterval;
        if (every < TimeSpan.FromSeconds(1) || every > GreatestInterval)
        {
            throw new ArgumentOutOfRangeException(nameof(interval), every, "Give an interval from 1 second to 1 hour.");
        }

        if (registry.SamplesQueues)
        {
            throw new InvalidOperationException("AddQueueMetrics was called for this suite already. Remove one of the calls.");
        }

        registry.SamplesQueues = true;
        builder.Services.TryAddSingleton<QueueMetrics>();
        builder.Services.AddSingleton<IHostedService>(services => new QueueMetricsSampler(
            services.GetRequiredPipelineService<IQueueProvider>(registry.Name),
            registry.KeyOf,
            every,
            services.GetRequiredService<QueueMetrics>(),
            services.GetRequiredService<TimeProvider>(),
            services.GetRequiredService<ILogger<QueueMetricsSampler>>()));
        return builder;
    }
}
