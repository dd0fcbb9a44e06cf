using Pipeline.Backends;
using Pipeline.Learning;

namespace Pipeline.Conformance.Learning.FaultInjection;

/// <summary>
/// A store of learnings between an application and its backend that lets calls fail before or after they took effect, or holds them up: for
/// tests of how the application takes it.
/// </summary>
/// <param name="inner">The store that does the work.</param>
/// <param name="faults">The faults to come.</param>
/// <remarks>
/// Thread safe. A recall whose fault is a <see cref="BackendUnavailableException"/> is <see cref="RecallResult.Degraded"/>, as the contract promises; any other
/// exception is thrown. Optional abilities are those of the inner store, without faults.
/// </remarks>
public sealed class FaultInjectingLearningStore(ILearningStore inner, LearningFaults faults) : ILearningStore
{
    /// <inheritdoc />
    public TCapability? GetCapability<TCapability>()
        where TCapability : class => this as TCapability ?? inner.GetCapability<TCapability>();

    /// <inheritdoc />
    public ValueTask<IReadOnlyList<LearningId>> RecordAsync(IReadOnlyList<LearningRecord> records, CancellationToken cancellationToken = default) =>
        faults.RunAsync(LearningCall.Record, () => inner.RecordAsync(records, cancellationToken), cancellationToken);

    /// <inheritdoc />
    public async ValueTask<RecallResult> RecallAsync(RecallQuery query, CancellationToken cancellationToken = default)
    {
        try
        {
            return await faults.RunAsync(LearningCall.Recall, () => inner.RecallAsync(query, cancellationToken), cancellationToken);
        }
        catch (BackendUnavailableException)
        {
            return RecallResult.Degraded;
        }
    }

    /// <inheritdoc />
    public ValueTask<bool> ReportOutcomeAsync(OutcomeReport report, CancellationToken cancellationToken = default) =>
        faults.RunAsync(LearningCall.ReportOutcome, () => inner.ReportOutcomeAsync(report, cancellationToken), cancellationToken);

    /// <inheritdoc />
    public ValueTask<IReadOnlyList<OutcomeStatistics>> OutcomesAsync(LearningFilter filter, CancellationToken cancellationToken = default) =>
        faults.RunAsync(LearningCall.Outcomes, () => inner.OutcomesAsync(filter, cancellationToken), cancellationToken);

    /// <inheritdoc />
    public ValueTask<StoredLearning?> GetAsync(string tenant, LearningId id, CancellationToken cancellationToken = default) =>
        faults.RunAsync(LearningCall.Get, () => inner.GetAsync(tenant, id, cancellationToken), cancellationToken);

    /// <inheritdoc />
    public ValueTask<LearningPage> QueryAsync(
        LearningFilter filter, int limit = 100, LearningPosition? after = null, CancellationToken cancellationToken = default) =>
        faults.RunAsync(LearningCall.Query, () => inner.QueryAsync(filter, limit, after, cancellationToken), cancellationToken);

    /// <inheritdoc />
    public ValueTask<long> ForgetAsync(LearningFilter filter, CancellationToken cancellationToken = default) =>
        faults.RunAsync(LearningCall.Forget, () => inner.ForgetAsync(filter, cancellationToken), cancellationToken);

    /// <inheritdoc />
    public async ValueTask ForgetEmbeddingsAsync(string tenant, string model, CancellationToken cancellationToken = default) => await faults.RunAsync(
        LearningCall.ForgetEmbeddings,
        async () =>
        {
            await inner.ForgetEmbeddingsAsync(tenant, model, cancellationToken);
            return true;
        },
        cancellationToken);

    /// <inheritdoc />
    public ValueTask<long> ExpireAsync(CancellationToken cancellationToken = default) =>
        faults.RunAsync(LearningCall.Expire, () => inner.ExpireAsync(cancellationToken), cancellationToken);
}
