using Microsoft.Extensions.Logging;
using Pipeline.Backends;
using Pipeline.State;

namespace Pipeline.Authentication;

/// <summary>Looks keys up in the state store, and remembers those that callers come with. Thread safe.</summary>
/// <remarks>
/// A change is known within a second by the watch. The watch cannot tell that its connection has died in silence, so what is remembered is read anew every so often, by one caller
/// while the others go on. An unknown key is not remembered: one that was just made works everywhere at once, and who tries many is banned.
/// </remarks>
internal sealed class StoredApiKeys(IStateStore store, string space, ApiKeyOptions options, TimeProvider time, ILogger<StoredApiKeys> logger)
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan RetryInterval = TimeSpan.FromSeconds(5);

    private readonly ApiKeyHashIndex _hashes = new(store, space);
    private readonly BoundedMap<KeyHash, string> _names = new(options.StoreCacheSize);
    private readonly BoundedMap<string, CachedApiKey> _keys = new(options.StoreCacheSize);
    private long _changes;
    private volatile bool _isAway;

    public ValueTask<StoredApiKeyAnswer> FindAsync(KeyHash hash, CancellationToken cancellationToken)
    {
        if (!_names.TryGet(hash, out var name))
        {
            return ReadAsync(hash, name: null, known: null, cancellationToken);
        }

        if (!_keys.TryGet(name, out var known) || known.IsOutdated)
        {
            return ReadAsync(hash, name, known: null, cancellationToken);
        }

        var now = time.GetTimestamp();
        return IsTooOld(known) || known.TakesCheck(now, now + Ticks(RetryInterval))
            ? ReadAsync(hash, name, known, cancellationToken)
            : new(new StoredApiKeyAnswer(known.Find(hash)));
    }

    /// <summary>Forgets what is remembered of a name: it has changed.</summary>
    public void Forget(string name)
    {
        Interlocked.Increment(ref _changes);
        if (_keys.TryGet(name, out var known))
        {
            known.Outdate();
        }
    }

    /// <summary>Follows the changes in the store until it is told to stop.</summary>
    public async Task WatchAsync(CancellationToken cancellationToken)
    {
        await foreach (var change in store.WatchAsync(space, StoredApiKeyFormat.NamePrefix, cancellationToken).ConfigureAwait(false))
        {
            if (change.Key is { } key)
            {
                Forget(key.Key[StoredApiKeyFormat.NamePrefix.Length..]);
            }
            else
            {
                Interlocked.Increment(ref _changes);
                _keys.ForEach(static known => known.Doubt());
            }
        }
    }

    private async ValueTask<StoredApiKeyAnswer> ReadAsync(KeyHash hash, string? name, CachedApiKey? known, CancellationToken cancellationToken)
    {
        try
        {
            var answer = await ReadAsync(hash, name, cancellationToken).ConfigureAwait(false);
            if (_isAway)
            {
                _isAway = false;
                Log.ApiKeyStoreAnswers(logger);
            }

            return new(answer);
        }
        catch (Exception exception) when (exception is BackendUnavailableException or BackendRefusedException or InvalidDataException)
        {
            if (!_isAway)
            {
                _isAway = true;
                Log.ApiKeyStoreAway(logger, exception);
            }

            return known is null || IsTooOld(known) || known.IsOutdated ? StoredApiKeyAnswer.Unavailable : new(known.Find(hash));
        }
    }

    private async ValueTask<ApiKeyCredential?> ReadAsync(KeyHash hash, string? name, CancellationToken cancellationToken)
    {
        if (name is not null && await ReadUnderAsync(hash, name, cancellationToken).ConfigureAwait(false) is { } remembered)
        {
            return remembered;
        }

        // Also for a hash whose name is remembered: the key may have been revoked, and restored under another name.
        return await _hashes.FindAsync(hash.ToString(), cancellationToken).ConfigureAwait(false) is { } found
            ? await ReadUnderAsync(hash, found, cancellationToken).ConfigureAwait(false)
            : null;
    }

    private async ValueTask<ApiKeyCredential?> ReadUnderAsync(KeyHash hash, string name, CancellationToken cancellationToken)
    {
        var changes = Interlocked.Read(ref _changes);
        var asked = time.GetTimestamp();
        if (await store.GetAsync(StoredApiKeyFormat.NameKey(space, name), cancellationToken).ConfigureAwait(false) is not { } stored)
        {
            Forget(name);
            return null;
        }

        var read = new CachedApiKey(StoredApiKeyFormat.CredentialsOf(StoredApiKeyFormat.Read(stored.Value)), asked, asked + Ticks(Interval));
        if (read.Find(hash) is not { } credential)
        {
            return null;
        }

        _names.Set(hash, name);
        _keys.Set(name, read);

        // What was read may be what a change has replaced, which was reported before this could be found.
        if (Interlocked.Read(ref _changes) != changes)
        {
            read.Outdate();
        }

        return credential;
    }

    private bool IsTooOld(CachedApiKey known) => time.GetElapsedTime(known.ConfirmedAt) > Interval + options.StoreOutageTolerance;

    private long Ticks(TimeSpan span) => (long)(span.TotalSeconds * time.TimestampFrequency);
}
