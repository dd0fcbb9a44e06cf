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
}
