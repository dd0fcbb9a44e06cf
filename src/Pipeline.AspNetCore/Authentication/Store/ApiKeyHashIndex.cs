using Pipeline.Backends;
using Pipeline.State;

namespace Pipeline.Authentication;

/// <summary>The ways from the hashes of stored keys to their names. One that leads nowhere does no harm: whether a key counts, the name's own entry says.</summary>
internal sealed class ApiKeyHashIndex(IStateStore store, string space)
{
    private static readonly TimeSpan Margin = TimeSpan.FromDays(1);

    public async ValueTask AddAsync(string hash, string name, CancellationToken cancellationToken) => await store.CompareAndSetAsync(
        KeyOf(hash), StoredApiKeyFormat.WriteName(name), StateEntry.NoVersion, timeToLive: null, cancellationToken).ConfigureAwait(false);

    public async ValueTask RemoveAsync(string hash, CancellationToken cancellationToken) =>
        await store.DeleteAsync(KeyOf(hash), expectedVersion: null, cancellationToken).ConfigureAwait(false);

    /// <summary>Lets the way to a replaced key vanish some time after that no longer works, so that such do not heap up.</summary>
    public async ValueTask LetGoAsync(string hash, TimeSpan grace, CancellationToken cancellationToken)
    {
        try
        {
            if (await store.GetAsync(KeyOf(hash), cancellationToken).ConfigureAwait(false) is { } entry)
            {
                await store.CompareAndSetAsync(KeyOf(hash), entry.Value, entry.Version, grace + Margin, cancellationToken).ConfigureAwait(false);
            }
        }
        catch (Exception exception) when (exception is BackendUnavailableException or OperationCanceledException)
        {
            // The key that replaces it is made, and its user has to get it. What is left behind leads to a key that no longer works.
        }
    }

    private StateKey KeyOf(string hash) => StoredApiKeyFormat.HashKey(space, hash);
}
