using System.Globalization;
using System.Text;
using Pipeline.RateLimiting;
using Xunit.Sdk;

namespace Pipeline.Conformance.RateLimiting.Generation;

/// <summary>
/// Runs one generated sequence of operations, one after another, on a limiter that two processes opened, and compares each answer with the
/// bounds of the model.
/// </summary>
internal sealed partial class LimiterSequence
{
    private const int Keys = 3;
    private const int BurstSize = 80;

    private static readonly TimeSpan ClockOffset = TimeSpan.FromMinutes(5);

    private readonly RateLimiterTestStore _store;
    private readonly SeededRandom _random;
    private readonly ulong _seed;
    private readonly IReadOnlyList<IRateLimiter> _processes;
    private readonly IReadOnlyList<RateLimitRule> _rules;
    private readonly IReadOnlyList<string> _keys;
    private readonly Dictionary<LimitedKey, BoundedState> _states = [];
    private readonly List<ModelReservation> _reservations = [];
    private readonly StringBuilder _log = new();
    private long _wall;
    private bool _wasSetBack;
    private int _operation;
    private (RateLimitRequest Request, TimeSpan RetryAfter)? _denied;

    private LimiterSequence(
        RateLimiterTestStore store, ulong seed, SeededRandom random, IReadOnlyList<IRateLimiter> processes, IReadOnlyList<RateLimitRule> rules)
    {
        _store = store;
        _seed = seed;
        _random = random;
        _processes = processes;
        _rules = rules;
        _keys = [.. Enumerable.Range(0, Keys).Select(i => $"k{i}-{Guid.NewGuid():N}")];
    }

    private long Tolerance => _store.ClockTolerance.Ticks;

    // A server that moves by itself may decide by a time that it read a moment before the call came, or read otherwise than who asks it for the time.
    private long Slack => _store.ClockTolerance > TimeSpan.Zero ? TimeSpan.TicksPerMillisecond : 0;

    private IRateLimiter AnyProcess => _random.Pick(_processes);

    /// <summary>Runs one sequence.</summary>
    public static async Task RunAsync(RateLimiterTestStore store, ulong seed, int operations)
    {
        var random = new SeededRandom(seed);
        IRateLimiter[] processes = [await store.OpenAsync(ClockOffset), await store.OpenAsync(-ClockOffset)];
        await new LimiterSequence(store, seed, random, processes, GeneratedRules.Next(random, store.Tick)).RunAsync(operations);
    }

    private async Task RunAsync(int operations)
    {
        try
        {
            for (_operation = 1; _operation <= operations; _operation++)
            {
                await NextAsync();
                await PeekAsync();
            }
        }
        catch (Exception failure)
        {
            var problem = failure is XunitException ? failure.Message : $"{failure.GetType().Name}: {failure.Message}";
            throw new XunitException($"Seed {_seed}, operation {_operation}: {problem}\n{string.Join('\n', _rules)}\n{_log}", failure);
        }
    }

    private Task NextAsync() => _random.Next(100) switch
    {
        < 45 => AcquireAsync(NextRequest()),
        < 53 => AcquireWhenDueAsync(),
        < 65 => SettleAsync(),
        < 70 => ReleaseAsync(),
        < 76 => RenewAsync(),
        < 79 => ResetAsync(),
        < 81 => JumpAsync(),
        < 82 => BurstAsync(),
        _ => AdvanceAsync(),
    };

    /// <summary>More charges than a window can keep apart.</summary>
    private async Task BurstAsync()
    {
        var (key, rule) = (_random.Pick(_keys), _random.Pick(_rules));
        var step = _store.Tick.Ticks / BurstSize / _store.ClockUnit.Ticks * _store.ClockUnit.Ticks;
        for (var i = 0; i < BurstSize; i++)
        {
            await AcquireAsync(new RateLimitDimension(key, rule));
            await _store.AdvanceAsync(TimeSpan.FromTicks(step));
        }
    }

    private async Task AdvanceAsync()
    {
        var unit = _store.ClockUnit.Ticks;
        var most = _random.Chance(30) ? _store.Tick.Ticks / 50 : _random.Chance(85) ? _store.Tick.Ticks * 2 : _store.Tick.Ticks * 12;
        var ticks = (1 + (long)(_random.NextUInt64() % (ulong)most)) / unit * unit;
        Log($"advance {TimeSpan.FromTicks(ticks)}");
        await _store.AdvanceAsync(TimeSpan.FromTicks(ticks));
    }

    /// <summary>Sets the wall clock a few windows forwards or backwards.</summary>
    private async Task JumpAsync()
    {
        if (_store.CannotSetClock is not null)
        {
            return;
        }

        var unit = _store.ClockUnit.Ticks;
        var to = _random.Between(-8, 8) * (_store.Tick.Ticks / unit / 3 * unit);
        Log($"wall clock {TimeSpan.FromTicks(to - _wall)}");
        await _store.SetServerTimeAsync((await _store.GetServerTimeAsync()).AddTicks(to - _wall));
        (_wall, _denied, _wasSetBack) = (to, null, _wasSetBack || to < _wall);
    }

    /// <summary>Calls, and says between which moments.</summary>
    private async Task<(T Answer, ModelMoment At)> CallAsync<T>(Func<ValueTask<T>> call)
    {
        var earliest = (await _store.GetServerTimeAsync()).UtcTicks - _wall - Slack;
        var answer = await call();
        return (answer, new(earliest, (await _store.GetServerTimeAsync()).UtcTicks - _wall + Slack, _wall));
    }

    private BoundedState StateOf(in RateLimitDimension dimension)
    {
        if (!_states.TryGetValue(LimitedKey.Of(dimension), out var state))
        {
            _states.Add(LimitedKey.Of(dimension), state = new BoundedState(dimension.Rule.Kind));
        }

        return state;
    }

    private RateLimitRequest NextRequest()
    {
        var dimensions = Enumerable.Range(0, _random.Between(1, 3)).Select(_ => NextDimension()).DistinctBy(one => LimitedKey.Of(one)).ToArray();
        return _random.Chance(10) ? new([.. dimensions, new(_keys[0], RateLimitRule.Unlimited, 7)]) : new(dimensions);
    }

    private RateLimitDimension NextDimension()
    {
        var (key, rule) = (_random.Pick(_keys), _random.Pick(_rules));
        var cost = _random.Next(100) switch
        {
            < 10 => 0,
            < 60 => 1 + (long)(_random.NextUInt64() % (ulong)Math.Max(1, rule.Limit / 5)),
            < 95 => 1 + (long)(_random.NextUInt64() % (ulong)rule.Limit),
            _ => rule.Limit,
        };
        return rule.Kind != RateLimitRuleKind.Concurrency && _random.Chance(50)
            ? RateLimitDimension.Estimate(key, rule, _random.Chance(10) ? cost * 3 : cost)
            : new(key, rule, Math.Min(cost, rule.Limit));
    }

    private static string Describe(in RateLimitDimension dimension) =>
        $"{(dimension.Rule.Kind == RateLimitRuleKind.Unlimited ? "-" : dimension.Key[..2])} '{dimension.Rule}' {(dimension.IsEstimate ? "~" : "")}{dimension.Cost}";

    private static string Describe(RateLimitRequest request) => string.Join(", ", request.Dimensions.ToArray().Select(one => Describe(one)));

    private void Log(string operation) => _log.AppendLine(CultureInfo.InvariantCulture, $"{_operation,3}  {operation}");
}
