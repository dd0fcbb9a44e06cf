using Pipeline.Backends;

namespace Pipeline.Learning;

/// <summary>Shorter calls on a learning store.</summary>
public static class LearningStoreExtensions
{
    /// <summary>Records one learning. One that is there already stays as it is.</summary>
    /// <param name="store">The store.</param>
    /// <param name="record">The learning.</param>
    /// <param name="cancellationToken">Gives up the call; the learning is then recorded or is not.</param>
    /// <returns>The learning's id.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="store"/> or <paramref name="record"/> is <see langword="null"/>.</exception>
    /// <exception cref="BackendUnavailableException">The backend did not answer, and the learning may be recorded. The call may be repeated.</exception>
    public static async ValueTask<LearningId> RecordAsync(this ILearningStore store, LearningRecord record, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(store);
        ArgumentNullException.ThrowIfNull(record);
        var ids = await store.RecordAsync([record], cancellationToken).ConfigureAwait(false);
        return ids[0];
    }

    /// <summary>Reports whether a learning that was read or recalled has helped.</summary>
    /// <param name="store">The store.</param>
    /// <param name="learning">The learning, as <see cref="LearningMatch.Learning"/> has it.</param>
    /// <param name="followUpId">The run that showed it. A second report of the same run corrects the first.</param>
    /// <param name="outcome">Whether it helped.</param>
    /// <param name="notes">What a human should know about it, or <see langword="null"/>.</param>
    /// <param name="cancellationToken">Gives up the call; the report is then stored or is not.</param>
    /// <returns>Whether it was stored: <see langword="false"/> if the learning is not there any more.</returns>
    /// <exception cref="ArgumentException">An argument is null, or not what <see cref="OutcomeReport"/> takes.</exception>
    /// <exception cref="BackendUnavailableException">The backend did not answer, and the report may be stored. The call may be repeated.</exception>
    public static ValueTask<bool> ReportOutcomeAsync(
        this ILearningStore store,
        StoredLearning learning,
        string followUpId,
        LearningOutcome outcome,
        string? notes = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(store);
        ArgumentNullException.ThrowIfNull(learning);
        var report = new OutcomeReport
        {
            Tenant = learning.Record.Tenant,
            LearningId = learning.Id,
            FollowUpId = followUpId,
            Outcome = outcome,
            Notes = notes,
        };
        return store.ReportOutcomeAsync(report, cancellationToken);
    }
}
