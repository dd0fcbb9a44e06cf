using System.Globalization;
using System.Text;
using Pipeline.State;
using Xunit.Sdk;

namespace Pipeline.Conformance.State.Generation;

/// <summary>Runs one generated sequence of operations on the keys of two tenants, from two processes, and compares each answer with a model.</summary>
internal sealed class IdempotencySequence
{
    private readonly StateTestStore _store;
    private readonly IStateStore _clock;
    private readonly SeededRandom _random;
    private readonly ulong _seed;
    private readonly IReadOnlyList<IIdempotencyStore> _processes;
    private readonly IReadOnlyList<(string Tenant, string Key)> _keys;
    private readonly Dictionary<(string, string), IdempotencyModel> _models = [];
    private readonly Dictionary<(string, string), long> _tokens = [];
    private readonly List<IdempotencyLease> _leases = [];
    private readonly StringBuilder _log = new();
    private int _operation;

    private IdempotencySequence(StateTestStore store, IStateStore clock, ulong seed, IReadOnlyList<IIdempotencyStore> processes)
    {
        (_store, _clock, _seed, _processes) = (store, clock, seed, processes);
        _random = new SeededRandom(seed);
        var run = Guid.NewGuid().ToString("N");
        _keys = [($"acme-{run}", "1"), ($"acme-{run}", "1/1"), ($"acme-{run}/1", "1")];
    }

    private IIdempotencyStore AnyProcess => _random.Pick(_processes);

    public static Task RunAsync(StateTestStore store, IStateStore clock, ulong seed, int operations, params IReadOnlyList<IIdempotencyStore> processes) =>
        new IdempotencySequence(store, clock, seed, processes).RunAsync(operations);

    private async Task RunAsync(int operations)
    {
        try
        {
            for (_operation = 1; _operation <= operations; _operation++)
            {
                var now = await SettleAsync();
                await (_random.Next(100) switch
                {
                    < 20 => AdvanceAsync(),
                    < 60 => BeginAsync(now),
                    < 72 => RenewAsync(now),
                    < 88 => CompleteAsync(now),
                    _ => ReleaseAsync(),
                });
            }
        }
        catch (Exception failure)
        {
            var problem = failure is XunitException ? failure.Message : $"{failure.GetType().Name}: {failure.Message}";
            throw new XunitException($"Seed {_seed}, operation {_operation}: {problem}\n{_log}", failure);
        }
    }

    /// <summary>Passes what is about to happen, since a clock that moves by itself would make it uncertain, and forgets what is over.</summary>
    private async Task<DateTimeOffset> SettleAsync()
    {
        while (true)
        {
            var (now, tolerance) = (await _clock.GetTimeAsync(), _store.ClockTolerance);
            var isClose = _models.Values.SelectMany(model => new[] { model.LeaseUntil, model.GoneAt }).Any(due => (due - now).Duration() <= tolerance);
            if (tolerance == TimeSpan.Zero || !isClose)
            {
                foreach (var (key, _) in _models.Where(model => model.Value.GoneAt <= now).ToList())
                {
                    _models.Remove(key);
                }

                return now;
            }

            await _store.AdvanceAsync(tolerance * 2);
        }
    }

