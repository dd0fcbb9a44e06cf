using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Pipeline.Backends;

namespace Pipeline.Learning;

/// <summary>
/// Learnings in the process's memory: the whole contract of <see cref="ILearningStore"/> for a single process. What it holds ends with the process, unless
/// it is given a file.
/// </summary>
/// <remarks>
/// <para>Thread safe. Calls complete at once. A recall by embedding compares with every embedding of the tenant, exactly, and ranks all of them: about as
/// long as a search of <c>InMemoryVectorIndex</c>. A recall by text looks its words up, then ranks the findings that hold one. Writers hardly wait for either.</para>
/// <para><b>Words</b> are runs of letters and digits. Similarity by text is the share of the query's different words that the finding holds; forms of
/// a word are other words.</para>
/// <para><b>Clocks.</b> <see cref="LearningRecord.ValidUntil"/> is compared with the wall clock. If that is set back, what has not been deleted yet is seen again.</para>
/// <para><b>Memory</b> grows with what is recorded: give learnings a <see cref="LearningRecord.ValidUntil"/> and call <see cref="ExpireAsync"/>, or forget.
/// A tenant without learnings takes nothing.</para>
/// <para><b>With a file</b>, it begins with what the file holds, and writes it anew when it is disposed, whenever
/// <see cref="ILearningSnapshots.SaveAsync"/> is called, and at an interval if it is given one. What comes after the last of these is lost if the process
/// is killed. One store at a time can have the file.</para>
/// </remarks>
public sealed partial class InMemoryLearningStore : ILearningStore, IAsyncDisposable, IDisposable
{
    private readonly ConcurrentDictionary<string, TenantLearnings> _tenants = new(StringComparer.Ordinal);
    private readonly TimeProvider _time;
    private readonly SnapshotKeeper? _keeper;
    private long _changes;

    /// <summary>Makes a store without learnings and without a file.</summary>
    /// <param name="timeProvider">The clock. <see langword="null"/> is <see cref="TimeProvider.System"/>.</param>
    public InMemoryLearningStore(TimeProvider? timeProvider = null) => _time = timeProvider ?? TimeProvider.System;

    /// <summary>Makes a store that keeps what it holds in a file, and begins with what is in it. Where there is no file, it begins without learnings.</summary>
    /// <param name="snapshotPath">The file. Its folder is made where it is missing.</param>
    /// <param name="snapshotInterval">
    /// How often the file is written, if anything has changed; <see langword="null"/>, the default, for only when the store is disposed or
    /// <see cref="ILearningSnapshots.SaveAsync"/> is called.
    /// </param>
    /// <param name="timeProvider">The clock. <see langword="null"/> is <see cref="TimeProvider.System"/>.</param>
    /// <param name="logger">Hears of snapshots that failed without a caller; <see langword="null"/> for nobody.</param>
    /// <exception cref="ArgumentException"><paramref name="snapshotPath"/> is null or empty.</exception>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="snapshotInterval"/> is not from 1 second to 1 day.</exception>
    /// <exception cref="InvalidDataException">
    /// The file is damaged, cut off, or of a version that this one does not read; or it is missing and its backup is there. The message names the file
    /// and the mend, and the file is left alone.
    /// </exception>
    /// <exception cref="IOException">The file cannot be read, or another store has it.</exception>
    public InMemoryLearningStore(
        string snapshotPath, TimeSpan? snapshotInterval = null, TimeProvider? timeProvider = null, ILogger<InMemoryLearningStore>? logger = null)
        : this(snapshotPath, snapshotInterval, timeProvider ?? TimeProvider.System, logger ?? NullLogger<InMemoryLearningStore>.Instance, metrics: null)
    {
    }

    internal InMemoryLearningStore(
        string snapshotPath, TimeSpan? snapshotInterval, TimeProvider timeProvider, ILogger logger, LearningMetrics? metrics)
        : this(timeProvider)
    {
        ArgumentException.ThrowIfNullOrEmpty(snapshotPath);
        if (snapshotInterval is { } interval)
        {
            ArgumentOutOfRangeException.ThrowIfLessThan(interval, LearningOptions.LeastSnapshotInterval, nameof(snapshotInterval));
            ArgumentOutOfRangeException.ThrowIfGreaterThan(interval, LearningOptions.MostSnapshotInterval, nameof(snapshotInterval));
        }

        _keeper = new SnapshotKeeper(new SnapshotFile(snapshotPath), Capture, timeProvider, logger, metrics);
        _keeper.Begin(Restore, snapshotInterval);
    }

    /// <summary>How many tenants have learnings. For tests.</summary>
    internal int TenantCount => _tenants.Count;

    /// <summary>How many rows are kept for them, also of learnings that are gone. For tests.</summary>
    internal int RowCount => _tenants.Sum(static tenant => tenant.Value.RowCount);

    private DateTimeOffset Now => _time.GetUtcNow();

    /// <inheritdoc/>
    public TCapability? GetCapability<TCapability>()
        where TCapability : class => this as TCapability ?? _keeper as TCapability;

