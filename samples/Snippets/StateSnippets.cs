using System.Text;
using Pipeline.Queues;
using Pipeline.State;

namespace Snippets;

internal static class StateSnippets
{
    public static async Task<long> CountAsync(IStateStore store, CancellationToken ct)
    {
        // snippet: state-by-hand
        var key = StateKey.Of("visits", "acme", "2026-01");
        var entry = await store.GetAsync(key, ct);
        while (true)
        {
            var count = entry is { } found ? BitConverter.ToInt64(found.Value.Span) : 0;
            var written = await store.CompareAndSetAsync(
                key, BitConverter.GetBytes(count + 1), entry?.Version ?? StateEntry.NoVersion, timeToLive: TimeSpan.FromDays(60), ct);
            if (written.Succeeded)
            {
                return count + 1;
            }

            entry = written.Current;
        }
        // end snippet
    }

    public static async Task<(int Status, ReadOnlyMemory<byte> Body)> PayAsync(
        IIdempotencyStore keys, string idempotencyKey, string bodyHash, Func<long, CancellationToken, Task<byte[]>> payAsync, CancellationToken ct)
    {
        // snippet: idempotency-run
        var run = await keys.RunOnceAsync(
            new IdempotencyRequest("acme", idempotencyKey, fingerprint: bodyHash) { TimeToLive = TimeSpan.FromDays(7) },
            async (lease, token) => await payAsync(lease.Token, token),
            cancellationToken: ct);
        return run.Status switch
        {
            IdempotencyRunStatus.Ran or IdempotencyRunStatus.Replayed => (200, run.Response),
            IdempotencyRunStatus.Conflict => (422, default),
            _ => (409, default),
        };
        // end snippet
    }

    public static async Task WorkAsync(ITaskTracker tasks, string id, Func<int, Task> embedAsync, byte[] result)
    {
        // snippet: task-worker
        var start = await tasks.StartAsync("acme", id, lease: TimeSpan.FromSeconds(30));
        if (start.Lease is not { } lease)
        {
            return; // Another worker has it, or it has ended: start.Task shows which.
        }

        try
        {
            for (var page = 1; page <= 10; page++)
            {
                await embedAsync(page);
                var renewed = await tasks.RenewAsync(lease, new TrackedTaskProgress(page / 10.0, $"page {page} of 10"));
                if (!renewed.IsApplied)
                {
                    return; // The attempt is another's now, or nobody's.
                }

                if (renewed.Task!.IsCancellationRequested)
                {
                    await tasks.ConfirmCancellationAsync(lease);
                    return;
                }
            }

            await tasks.CompleteAsync(lease, result);
        }
        catch (HttpRequestException exception)
        {
            await tasks.ReleaseAsync(lease, MessageError.From(exception)); // Pending again, until its attempts are used up.
        }
        // end snippet
    }

    public static async Task FollowAsync(ITaskTracker tasks, string id, Func<string, Task> sendAsync, CancellationToken ct)
    {
        // snippet: task-user
        await tasks.CreateAsync("acme", id, new TrackedTaskOptions { Timeout = TimeSpan.FromHours(1), MaxAttempts = 3 }, ct);

        await foreach (var task in tasks.WatchAsync("acme", id, ct))
        {
            await sendAsync($"{task.State} {task.Progress:P0} {task.ProgressMessage}");
        }
        // end snippet
    }

    public static async Task ReapAsync(ITaskTracker tasks, IQueue queue, TimeProvider time, CancellationToken ct)
    {
        // snippet: task-reaper
        using var timer = new PeriodicTimer(TimeSpan.FromSeconds(5), time);
        while (await timer.WaitForNextTickAsync(ct))
        {
            var reaping = await tasks.ReapAsync(limit: 100, ct);
            foreach (var task in reaping.Changed.Where(task => task.State == TrackedTaskState.Pending))
            {
                await queue.EnqueueAsync(new QueueMessage(Encoding.UTF8.GetBytes(task.Id)) { Tenant = task.Tenant }, cancellationToken: ct);
            }
        }
        // end snippet
    }
}