    private async Task BeginAsync(DateTimeOffset now)
    {
        var (tenant, key) = _random.Pick(_keys);
        var request = new IdempotencyRequest(tenant, key, _random.Chance(85) ? "same" : "other")
        {
            Lease = _store.Tick * _random.Between(1, 4),
            TimeToLive = _store.Tick * _random.Between(2, 10),
        };
        var start = await AnyProcess.BeginAsync(request);
        Log($"begin {key} for {request.Lease}, '{request.Fingerprint}': {start.Status}");

        var model = _models.GetValueOrDefault((tenant, key));
        var expected = model is null ? IdempotencyStatus.Started
            : model.Lease.Request.Fingerprint != request.Fingerprint ? IdempotencyStatus.Conflict
            : model.Response is not null ? IdempotencyStatus.Completed
            : model.LeaseUntil > now ? IdempotencyStatus.InProgress : IdempotencyStatus.Started;
        Ensure.That(start.Status == expected, $"The answer is {start.Status}, and should be {expected}.");
        Ensure.That(
            expected != IdempotencyStatus.Completed || Encoding.UTF8.GetString(start.Response.Span) == model!.Response, "The stored answer is another.");
        Ensure.That(
            expected != IdempotencyStatus.InProgress || (start.RetryAfter - (model!.LeaseUntil - now)).Duration() <= _store.ClockTolerance,
            $"RetryAfter is {start.RetryAfter}.");
        if (start.Lease is { } lease)
        {
            Ensure.That(lease.Token > _tokens.GetValueOrDefault((tenant, key)), $"The fencing token {lease.Token} does not rise.");
            _tokens[(tenant, key)] = lease.Token;
            _leases.Add(lease);
            _models[(tenant, key)] = new(lease, now + request.Lease, now + request.TimeToLive, Response: null);
        }
    }

    private async Task RenewAsync(DateTimeOffset now)
    {
        if (NextLease() is not { } lease)
        {
            return;
        }

        var isRenewed = await AnyProcess.RenewAsync(lease);
        Log($"renew {lease.Request.Key} {lease.Token}: {isRenewed}");
        var model = Find(lease);
        Ensure.That(isRenewed == (model is { Response: null }), "The lease was renewed, or not, against the model.");
        if (isRenewed)
        {
            _models[KeyOf(lease)] = model! with { LeaseUntil = now + lease.Request.Lease, GoneAt = now + lease.Request.TimeToLive };
        }
    }

    private async Task CompleteAsync(DateTimeOffset now)
    {
        if (NextLease() is not { } lease)
        {
            return;
        }

        TimeSpan? timeToLive = _random.Chance(50) ? null : _store.Tick * _random.Between(1, 6);
        var response = $"answer {_operation}";
        var isCompleted = await AnyProcess.CompleteAsync(lease, Encoding.UTF8.GetBytes(response), timeToLive);
        Log($"complete {lease.Request.Key} {lease.Token}: {isCompleted}");
        var model = Find(lease);
        Ensure.That(isCompleted == model is not null, "The key was completed, or not, against the model.");
        if (model is { Response: null })
        {
            _models[KeyOf(lease)] = model with { Response = response, GoneAt = now + (timeToLive ?? lease.Request.TimeToLive) };
        }
    }

    private async Task ReleaseAsync()
    {
        if (NextLease() is not { } lease)
        {
            return;
        }

        var isReleased = await AnyProcess.ReleaseAsync(lease);
        Log($"release {lease.Request.Key} {lease.Token}: {isReleased}");
        Ensure.That(isReleased == (Find(lease) is { Response: null }), "The key was released, or not, against the model.");
        if (isReleased)
        {
            _models.Remove(KeyOf(lease));
        }
    }

    private async Task AdvanceAsync()
    {
        var ticks = 1 + (long)(_random.NextUInt64() % (ulong)(_store.Tick.Ticks * 4));
        Log($"advance {TimeSpan.FromTicks(ticks)}");
        await _store.AdvanceAsync(TimeSpan.FromTicks(ticks));
    }

    private IdempotencyLease? NextLease() => _leases.Count == 0 ? null : _random.Chance(60) ? _leases[^1] : _random.Pick(_leases);

    private IdempotencyModel? Find(IdempotencyLease lease) =>
        _models.GetValueOrDefault(KeyOf(lease)) is { } model && model.Lease.Owner == lease.Owner ? model : null;

    private static (string, string) KeyOf(IdempotencyLease lease) => (lease.Request.Tenant, lease.Request.Key);

    private void Log(string operation) => _log.AppendLine(CultureInfo.InvariantCulture, $"{_operation,3}  {operation}");
}
