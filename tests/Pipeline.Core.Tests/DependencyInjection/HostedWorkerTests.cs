using System.Collections.Concurrent;
using FluentAssertions;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Pipeline.Queues;
using Pipeline.Workers;
using Xunit;

namespace Pipeline.DependencyInjection;

public sealed class HostedWorkerTests
{
    [Fact(Timeout = WorkerHost.TimeLimit)]
    public async Task A_worker_starts_with_its_host_and_drains_with_it()
    {
        var handling = new Tally();
        var gate = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var handled = new ConcurrentQueue<string>();
        var builder = Host.CreateEmptyApplicationBuilder(settings: null);
        builder.Services.AddSingleton(new DelegateHandler(async (context, _) =>
        {
            handling.Enter();
            await gate.Task;
            handled.Enqueue(WorkerHost.TextOf(context.Received));
        }));
        builder.Services.AddPipeline().AddQueue("documents").AddWorker<DelegateHandler>("documents", options => (options.Concurrency, options.Prefetch) = (1, 2));
        using var host = builder.Build();
        var queue = host.Services.GetRequiredKeyedService<IQueue>("documents");
        await queue.EnqueueAsync([WorkerHost.Message("a"), WorkerHost.Message("b"), WorkerHost.Message("c"), WorkerHost.Message("d")]);

        await host.StartAsync();
        await handling.ReachedAsync(1);
        var worker = host.Services.GetRequiredKeyedService<QueueWorker>("documents");
        var again = () => worker.RunAsync(CancellationToken.None);
        (await again.Should().ThrowAsync<InvalidOperationException>()).WithMessage("*the host runs it*");
        var stopping = host.StopAsync();
        while ((await queue.GetStatsAsync()).Ready < 3)
        {
            await Task.Yield();
        }

        stopping.IsCompleted.Should().BeFalse("a handler still runs");
        gate.SetResult();
        await stopping;

        handled.Should().Equal("a");
        var stats = await queue.GetStatsAsync();
        (stats.Ready, stats.Leased, stats.TotalCompleted, stats.TotalFailures, stats.TotalCrashes).Should().Be((3, 0, 1, 0, 0));
    }

    [Fact(Timeout = WorkerHost.TimeLimit)]
    public async Task Workers_drain_from_the_moment_that_the_host_is_told_to_stop_all_at_once()
    {
        var (handling, gate) = (new Tally(), new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously));
        var builder = Host.CreateEmptyApplicationBuilder(settings: null);
        builder.Services.AddSingleton(new DelegateHandler(async (_, _) =>
        {
            handling.Enter();
            await gate.Task;
        }));
        builder.Services.AddPipeline().AddQueue("a").AddQueue("b")
            .AddWorker<DelegateHandler>("a", options => (options.Concurrency, options.Prefetch) = (1, 1))
            .AddWorker<DelegateHandler>("b", options => (options.Concurrency, options.Prefetch) = (1, 1));
        using var host = builder.Build();
        IQueue[] queues = [host.Services.GetRequiredKeyedService<IQueue>("a"), host.Services.GetRequiredKeyedService<IQueue>("b")];
        foreach (var queue in queues)
        {
            await queue.EnqueueAsync([WorkerHost.Message("handled"), WorkerHost.Message("prefetched")]);
        }

        await host.StartAsync();
        await handling.ReachedAsync(2);

        // As a signal does. No service has been stopped yet.
        host.Services.GetRequiredService<IHostApplicationLifetime>().StopApplication();

        foreach (var queue in queues)
        {
            while ((await queue.GetStatsAsync()).Ready < 1)
            {
                await Task.Yield();
            }
        }

        gate.SetResult();
        await host.StopAsync();
        (await queues[0].GetStatsAsync()).TotalCompleted.Should().Be(1);
        (await queues[1].GetStatsAsync()).TotalCompleted.Should().Be(1);
    }

    [Fact(Timeout = WorkerHost.TimeLimit)]
    public async Task The_workers_of_all_suites_run()
    {
        var handled = new ConcurrentQueue<string>();
        var both = new Tally();
        var builder = Host.CreateEmptyApplicationBuilder(settings: null);
        builder.Services.AddSingleton(new DelegateHandler((context, _) =>
        {
            handled.Enqueue(WorkerHost.TextOf(context.Received));
            both.Enter();
            return default;
        }));
        builder.Services.AddPipeline().AddQueue("documents").AddWorker<DelegateHandler>("documents").AddWorker<DelegateHandler>("documents", name: "second");
        builder.Services.AddPipeline("red").AddQueue("documents").AddWorker<DelegateHandler>("documents");
        using var host = builder.Build();
        await host.StartAsync();

        await host.Services.GetRequiredKeyedService<IQueue>("documents").EnqueueAsync(WorkerHost.Message("main"));
        await host.Services.GetRequiredKeyedService<IQueue>("red/documents").EnqueueAsync(WorkerHost.Message("red"));
        await both.ReachedAsync(2);
        await host.StopAsync();

        handled.Should().BeEquivalentTo("main", "red");
        host.Services.GetServices<IHostedService>().OfType<QueueWorkerService>().Should().HaveCount(3);
    }
}
