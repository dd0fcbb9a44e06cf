using Pipeline.Backends;

namespace Pipeline.State;

/// <summary>Idempotency keys in a state store.</summary>
/// <remarks>
/// An entry a key, which vanishes <see cref="IdempotencyRequest.TimeToLive"/> after its last change. A call is a read and a write, and reads the store's clock
/// every ten seconds. Registered by <c>AddPipeline()</c> over whatever plays the role of <see cref="IStateStore"/>. Thread safe.
/// </remarks>
public sealed class StateIdempotencyStore : IIdempotencyStore
{
    /// <summary>The space of the keys, without the name of a suite: <c>idempotency</c>.</summary>
    public const string DefaultSpace = "idempotency";

    // The next token has to be above the last, and processes may disagree about the time by a little.
    private static readonly TimeSpan ReleasedFor = TimeSpan.FromMinutes(1);

    private readonly StateUpdater _updater;
    private readonly string _space;

    /// <summary>Keeps keys in a store.</summary>
    /// <param name="store">The store.</param>
    /// <param name="timeProvider">The process's clock, by which the store's is followed; <see langword="null"/> for the system's.</param>
    /// <param name="space">The space of the keys, of which nothing else makes use.</param>
    /// <exception cref="ArgumentException"><paramref name="space"/> is not a name (<see cref="StoredName"/>).</exception>
    public StateIdempotencyStore(IStateStore store, TimeProvider? timeProvider = null, string space = DefaultSpace)
    {
        ArgumentNullException.ThrowIfNull(store);
        StoredName.ThrowIfInvalid(space);
        _updater = new StateUpdater(store, timeProvider ?? TimeProvider.System);
        _space = space;
    }

    /// <inheritdoc/>
    public ValueTask<IdempotencyStart> BeginAsync(IdempotencyRequest request, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(request);
        var owner = Guid.NewGuid();
        return _updater.ChangeAsync(KeyOf(request), "idempotency begin", (entry, now) => Begin(request, owner, Read(entry), now), cancellationToken);
    }

    /// <inheritdoc/>
    public ValueTask<bool> RenewAsync(IdempotencyLease lease, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(lease);
        return _updater.ChangeAsync(
            KeyOf(lease.Request),
            "idempotency renewal",
            (entry, now) => Held(lease, entry) is { } record
                ? Write(true, record with { LeaseUntil = now + lease.Request.Lease }, lease.Request.TimeToLive)
                : new(false),
            cancellationToken);
    }

    /// <inheritdoc/>
    public ValueTask<bool> CompleteAsync(
        IdempotencyLease lease, ReadOnlyMemory<byte> response, TimeSpan? timeToLive = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(lease);
        if (response.Length > IIdempotencyStore.MaxResponseBytes)
        {
            throw new ArgumentException(
                $"The response has {response.Length} bytes. Give at most {IIdempotencyStore.MaxResponseBytes}, and store what is larger elsewhere.",
                nameof(response));
        }

        var keptFor = timeToLive ?? lease.Request.TimeToLive;
        StateArguments.CheckTimeToLive(keptFor, nameof(timeToLive));
        return _updater.ChangeAsync(
            KeyOf(lease.Request),
            "idempotency completion",
            (entry, _) => Complete(lease, Read(entry), response, keptFor),
            cancellationToken);
    }

    /// <inheritdoc/>
    public ValueTask<bool> ReleaseAsync(IdempotencyLease lease, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(lease);
        return _updater.ChangeAsync(
            KeyOf(lease.Request),
            "idempotency release",
            (entry, _) => Held(lease, entry) is { } record
                ? Write(true, record with { State = IdempotencyRecordState.Released, LeaseUntil = null }, ReleasedFor)
                : new(false),
            cancellationToken);
    }

    private static StateChangePlan<IdempotencyStart> Begin(IdempotencyRequest request, Guid owner, IdempotencyRecord? found, DateTimeOffset now)
    {
        var isFree = found is null or { State: IdempotencyRecordState.Released };
        if (!isFree && !string.Equals(found!.Fingerprint, request.Fingerprint, StringComparison.Ordinal))
        {
            return new(IdempotencyStart.Conflict);
        }

        if (found is { State: IdempotencyRecordState.Completed })
        {
            return new(IdempotencyStart.Completed(found.Response.GetValueOrDefault()));
        }

        if (found?.LeaseUntil is { } until && until > now)
        {
            return new(IdempotencyStart.InProgress(until - now));
        }

        var token = FencingToken.After(found?.Token ?? 0, now);
        return Write(
            IdempotencyStart.Started(new IdempotencyLease(request, token, owner)),
            new IdempotencyRecord
            {
                State = IdempotencyRecordState.Begun,
                Fingerprint = request.Fingerprint,
                Token = token,
                Owner = owner,
                LeaseUntil = now + request.Lease,
            },
            request.TimeToLive);
    }

    private static StateChangePlan<bool> Complete(IdempotencyLease lease, IdempotencyRecord? found, ReadOnlyMemory<byte> response, TimeSpan keptFor)
    {
        if (found?.Owner != lease.Owner)
        {
            return new(false);
        }

        return found.State == IdempotencyRecordState.Begun
            ? Write(true, found with { State = IdempotencyRecordState.Completed, LeaseUntil = null, Response = response }, keptFor)
            : new(found.State == IdempotencyRecordState.Completed);
    }

    /// <summary>What stands under the key, if this lease has begun it and not ended.</summary>
    private static IdempotencyRecord? Held(IdempotencyLease lease, StateEntry? entry) =>
        Read(entry) is { State: IdempotencyRecordState.Begun } record && record.Owner == lease.Owner ? record : null;

    private static IdempotencyRecord? Read(StateEntry? entry) =>
        entry is { } found ? StoredStateFormat.Read(found.Value, StoredStateJson.Default.IdempotencyRecord, "An idempotency key") : null;

    private static StateChangePlan<TAnswer> Write<TAnswer>(TAnswer answer, IdempotencyRecord record, TimeSpan timeToLive) =>
        new(answer, StoredStateFormat.Write(record, StoredStateJson.Default.IdempotencyRecord), timeToLive);

    private StateKey KeyOf(IdempotencyRequest request) => StateKey.Of(_space, request.Tenant, request.Key);
}
