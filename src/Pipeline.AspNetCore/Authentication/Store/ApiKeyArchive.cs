using Microsoft.Extensions.Logging;
using Pipeline.Backends;
using Pipeline.State;

namespace Pipeline.Authentication;

/// <summary>Gives out the keys of the state store as they stand there, and puts such back. Thread safe.</summary>
internal sealed class ApiKeyArchive(
    ApiKeyRing ring, IStateStore store, StoredApiKeys known, string space, TimeProvider time, ILogger<ApiKeyArchive> logger)
{
    private const int MaxAttempts = 8;

    private readonly ApiKeyHashIndex _hashes = new(store, space);

    /// <summary>All keys of the store by name, without replaced ones that no longer work; none where keys are not kept there.</summary>
    /// <exception cref="BackendUnavailableException">The store did not answer.</exception>
    /// <exception cref="InvalidDataException">A stored key was written by a later version of the suite, or is damaged.</exception>
    public async ValueTask<IReadOnlyList<StoredApiKey>> ReadAsync(CancellationToken cancellationToken)
    {
        List<StoredApiKey> keys = [];
        if (ring.Options.Store)
        {
            await foreach (var key in StoredApiKeyFormat.ReadAllAsync(store, space, cancellationToken).ConfigureAwait(false))
            {
                keys.Add(key.At(time.GetUtcNow()));
            }
        }

        return keys;
    }

    /// <summary>Puts a key back, unless what is there contradicts it. May be repeated.</summary>
    /// <param name="key">The key, well formed.</param>
    /// <param name="replaces">Whether it replaces another key of its name.</param>
    /// <param name="isTrial">Whether nothing is done but said what would be.</param>
    /// <param name="cancellationToken">Gives up the call.</param>
    /// <returns>What became of it; for a conflict, with what is in the way and what to do.</returns>
    /// <exception cref="BackendUnavailableException">The store did not answer.</exception>
    /// <exception cref="StateContentionException">Others changed the key all the while.</exception>
    public async ValueTask<(ApiKeyRestore Outcome, string? Reason)> RestoreAsync(
        StoredApiKey key, bool replaces, bool isTrial, CancellationToken cancellationToken)
    {
        if (!ring.Options.Store)
        {
            return (ApiKeyRestore.Conflict, "API keys are not kept in the store. Set ApiKeys:Store to true, start anew, and repeat the import.");
        }

        var now = time.GetUtcNow();
        var restored = key.At(now);
        for (var attempt = 0; attempt < MaxAttempts; attempt++)
        {
            if ((FindConfigured(restored) ?? await FindOtherAsync(restored, now, cancellationToken).ConfigureAwait(false)) is { } taken)
            {
                return (ApiKeyRestore.Conflict, taken);
            }

            var entry = await store.GetAsync(StoredApiKeyFormat.NameKey(space, key.Name), cancellationToken).ConfigureAwait(false);
            var former = TryRead(entry)?.At(now);
            if (former is not null && former.IsSameAs(restored))
            {
                return (ApiKeyRestore.Unchanged, null);
            }

            if (entry is not null && !replaces)
            {
                return (ApiKeyRestore.Conflict, "Another key has this name. Revoke it, or repeat the import with ?replace=true.");
            }

            if (isTrial || await TryWriteAsync(restored, former, entry?.Version ?? StateEntry.NoVersion, now, cancellationToken).ConfigureAwait(false))
            {
                return (entry is null ? ApiKeyRestore.Created : ApiKeyRestore.Replaced, null);
            }
        }

        throw new StateContentionException("API key restoration", MaxAttempts);
    }

    // What cannot be read is not what is restored, and can be replaced by it.
    private static StoredApiKey? TryRead(StateEntry? entry)
    {
        try
        {
            return entry is { } found ? StoredApiKeyFormat.Read(found.Value) : null;
        }
        catch (InvalidDataException)
        {
            return null;
        }
    }

    private string? FindConfigured(StoredApiKey key) =>
        ring.Keys.Any(other => string.Equals(other.Name, key.Name, StringComparison.Ordinal))
            ? "A key of configuration or file has this name. Take one of them away, or give it another name."
            : key.Keys.Any(hash => KeyHash.TryParse(hash.Sha256, out var parsed) && ring.TryFind(parsed, out _))
                ? "It is a key of configuration or file, under another name. Take it away there, or leave it out here."
                : null;

    private async ValueTask<string?> FindOtherAsync(StoredApiKey key, DateTimeOffset now, CancellationToken cancellationToken)
    {
        try
        {
            foreach (var hash in key.Keys)
            {
                if (await _hashes.FindAsync(hash.Sha256, cancellationToken).ConfigureAwait(false) is { } name
                    && !string.Equals(name, key.Name, StringComparison.Ordinal)
                    && await store.GetAsync(StoredApiKeyFormat.NameKey(space, name), cancellationToken).ConfigureAwait(false) is { } entry
                    && StoredApiKeyFormat.Read(entry.Value).At(now).Keys.Any(other => string.Equals(other.Sha256, hash.Sha256, StringComparison.Ordinal)))
                {
                    return $"It is the key of '{name}' here. Revoke that one, or leave this one out.";
                }
            }

            return null;
        }
        catch (InvalidDataException exception)
        {
            return exception.Message;
        }
    }

    private async ValueTask<bool> TryWriteAsync(StoredApiKey key, StoredApiKey? former, long version, DateTimeOffset now, CancellationToken cancellationToken)
    {
        // First the ways to the name, as with a key that is made.
        foreach (var hash in key.Keys)
        {
            await _hashes.PutAsync(hash.Sha256, key.Name, hash.Until - now, cancellationToken).ConfigureAwait(false);
        }

        var written = await store.CompareAndSetAsync(
            StoredApiKeyFormat.NameKey(space, key.Name), StoredApiKeyFormat.Write(key), version, timeToLive: null, cancellationToken).ConfigureAwait(false);
        if (!written.Succeeded)
        {
            return false;
        }

        known.Forget(key.Name);
        Log.ApiKeyRestored(logger, key.Name);
        foreach (var replaced in former?.Keys.ExceptBy(key.Keys.Select(static hash => hash.Sha256), static hash => hash.Sha256, StringComparer.Ordinal) ?? [])
        {
            await _hashes.RemoveAsync(replaced.Sha256, cancellationToken).ConfigureAwait(false);
        }

        return true;
    }
}
