using System.Text.Json;
using Pipeline.Queues;
using Pipeline.State;
using Quickstart.Documents;

namespace Quickstart.Ingestion;

/// <summary>Finds the run that goes on over some folders, or begins one. In memory that is always a new one.</summary>
/// <remarks>
/// A run ends when a process has enqueued all and finds the queue empty. One whose processes were all stopped before that has not ended: who
/// comes next goes on with it.
/// </remarks>
internal sealed class SharedRuns(IStateStore store, IQueue<Document> documents)
{
    /// <summary>How long after its begin a run can be joined.</summary>
    public static readonly TimeSpan Lifetime = TimeSpan.FromHours(1);

    /// <summary>How long the queue knows a document again: from a run's begin until its last process may still be enqueuing.</summary>
    public static readonly TimeSpan DeduplicationWindow = 2 * Lifetime;

    public async Task<SharedRun> JoinAsync(Corpus corpus, CancellationToken cancellationToken)
    {
        var key = KeyOf(corpus);
        var now = await store.GetTimeAsync(cancellationToken);
        var entry = await store.GetAsync(key, cancellationToken);
        while (true)
        {
            var run = Read(entry) is { HasEnded: false } found && now - found.StartedAt < Lifetime
                ? found with { Processes = found.Processes + 1 }
                : new SharedRun(Guid.NewGuid().ToString("N"), now, Processes: 1, await documents.Untyped.GetStatsAsync(cancellationToken));
            var written = await WriteAsync(key, entry, run, cancellationToken);
            if (written.Succeeded)
            {
                return run;
            }

            // Another process was faster: it may have begun the run that this one now joins.
            entry = written.Current;
        }
    }

    /// <summary>Ends a run, unless another process has: who starts from now on begins the next one.</summary>
    /// <returns>How many processes have joined it; <see langword="null"/> where the next one has begun already, so that nobody knows any more.</returns>
    public async Task<int?> EndAsync(Corpus corpus, SharedRun run, CancellationToken cancellationToken)
    {
        var key = KeyOf(corpus);
        var entry = await store.GetAsync(key, cancellationToken);
        while (Read(entry) is { } last && string.Equals(last.Id, run.Id, StringComparison.Ordinal))
        {
            if (last.HasEnded)
            {
                return last.Processes;
            }

            var written = await WriteAsync(key, entry, last with { HasEnded = true }, cancellationToken);
            if (written.Succeeded)
            {
                return last.Processes;
            }

            entry = written.Current;
        }

        return null;
    }

    private static StateKey KeyOf(Corpus corpus) => new("quickstart.runs", PathKey.Of(string.Join('\n', corpus.Folders.Select(Path.TrimEndingDirectorySeparator))));

    private static SharedRun? Read(StateEntry? entry) =>
        entry is { } found ? JsonSerializer.Deserialize(found.Value.Span, SharedRunJson.Default.SharedRun) : null;

    private ValueTask<StateWriteResult> WriteAsync(StateKey key, StateEntry? replaced, SharedRun run, CancellationToken cancellationToken) =>
        store.CompareAndSetAsync(
            key,
            JsonSerializer.SerializeToUtf8Bytes(run, SharedRunJson.Default.SharedRun),
            replaced?.Version ?? StateEntry.NoVersion,
            Lifetime,
            cancellationToken);
}
