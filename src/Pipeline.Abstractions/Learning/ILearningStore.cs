using Pipeline.Backends;

namespace Pipeline.Learning;

/// <summary>Remembers what happened and whether it helped, and recalls what is useful now.</summary>
/// <remarks>
/// <para>
/// Every call that reads or names a learning names its tenant, and neither sees nor changes another tenant's learnings: equal ids or texts make no
/// difference.
/// </para>
/// <para>
/// A write that has returned is seen by every call that starts later, in any process. A learning past its <see cref="LearningRecord.ValidUntil"/>, by the
/// store's clock, is seen by none, whether or not it has been deleted yet. Durability is the backend's, as configured.
/// </para>
/// <para>
/// A learning can have one embedding for each model and dimension, and these never mix. To change models: record the learnings again with embeddings
/// of the new one, recall by the new one, then forget those of the old one. The store makes no embeddings itself. Implementations are thread safe.
/// </para>
/// </remarks>
public interface ILearningStore : ICapabilityProvider
{
    /// <summary>
    /// Records learnings. One that is there already, by its id (<see cref="LearningId.Of"/>), stays as it is, but takes an embedding of a model and
    /// dimension that it has none of. One that is past its <see cref="LearningRecord.ValidUntil"/> counts as not there, and is replaced with all that
    /// was reported about it.
    /// </summary>
    /// <param name="records">1 to <see cref="LearningArguments.MaxBatchSize"/> learnings of one tenant; the same one twice is written once.</param>
    /// <param name="cancellationToken">Gives up the call; the learnings are then all recorded or none is.</param>
    /// <returns>The ids, in the order of <paramref name="records"/>.</returns>
    /// <exception cref="ArgumentException">There are no learnings or too many, one is null, or they belong to several tenants.</exception>
    /// <exception cref="BackendUnavailableException">The backend did not answer, and the learnings may be recorded. The call may be repeated.</exception>
    ValueTask<IReadOnlyList<LearningId>> RecordAsync(IReadOnlyList<LearningRecord> records, CancellationToken cancellationToken = default);

    /// <summary>Recalls the learnings that are nearest, have helped most and are newest.</summary>
    /// <param name="query">What to recall.</param>
    /// <param name="cancellationToken">Gives up the call.</param>
    /// <returns>
    /// The matches by falling score, equal ones newest first; empty where nothing useful was found. A store that could not be asked is
    /// <see cref="RecallResult.Degraded"/>, not an exception: memory never breaks a run.
    /// </returns>
    /// <remarks>
    /// <para>
    /// The filter is applied first, then each learning's score is <see cref="LearningScore.Compute"/>, and what is below the threshold falls away. From the
    /// rest, matches are taken by falling score until there are enough: a near-duplicate of one that was taken is left out, and one that does not fit the
    /// token budget any more is passed over.
    /// </para>
    /// <para>
    /// Similarity by embedding is the cosine, negative ones being 0. By text it is 1 where the finding holds every word of the query, 0 where it holds
    /// none, and in between the more, the more of them it holds; case does not matter, a store may count forms of a word as the word, and a query of no
    /// words (<c>???</c>) is similar to nothing. With neither it is 1. Where the index is approximate, at least 95% of the ten best are found, whatever the filter lets through.
    /// </para>
    /// </remarks>
    /// <exception cref="ArgumentNullException"><paramref name="query"/> is <see langword="null"/>.</exception>
    /// <exception cref="OperationCanceledException"><paramref name="cancellationToken"/> was cancelled.</exception>
    ValueTask<RecallResult> RecallAsync(RecallQuery query, CancellationToken cancellationToken = default);

    /// <summary>
    /// Reports whether a learning helped. Reports add up; a second one of the same follow-up run replaces the first, the last call winning.
    /// </summary>
    /// <param name="report">The report.</param>
    /// <param name="cancellationToken">Gives up the call; the report is then stored or is not.</param>
    /// <returns>
    /// <see langword="true"/> if it was stored. <see langword="false"/> if the tenant has no such learning (any more), and nothing was stored.
    /// Reports that come at the same time are all counted.
    /// </returns>
    /// <exception cref="ArgumentNullException"><paramref name="report"/> is <see langword="null"/>.</exception>
    /// <exception cref="BackendUnavailableException">The backend did not answer, and the report may be stored. The call may be repeated.</exception>
    ValueTask<bool> ReportOutcomeAsync(OutcomeReport report, CancellationToken cancellationToken = default);

