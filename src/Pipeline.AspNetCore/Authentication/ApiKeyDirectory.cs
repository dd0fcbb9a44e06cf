using System.Buffers.Text;
using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using Microsoft.Extensions.Logging;
using Pipeline.Backends;
using Pipeline.State;

namespace Pipeline.Authentication;

/// <summary>Makes, lists, rotates and revokes API keys in the suite's state store, for all replicas. Lists those of configuration and file, too.</summary>
/// <remarks>
/// <para>
/// Registered by <c>AddPipelineApiKeys</c>. All but listing needs <see cref="ApiKeyOptions.Store"/>. A change counts in every replica within a second while the store can be
/// reached, and in this one at once. Thread safe.
/// </para>
/// <para>
/// A key is known to nobody but who made it: the store holds its SHA-256. A call whose answer was lost (<see cref="BackendUnavailableException"/>) may have
/// taken place; the key that it made is then lost, and is replaced by <see cref="RotateAsync"/>.
/// </para>
/// </remarks>
public sealed class ApiKeyDirectory
{
    private const string KeyPrefix = "pk_";
    private const int KeyBytes = 32;
    private const int MaxAttempts = 8;

    private readonly ApiKeyRing _ring;
    private readonly IStateStore _store;
    private readonly ApiKeyHashIndex _hashes;
    private readonly StoredApiKeys _known;
    private readonly string _space;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;

    internal ApiKeyDirectory(ApiKeyRing ring, IStateStore store, StoredApiKeys known, string space, TimeProvider time, ILogger logger)
    {
        _ring = ring;
        _store = store;
        _hashes = new ApiKeyHashIndex(store, space);
        _known = known;
        _space = space;
        _time = time;
        _logger = logger;
    }

    /// <summary>Makes a key.</summary>
    /// <param name="definition">What it is for.</param>
    /// <param name="cancellationToken">Gives up the call.</param>
    /// <returns>The key, which cannot be had again; or <see langword="null"/> where there is one of the name.</returns>
    /// <exception cref="ArgumentException">The definition is malformed; the message says what and how to mend it.</exception>
    /// <exception cref="InvalidOperationException"><see cref="ApiKeyOptions.Store"/> is not set.</exception>
    /// <exception cref="BackendUnavailableException">The store did not answer.</exception>
    public async ValueTask<ApiKeySecret?> CreateAsync(ApiKeyDefinition definition, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(definition);
        CheckStore();
        if (ApiKeyRules.FindProblem(definition, _ring.Options.AllowedScopes, checksName: true, out _) is { } problem)
        {
            throw new ArgumentException($"The key cannot be made: {problem}", nameof(definition));
        }

        if (_ring.Keys.Any(key => string.Equals(key.Name, definition.Name, StringComparison.Ordinal)))
        {
            return null;
        }

        var now = _time.GetUtcNow();
        var (key, hash) = MakeKey();
        var stored = new StoredApiKey
        {
            Format = StoredApiKeyFormat.Version,
            Name = definition.Name,
            Tenant = definition.Tenant,
            Scopes = definition.Scopes,
            Networks = definition.AllowedNetworks,
            CreatedAt = now,
            ExpiresAt = definition.ExpiresAt,
            Keys = [new StoredKeyHash { Sha256 = hash, AddedAt = now }],
        };

        // First the way to the name, which leads nowhere without the name's own entry: so a key that was given out can always be found.
        await _hashes.AddAsync(hash, definition.Name, cancellationToken).ConfigureAwait(false);
        var written = await _store.CompareAndSetAsync(
            NameKey(definition.Name), StoredApiKeyFormat.Write(stored), StateEntry.NoVersion, timeToLive: null, cancellationToken).ConfigureAwait(false);
        if (!written.Succeeded)
        {
            await _hashes.RemoveAsync(hash, cancellationToken).ConfigureAwait(false);
            return null;
        }

        _known.Forget(definition.Name);
        Log.ApiKeyCreated(_logger, definition.Name);
        return new ApiKeySecret(definition.Name, key);
    }

