using System.Diagnostics.Metrics;
using FluentAssertions;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Pipeline.Backends;
using Pipeline.DependencyInjection;
using Pipeline.Steps;
using Pipeline.Workers;
using Xunit;

namespace Pipeline.Queues;

/// <summary>C5, C8: what is in queues, as metrics.</summary>
public sealed class QueueMetricsTests
{
    private const int TimeLimit = WorkerHost.TimeLimit;
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(15);

    private readonly ObservedClock _clock = new();

    [Fact(Timeout = TimeLimit)]
    public async Task The_figures_of_each_queue_are_told_by_state()
    {
        using var host = Build(static builder => builder.AddQueue("documents").AddQueueMetrics());
        using var measured = new MeasurementCollector(host.Services.GetRequiredService<IMeterFactory>());
        var queue = host.Services.GetRequiredKeyedService<IQueue>("documents");
        for (var i = 0; i < 4; i++)
        {
            await queue.EnqueueAsync(WorkerHost.Message($"{i}"));
        }

        _clock.Advance(TimeSpan.FromSeconds(7));
        var received = await queue.ReceiveAsync(2, TimeSpan.FromMinutes(5), TimeSpan.Zero);
        await queue.DeadLetterAsync(new QueueRejection(received[0].Receipt, DeadLetterReason.Unprocessable, new MessageError("x", "y")));

        await host.StartAsync();
        await _clock.TimerSetAsync(Interval);
        measured.Collect();

        measured.Of("pipeline.queue.messages").Should().BeEquivalentTo(new[]
        {
            (2d, "pipeline.queue=documents pipeline.queue.state=ready"),
            (1d, "pipeline.queue=documents pipeline.queue.state=leased"),
            (0d, "pipeline.queue=documents pipeline.queue.state=delayed"),
            (0d, "pipeline.queue=documents pipeline.queue.state=blocked"),
            (1d, "pipeline.queue=documents pipeline.queue.state=dead"),
        });
        measured.Of("pipeline.queue.demand").Should().Equal((3, "pipeline.queue=documents"));
        measured.Of("pipeline.queue.oldest_age").Should().Equal((7, "pipeline.queue=documents"));
        measured.Of("pipeline.queue.enqueued").Should().Equal((4, "pipeline.queue=documents"));
        measured.Of("pipeline.queue.dead_lettered").Should().Equal((1, "pipeline.queue=documents"));
        await host.StopAsync();
    }

    [Fact(Timeout = TimeLimit)]
    public async Task However_many_queues_there_are_one_a_second_is_asked()
    {
        var asked = new List<string>();
        using var host = Build(builder =>
        {
            for (var i = 0; i < 30; i++)
            {
                builder.AddQueue($"q{i:00}");
            }

            Observe(builder.AddQueueMetrics(Interval));
        });
        foreach (var name in Enumerable.Range(0, 30).Select(static i => $"q{i:00}"))
        {
            QueueOf(host, name).Before = _ =>
            {
                asked.Add(name);
                return Task.CompletedTask;
            };
        }

        await host.StartAsync();

        for (var second = 1; second <= 31; second++)
        {
            await _clock.TimerSetAsync(TimeSpan.FromSeconds(1), second);
            asked.Should().HaveCount(second);
            _clock.Advance(TimeSpan.FromSeconds(1));
        }

        asked.Take(30).Should().OnlyHaveUniqueItems();
        asked[30].Should().Be("q00");
        await host.StopAsync();
    }

    [Fact(Timeout = TimeLimit)]
    public async Task While_the_backend_is_away_nothing_is_told_and_it_is_logged_once()
    {
        var logs = new RecordingLogger();
        using var host = Build(
            builder => Observe(builder.AddQueue("documents").AddQueueMetrics(Interval)), logs);
        using var measured = new MeasurementCollector(host.Services.GetRequiredService<IMeterFactory>());
        await host.StartAsync();
        await _clock.TimerSetAsync(Interval);
        measured.Collect();
        measured.Of("pipeline.queue.demand").Should().HaveCount(1);

        QueueOf(host, "documents").Before = static _ => throw new BackendUnavailableException("Redis", "stats");
        for (var round = 2; round <= 4; round++)
        {
            _clock.Advance(Interval);
            await _clock.TimerSetAsync(Interval, round);
        }

        measured.Collect();

        measured.Of("pipeline.queue.demand").Should().HaveCount(1, "the second collection found none");
        logs.Entries.Should().ContainSingle(entry => entry.Id == 2030);
        await host.StopAsync();
    }

    [Fact]
    public void An_interval_that_makes_no_sense_and_a_second_call_are_errors()
    {
        var builder = new ServiceCollection().AddPipeline();

        builder.Invoking(static b => b.AddQueueMetrics(TimeSpan.FromMilliseconds(999))).Should().Throw<ArgumentOutOfRangeException>().WithMessage("*1 second to 1 hour*");
        builder.AddQueueMetrics();
        builder.Invoking(static b => b.AddQueueMetrics()).Should().Throw<InvalidOperationException>().WithMessage("*already*");
    }

    private static ObservedQueue QueueOf(IHost host, string name) => (ObservedQueue)host.Services.GetRequiredKeyedService<IQueue>(name);

    private void Observe(IPipelineBuilder builder) => builder.SetRole<IQueueProvider>(
        "UseObservedQueues", provider => new ObservedQueueProvider(new InMemoryQueueProvider(provider.GetRequiredService<QueueCatalog>(), _clock)));

    private IHost Build(Action<IPipelineBuilder> declare, ILoggerFactory? logs = null)
    {
        var builder = Host.CreateEmptyApplicationBuilder(settings: null);
        builder.Services.AddSingleton<TimeProvider>(_clock);
        if (logs is not null)
        {
            builder.Services.AddSingleton(logs);
        }

        declare(builder.Services.AddPipeline());
        return builder.Build();
    }
}
