using Pipeline.Backends;
using Pipeline.State;

namespace Pipeline.Authentication;

/// <summary>The ways from the hashes of stored keys to their names. One that leads nowhere does no harm: whether a key counts, the name's own entry says.</summary>
internal sealed class ApiKeyHashIndex(IStateStore store, string space)
{
    private const int MaxAttempts = 8;
    private static readonly TimeSpan Margin = TimeSpan.FromDays(1);

    /// <summary>The name that a hash leads to.</summary>
    /// <exception cref="InvalidDataException">It is of another version, or damaged.</exception>
    public async ValueTask<string?> FindAsync(string hash, CancellationToken cancellationToken) =>
        await store.GetAsync(KeyOf(hash), cancellationToken).ConfigureAwait(false) is { } entry ? StoredApiKeyFormat.ReadName(entry.Value) : null;

    public async ValueTask AddAsync(string hash, string name, CancellationToken cancellationToken) => await store.CompareAndSetAsync(
        KeyOf(hash), StoredApiKeyFormat.WriteName(name), StateEntry.NoVersion, timeToLive: null, cancellationToken).ConfigureAwait(false);

    /// <summary>Lets a hash lead to a name, wherever it led before.</summary>
    /// <param name="hash">The hash.</param>
    /// <param name="name">The name.</param>
    /// <param name="lasting">How long the key works that has the hash; <see langword="null"/> for the current one.</param>
    /// <param name="cancellationToken">Gives up the call.</param>
    /// <exception cref="StateContentionException">Others changed it all the while.</exception>
    public async ValueTask PutAsync(string hash, string name, TimeSpan? lasting, CancellationToken cancellationToken)
    {
        var current = await store.GetAsync(KeyOf(hash), cancellationToken).ConfigureAwait(false);
        for (var attempt = 0; attempt < MaxAttempts; attempt++)
        {
            var written = await store.CompareAndSetAsync(
                KeyOf(hash), StoredApiKeyFormat.WriteName(name), current?.Version ?? StateEntry.NoVersion, lasting + Margin, cancellationToken).ConfigureAwait(false);
            if (written.Succeeded)
            {
                return;
            }

            current = written.Current;
        }

        throw new StateContentionException("API key restoration", MaxAttempts);
    }

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