    /// <summary>Lists the keys: those of configuration and file, then those of the store by name, where <see cref="ApiKeyOptions.Store"/> is set.</summary>
    /// <param name="cancellationToken">Gives up the call.</param>
    /// <returns>The keys, without the keys themselves.</returns>
    /// <exception cref="BackendUnavailableException">The store did not answer.</exception>
    /// <exception cref="InvalidDataException">A stored key was written by a later version of the suite, or is damaged.</exception>
    public async IAsyncEnumerable<ApiKeyInfo> ListAsync([EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        var now = _time.GetUtcNow();
        foreach (var key in Configured(now))
        {
            yield return key;
        }

        if (!_ring.Options.Store)
        {
            yield break;
        }

        await foreach (var stored in StoredApiKeyFormat.ReadAllAsync(_store, _space, cancellationToken).ConfigureAwait(false))
        {
            yield return InfoOf(stored, now);
        }
    }

    /// <summary>Replaces the key of a name by a new one. The old one works on for a while.</summary>
    /// <param name="name">The name.</param>
    /// <param name="grace">How long the old one works, zero to 30 days; <see langword="null"/> for <see cref="ApiKeyOptions.RotationGrace"/>.</param>
    /// <param name="cancellationToken">Gives up the call.</param>
    /// <returns>The new key, which cannot be had again; or <see langword="null"/> where the store has no key of the name.</returns>
    /// <remarks>Of a name that is rotated again and again, at most 8 old keys work.</remarks>
    /// <exception cref="ArgumentException"><paramref name="name"/> is no name of a key.</exception>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="grace"/> is out of range.</exception>
    /// <exception cref="InvalidOperationException"><see cref="ApiKeyOptions.Store"/> is not set.</exception>
    /// <exception cref="InvalidDataException">The stored key was written by a later version of the suite, or is damaged.</exception>
    /// <exception cref="BackendUnavailableException">The store did not answer.</exception>
    /// <exception cref="StateContentionException">Others changed the key all the while. The call may be repeated.</exception>
    public async ValueTask<ApiKeySecret?> RotateAsync(string name, TimeSpan? grace = null, CancellationToken cancellationToken = default)
    {
        CheckName(name);
        var lasting = grace ?? _ring.Options.RotationGrace;
        if (lasting < TimeSpan.Zero || lasting > TimeSpan.FromDays(30))
        {
            throw new ArgumentOutOfRangeException(nameof(grace), "Give a time from zero to 30 days.");
        }

        var current = await _store.GetAsync(NameKey(name), cancellationToken).ConfigureAwait(false);
        if (current is null)
        {
            return null;
        }

        var (key, hash) = MakeKey();
        await _hashes.AddAsync(hash, name, cancellationToken).ConfigureAwait(false);
        for (var attempt = 0; attempt < MaxAttempts && current is { } entry; attempt++)
        {
            var old = StoredApiKeyFormat.Read(entry.Value);
            var rotated = Rotate(old, hash, lasting);
            var written = await _store.CompareAndSetAsync(
                NameKey(name), StoredApiKeyFormat.Write(rotated), entry.Version, timeToLive: null, cancellationToken).ConfigureAwait(false);
            if (written.Succeeded)
            {
                _known.Forget(name);
                Log.ApiKeyRotated(_logger, name, lasting);
                foreach (var replaced in old.Keys.Where(static replaced => replaced.Until is null))
                {
                    await _hashes.LetGoAsync(replaced.Sha256, lasting, cancellationToken).ConfigureAwait(false);
                }

                return new ApiKeySecret(name, key);
            }

            current = written.Current;
        }

        await _hashes.RemoveAsync(hash, cancellationToken).ConfigureAwait(false);
        return current is null ? null : throw new StateContentionException("API key rotation", MaxAttempts);
    }

    /// <summary>Revokes the key of a name, with those that it has replaced. The name may be used again.</summary>
    /// <param name="name">The name.</param>
    /// <param name="cancellationToken">Gives up the call.</param>
    /// <returns>Whether the store had one; <see langword="false"/>, too, for a key of configuration or file, which is taken away there.</returns>
    /// <exception cref="ArgumentException"><paramref name="name"/> is no name of a key.</exception>
    /// <exception cref="InvalidOperationException"><see cref="ApiKeyOptions.Store"/> is not set.</exception>
    /// <exception cref="BackendUnavailableException">The store did not answer. The call may be repeated.</exception>
    public async ValueTask<bool> RevokeAsync(string name, CancellationToken cancellationToken = default)
    {
        CheckName(name);
        var current = await _store.GetAsync(NameKey(name), cancellationToken).ConfigureAwait(false);
        var isRevoked = await _store.DeleteAsync(NameKey(name), expectedVersion: null, cancellationToken).ConfigureAwait(false);
        _known.Forget(name);
        if (isRevoked)
        {
            Log.ApiKeyRevoked(_logger, name);
        }

        if (current is { } entry)
        {
            await RemoveHashesAsync(entry, cancellationToken).ConfigureAwait(false);
        }

        return isRevoked;
    }

    private static (string Key, string Hash) MakeKey()
    {
        Span<byte> random = stackalloc byte[KeyBytes];
        RandomNumberGenerator.Fill(random);
        var key = KeyPrefix + Base64Url.EncodeToString(random);
        return (key, KeyHash.Of(key).ToString());
    }

    private static ApiKeyInfo InfoOf(StoredApiKey stored, DateTimeOffset now) => new(stored.ToDefinition(), ApiKeySource.Store)
    {
        CreatedAt = stored.CreatedAt,
        ReplacedKeysUntil = stored.Keys.Where(key => key.Until > now).Max(static key => key.Until),
    };

    private IEnumerable<ApiKeyInfo> Configured(DateTimeOffset now)
    {
        var keys = _ring.Keys;
        var replaced = keys.Where(key => key.GraceUntil > now).ToLookup(static key => key.Name, static key => key.GraceUntil, StringComparer.Ordinal);
        return keys
            .Where(key => key.GraceUntil is null || key.GraceUntil > now)
            .GroupBy(static key => key.Name, StringComparer.Ordinal)
            .OrderBy(static group => group.Key, StringComparer.Ordinal)
            .Select(group => group.FirstOrDefault(static key => key.GraceUntil is null) ?? group.First())
            .Select(key => new ApiKeyInfo(key.Definition, key.Source) { IsEnabled = key.IsEnabled, ReplacedKeysUntil = replaced[key.Name].Max() });
    }

    private StoredApiKey Rotate(StoredApiKey stored, string hash, TimeSpan grace)
    {
        var now = _time.GetUtcNow();
        var replaced = stored.Keys
            .Select(key => key.Until < now + grace ? key : key with { Until = now + grace })
            .Where(key => key.Until > now)
            .Take(StoredApiKey.MaxReplacedKeys);
        return stored with { Keys = [new StoredKeyHash { Sha256 = hash, AddedAt = now }, .. replaced] };
    }

    private async ValueTask RemoveHashesAsync(StateEntry entry, CancellationToken cancellationToken)
    {
        StoredApiKey stored;
        try
        {
            stored = StoredApiKeyFormat.Read(entry.Value);
        }
        catch (InvalidDataException)
        {
            // Also a damaged key can be revoked. The ways that led to it lead nowhere.
            return;
        }

        foreach (var key in stored.Keys)
        {
            await _hashes.RemoveAsync(key.Sha256, cancellationToken).ConfigureAwait(false);
        }
    }

    private StateKey NameKey(string name) => StoredApiKeyFormat.NameKey(_space, name);

    private void CheckName(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        CheckStore();
        if (ApiKeyTexts.FindNameProblem(name) is { } problem)
        {
            throw new ArgumentException($"It cannot be a key's name: {problem}", nameof(name));
        }
    }

    private void CheckStore()
    {
        if (!_ring.Options.Store)
        {
            throw new InvalidOperationException("API keys are not kept in the store. Set ApiKeys:Store to true.");
        }
    }
}