    /// <inheritdoc/>
    public ValueTask<IReadOnlyList<LearningId>> RecordAsync(IReadOnlyList<LearningRecord> records, CancellationToken cancellationToken = default)
    {
        LearningArguments.CheckBatch(records);
        if (cancellationToken.IsCancellationRequested)
        {
            return ValueTask.FromCanceled<IReadOnlyList<LearningId>>(cancellationToken);
        }

        var learnings = records.Select(IdentifiedLearning.Of).ToArray();
        while (!_tenants.GetOrAdd(records[0].Tenant, static _ => new TenantLearnings()).TryRecord(learnings, Now))
        {
            // The tenant was closed for having no learnings, and is on its way out of the table.
            Thread.Yield();
        }

        NoteChange();
        return new([.. learnings.Select(static learning => learning.Id)]);
    }

    /// <inheritdoc/>
    public ValueTask<RecallResult> RecallAsync(RecallQuery query, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(query);
        if (cancellationToken.IsCancellationRequested)
        {
            return ValueTask.FromCanceled<RecallResult>(cancellationToken);
        }

        using var source = _tenants.TryGetValue(query.Filter.Tenant, out var tenant) ? tenant.FindSource(query) : null;
        return new(source?.Recall(query, Now, cancellationToken) ?? RecallResult.Empty);
    }

    /// <inheritdoc/>
    public ValueTask<bool> ReportOutcomeAsync(OutcomeReport report, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(report);
        if (cancellationToken.IsCancellationRequested)
        {
            return ValueTask.FromCanceled<bool>(cancellationToken);
        }

        var isStored = _tenants.TryGetValue(report.Tenant, out var tenant) && tenant.Report(report, Now);
        if (isStored)
        {
            NoteChange();
        }

        return new(isStored);
    }

    /// <inheritdoc/>
    public ValueTask<IReadOnlyList<OutcomeStatistics>> OutcomesAsync(LearningFilter filter, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(filter);
        if (cancellationToken.IsCancellationRequested)
        {
            return ValueTask.FromCanceled<IReadOnlyList<OutcomeStatistics>>(cancellationToken);
        }

        return new(_tenants.TryGetValue(filter.Tenant, out var tenant) ? tenant.Outcomes(filter, Now) : []);
    }

    /// <inheritdoc/>
    public ValueTask<StoredLearning?> GetAsync(string tenant, LearningId id, CancellationToken cancellationToken = default)
    {
        StoredName.ThrowIfInvalid(tenant);
        if (cancellationToken.IsCancellationRequested)
        {
            return ValueTask.FromCanceled<StoredLearning?>(cancellationToken);
        }

        return new(_tenants.TryGetValue(tenant, out var learnings) ? learnings.Get(id, Now) : null);
    }

    /// <inheritdoc/>
    public ValueTask<LearningPage> QueryAsync(
        LearningFilter filter, int limit = 100, LearningPosition? after = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(filter);
        LearningArguments.CheckLimit(limit);
        if (cancellationToken.IsCancellationRequested)
        {
            return ValueTask.FromCanceled<LearningPage>(cancellationToken);
        }

        return new(_tenants.TryGetValue(filter.Tenant, out var tenant) ? tenant.Query(filter, limit, after, Now) : new LearningPage([], Next: null));
    }

    /// <inheritdoc/>
    public ValueTask<long> ForgetAsync(LearningFilter filter, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(filter);
        return cancellationToken.IsCancellationRequested
            ? ValueTask.FromCanceled<long>(cancellationToken)
            : new(Remove(filter.Tenant, learnings => learnings.Forget(filter)));
    }

    /// <inheritdoc/>
    public ValueTask ForgetEmbeddingsAsync(string tenant, string model, CancellationToken cancellationToken = default)
    {
        StoredName.ThrowIfInvalid(tenant);
        StoredName.ThrowIfInvalid(model);
        if (cancellationToken.IsCancellationRequested)
        {
            return ValueTask.FromCanceled(cancellationToken);
        }

        if (_tenants.TryGetValue(tenant, out var learnings))
        {
            learnings.ForgetEmbeddings(model);
            NoteChange();
        }

        return ValueTask.CompletedTask;
    }

    /// <inheritdoc/>
    public ValueTask<long> ExpireAsync(CancellationToken cancellationToken = default)
    {
        var deleted = 0L;
        foreach (var (tenant, _) in _tenants)
        {
            if (cancellationToken.IsCancellationRequested)
            {
                return ValueTask.FromCanceled<long>(cancellationToken);
            }

            deleted += Remove(tenant, learnings => learnings.Expire(Now));
        }

        return new(deleted);
    }

    /// <summary>Writes the file a last time, if there is one. A failure is logged, and does not keep the host from ending.</summary>
    public void Dispose() => _keeper?.Dispose();

    /// <summary>Writes the file a last time, if there is one. A failure is logged, and does not keep the host from ending.</summary>
    /// <returns>A task that completes when the file is written.</returns>
    public ValueTask DisposeAsync() => _keeper?.DisposeAsync() ?? ValueTask.CompletedTask;

    private long Remove(string tenant, Func<TenantLearnings, long> remove)
    {
        if (!_tenants.TryGetValue(tenant, out var learnings) || remove(learnings) is not (> 0 and var removed))
        {
            return 0;
        }

        NoteChange();
        if (learnings.TryClose())
        {
            _tenants.TryRemove(KeyValuePair.Create(tenant, learnings));
        }

        return removed;
    }

    private void NoteChange() => Interlocked.Increment(ref _changes);
}
