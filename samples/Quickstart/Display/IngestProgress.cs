using Pipeline.Queues;
using Quickstart.Ingestion;
using Spectre.Console;

namespace Quickstart.Display;

/// <summary>Shows how far the ingest is: a bar at a terminal, a line now and then elsewhere.</summary>
internal sealed class IngestProgress(IAnsiConsole console, Ingest ingest, SharedRun run, TimeProvider time)
{
    private static readonly TimeSpan BarInterval = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan LineInterval = TimeSpan.FromSeconds(2);

    /// <summary>Shows progress until the ingest ends, and throws what it throws.</summary>
    public async Task FollowAsync(Task ingesting, int total)
    {
        if (console.Profile.Out.IsTerminal)
        {
            await console.Progress()
                .Columns(new ProgressBarColumn(), new PercentageColumn(), new TaskDescriptionColumn { Alignment = Justify.Left }, new SpinnerColumn())
                .StartAsync(async context =>
                {
                    var bar = context.AddTask("starting", maxValue: total);
                    await ObserveAsync(ingesting, BarInterval, stats =>
                    {
                        bar.MaxValue = Total(stats, total);
                        bar.Value = Done(stats);
                        bar.Description = Describe(stats, total);
                    });
                });
        }
        else
        {
            await ObserveAsync(ingesting, LineInterval, stats => console.WriteLine(Describe(stats, total)));
        }
    }

    private async Task ObserveAsync(Task ingesting, TimeSpan interval, Action<QueueStats> show)
    {
        using var timer = new PeriodicTimer(interval, time);
        var ticking = timer.WaitForNextTickAsync().AsTask();
        while (await Task.WhenAny(ingesting, ticking) == ticking)
        {
            show(await ingest.CountAsync(run));
            ticking = timer.WaitForNextTickAsync().AsTask();
        }

        await ingesting;
        show(await ingest.CountAsync(run));
    }

    private static long Done(QueueStats stats) => stats.TotalCompleted + stats.Dead;

    // Other processes add documents that this one does not know of.
    private static long Total(QueueStats stats, int own) => Math.Max(own, Done(stats) + stats.Depth);

    private static string Describe(QueueStats stats, int total) =>
        $"{Done(stats):N0} of {Total(stats, total):N0} documents, {stats.Depth:N0} in the queue, {stats.TotalFailures:N0} failed attempts, {stats.Dead:N0} dead letters";
}