    /// <summary>Adds up what became of each intervention.</summary>
    /// <param name="filter">Over which learnings.</param>
    /// <param name="cancellationToken">Gives up the call.</param>
    /// <returns>
    /// One entry for each step and intervention, ordered by both (ordinal, no intervention first); empty where nothing is selected. A filter by
    /// intervention selects learnings, which count for their other interventions, too.
    /// </returns>
    /// <exception cref="ArgumentNullException"><paramref name="filter"/> is <see langword="null"/>.</exception>
    /// <exception cref="BackendUnavailableException">The backend did not answer.</exception>
    ValueTask<IReadOnlyList<OutcomeStatistics>> OutcomesAsync(LearningFilter filter, CancellationToken cancellationToken = default);

    /// <summary>Reads one learning.</summary>
    /// <param name="tenant">The tenant.</param>
    /// <param name="id">The learning's id.</param>
    /// <param name="cancellationToken">Gives up the call.</param>
    /// <returns>The learning, or <see langword="null"/> where the tenant has no such one.</returns>
    /// <exception cref="ArgumentException"><paramref name="tenant"/> is not a name (<see cref="StoredName"/>).</exception>
    /// <exception cref="BackendUnavailableException">The backend did not answer.</exception>
    ValueTask<StoredLearning?> GetAsync(string tenant, LearningId id, CancellationToken cancellationToken = default);

    /// <summary>Reads learnings, newest first, a page a call.</summary>
    /// <param name="filter">Which learnings.</param>
    /// <param name="limit">How many at most, 1 to <see cref="LearningArguments.MaxBatchSize"/>; 100 by default.</param>
    /// <param name="after">
    /// Where to go on: <see cref="LearningPage.Next"/> of the page before; <see langword="null"/>, the default, for the first page.
    /// </param>
    /// <param name="cancellationToken">Gives up the call.</param>
    /// <returns>
    /// The page. Read to its end, the pages hold every learning that is selected all the while exactly once, whatever comes and goes meanwhile.
    /// </returns>
    /// <exception cref="ArgumentNullException"><paramref name="filter"/> is <see langword="null"/>.</exception>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="limit"/> is out of range.</exception>
    /// <exception cref="BackendUnavailableException">The backend did not answer.</exception>
    ValueTask<LearningPage> QueryAsync(
        LearningFilter filter,
        int limit = 100,
        LearningPosition? after = null,
        CancellationToken cancellationToken = default);

    /// <summary>Deletes learnings for good, with their reports and embeddings. A filter that names the tenant alone erases the tenant.</summary>
    /// <param name="filter">Which learnings; here those past their <see cref="LearningRecord.ValidUntil"/> are selected, too.</param>
    /// <param name="cancellationToken">Gives up the call.</param>
    /// <returns>How many were deleted.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="filter"/> is <see langword="null"/>.</exception>
    /// <exception cref="BackendUnavailableException">The backend did not answer, and learnings may be deleted. The call may be repeated.</exception>
    ValueTask<long> ForgetAsync(LearningFilter filter, CancellationToken cancellationToken = default);

    /// <summary>Deletes a tenant's embeddings of one model. The learnings stay, and are recalled by text and by the embeddings of other models.</summary>
    /// <param name="tenant">The tenant.</param>
    /// <param name="model">The model.</param>
    /// <param name="cancellationToken">Gives up the call.</param>
    /// <returns>A task that completes when none of the embeddings is used any more.</returns>
    /// <exception cref="ArgumentException"><paramref name="tenant"/> or <paramref name="model"/> is not a name (<see cref="StoredName"/>).</exception>
    /// <exception cref="BackendUnavailableException">The backend did not answer, and embeddings may be deleted. The call may be repeated.</exception>
    ValueTask ForgetEmbeddingsAsync(string tenant, string model, CancellationToken cancellationToken = default);

    /// <summary>Deletes what is past its <see cref="LearningRecord.ValidUntil"/>, of all tenants: it makes room, and changes no answer.</summary>
    /// <param name="cancellationToken">Gives up the call; what has been deleted by then stays so.</param>
    /// <returns>How many learnings were deleted.</returns>
    /// <remarks>May take several round trips. The one call without a tenant, since it shows nothing and deletes only what no one can see.</remarks>
    /// <exception cref="BackendUnavailableException">The backend did not answer. The call may be repeated.</exception>
    ValueTask<long> ExpireAsync(CancellationToken cancellationToken = default);
}
