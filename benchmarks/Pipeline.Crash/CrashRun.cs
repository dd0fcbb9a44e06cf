using Pipeline.Backends;
using Pipeline.Conformance.Queues.History;
using Pipeline.Crash.Backends;
using Pipeline.Crash.Faults;
using Pipeline.Crash.Workers;
using Pipeline.Queues;

namespace Pipeline.Crash;

/// <summary>One run: a server, worker processes, messages, and all that can happen to them; then the judgement.</summary>
internal sealed class CrashRun(CrashOptions options, TextWriter output)
{
    private const int MostProblemsShown = 20;

    /// <returns>Whether every promise was kept.</returns>
    public async Task<bool> RunAsync(CancellationToken cancellationToken)
    {
        var folder = Directory.CreateTempSubdirectory("pipeline-crash-").FullName;
        var started = TimeProvider.System.GetTimestamp();
        var (stats, problems) = await WorkAsync(folder, cancellationToken);
        var elapsed = TimeProvider.System.GetElapsedTime(started);
        HistoryEvent[] events = [.. CrashHistory.ReadAll(folder)];
        await CrashReport.WriteAsync(output, options, events, stats, elapsed);

        problems = [.. problems, .. new CrashJudge(options, events, stats).Problems()];
        foreach (var problem in problems.Take(MostProblemsShown))
        {
            await output.WriteLineAsync($"BROKEN: {problem}");
        }

        if (problems.Count == 0)
        {
            Directory.Delete(folder, recursive: true);
            await output.WriteLineAsync("Every promise was kept.");
            return true;
        }

        await output.WriteLineAsync(FormattableString.Invariant($"{problems.Count:N0} promises were broken. Seed: {options.Seed}. Histories: {folder}"));
        return false;
    }

    private async Task<(IReadOnlyList<QueueStats> Stats, IReadOnlyList<string> Problems)> WorkAsync(string folder, CancellationToken cancellationToken)
    {
        var backend = CrashBackends.ByName[options.Backend];
        await using var server = await backend.StartServerAsync();
        await output.WriteLineAsync(server.Description);
        using var history = new CrashHistory(folder, "main");
        await using var queues = new CrashQueues(backend, server.Address, options.CommandTimeout);
        using var workers = new WorkerPool(options, server.Address, folder, history);
        using var end = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);

        var progress = new CrashProgress(queues.All);
        var faults = new FaultScript(options, server, workers, output);
        var sending = new CrashProducer(options, queues.All[0], history, progress, faults).RunAsync(end.Token);
        var watching = progress.WatchAsync(sending, end.Token);
        var killing = KillAsync(workers, watching, end.Token);
        string[] problems = [];
        try
        {
            await watching;
        }
        catch (TimeoutException exception)
        {
            problems = [exception.Message];
        }
        finally
        {
            await end.CancelAsync();
            await Task.WhenAll(sending, killing).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        await (problems.Length == 0 ? Task.WhenAll(sending, killing) : killing);
        await workers.EndAsync();
        await WriteDeadAsync(queues.All, history);
        var stats = new List<QueueStats>();
        foreach (var queue in queues.All)
        {
            stats.Add(await queue.GetStatsAsync(cancellationToken));
        }

        return (stats, [.. problems, .. workers.Problems]);
    }

    private async Task KillAsync(WorkerPool workers, Task run, CancellationToken cancellationToken)
    {
        while (!run.IsCompleted)
        {
            await Task.Delay(options.BetweenKills, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (!cancellationToken.IsCancellationRequested)
            {
                await workers.KillOneAsync();
            }
        }
    }

    private static async Task WriteDeadAsync(IReadOnlyList<IQueue> queues, CrashHistory history)
    {
        foreach (var queue in queues)
        {
            string? continuation = null;
            do
            {
                var page = await queue.DeadLetters.BrowseAsync(DeadLetterFilter.All, QueueLimits.MaxBatchSize, continuation);
                history.Add(HistoryEventKind.Dead, CrashHistory.Now, page.Items.Select(letter => new QueueReceipt(letter.Message.Id, AttemptToken: 0)));
                continuation = page.Continuation;
            }
            while (continuation is not null);
        }
    }
}
