using System.Globalization;
using System.Text;
using Pipeline.State;
using Xunit.Sdk;

namespace Pipeline.Conformance.State.Generation;

/// <summary>Runs one generated sequence of operations on a state store that two processes opened, and compares each answer with a model.</summary>
internal sealed class StateSequence
{
    private const int Keys = 4;

    private readonly StateTestStore _store;
    private readonly SeededRandom _random;
    private readonly ulong _seed;
    private readonly IReadOnlyList<IStateStore> _processes;
    private readonly string _space;
    private readonly IReadOnlyList<string> _keys;
    private readonly Dictionary<string, (byte[] Value, long Version, DateTimeOffset? ExpiresAt)> _model = new(StringComparer.Ordinal);
    private readonly HashSet<(string, long)> _versions = [];
    private readonly List<long> _former = [1];
    private readonly StringBuilder _log = new();
    private int _operation;

    private StateSequence(StateTestStore store, ulong seed, IReadOnlyList<IStateStore> processes)
    {
        (_store, _seed, _processes) = (store, seed, processes);
        _random = new SeededRandom(seed);
        _space = $"generated-{Guid.NewGuid():N}";
        _keys = ["a", "a/b", "a/c", "b"];
    }

    private IStateStore AnyProcess => _random.Pick(_processes);

    public static async Task RunAsync(StateTestStore store, ulong seed, int operations)
    {
        IStateStore[] processes = [await store.OpenAsync(), await store.OpenAsync()];
        await new StateSequence(store, seed, processes).RunAsync(operations);
    }

    private async Task RunAsync(int operations)
    {
        try
        {
            for (_operation = 1; _operation <= operations; _operation++)
            {
                await ExpireAsync();
                await NextAsync();
            }
        }
        catch (Exception failure)
        {
            var problem = failure is XunitException ? failure.Message : $"{failure.GetType().Name}: {failure.Message}";
            throw new XunitException($"Seed {_seed}, operation {_operation}: {problem}\n{_log}", failure);
        }
    }

    private Task NextAsync() => _random.Next(100) switch
    {
        < 20 => GetAsync(),
        < 60 => WriteAsync(),
        < 75 => DeleteAsync(),
        < 90 => ListAsync(),
        _ => AdvanceAsync(),
    };

    /// <summary>Drops what has expired; and passes what is about to, since a clock that moves by itself would make its fate uncertain.</summary>
    private async Task ExpireAsync()
    {
        var now = await _processes[0].GetTimeAsync();
        var close = _model.Values.Where(entry => entry.ExpiresAt > now - _store.ClockTolerance && entry.ExpiresAt <= now + (_store.ClockTolerance * 2)).ToList();
        if (_store.ClockTolerance > TimeSpan.Zero && close.Count > 0)
        {
            await _store.AdvanceAsync(_store.ClockTolerance * 4);
            await ExpireAsync();
            return;
        }

        foreach (var key in _keys.Where(key => _model.TryGetValue(key, out var entry) && entry.ExpiresAt <= now))
        {
            _model.Remove(key);
        }
    }

    private async Task GetAsync()
    {
        var key = _random.Pick(_keys);
        Log($"get {key}");
        Check(key, await AnyProcess.GetAsync(new StateKey(_space, key)));
    }

    private async Task WriteAsync()
    {
        var key = _random.Pick(_keys);
        var current = _model.TryGetValue(key, out var entry) ? entry.Version : StateEntry.NoVersion;
        var expected = _random.Chance(70) ? current : _random.Chance(50) ? StateEntry.NoVersion : _random.Pick(_former);
        TimeSpan? timeToLive = _random.Chance(50) ? _store.Tick * _random.Between(1, 4) : null;
        var value = new byte[_random.Next(40)];
        value.AsSpan().Fill((byte)_operation);
        Log($"write {key} over {expected}, {current} is there, for {timeToLive}");

        var before = await _processes[0].GetTimeAsync();
        var result = await AnyProcess.CompareAndSetAsync(new StateKey(_space, key), value, expected, timeToLive);

        Ensure.That(result.Succeeded == (expected == current), $"The write succeeded: {result.Succeeded}.");
        if (!result.Succeeded)
        {
            Ensure.That(result.Version == StateEntry.NoVersion, "A refused write gave a version.");
            Check(key, result.Current);
            return;
        }

        Ensure.That(result.Current is null, "A write that took place shows an entry in its way.");
        Ensure.That(result.Version >= 1 && _versions.Add((key, result.Version)), $"Version {result.Version} came again.");
        _former.Add(result.Version);
        _model[key] = (value, result.Version, timeToLive is { } time ? before + time : null);
    }

    private async Task DeleteAsync()
    {
        var key = _random.Pick(_keys);
        var isThere = _model.TryGetValue(key, out var entry);
        long? expected = _random.Chance(30) ? null : isThere && _random.Chance(60) ? entry.Version : _random.Pick(_former);
        Log($"delete {key} of version {expected}");

        var isDeleted = await AnyProcess.DeleteAsync(new StateKey(_space, key), expected);

        Ensure.That(isDeleted == (isThere && (expected is null || expected == entry.Version)), $"The deletion took place: {isDeleted}.");
        if (isDeleted)
        {
            _model.Remove(key);
        }
    }

    private async Task ListAsync()
    {
        var prefix = _random.Chance(50) ? "" : _random.Chance(50) ? "a" : "a/";
        var after = _random.Chance(50) ? null : _random.Pick(_keys);
        var limit = _random.Between(1, Keys + 1);
        Log($"list {limit} of '{prefix}' after {after}");

        var page = await AnyProcess.ListAsync(_space, prefix, after, limit);

        var expected = _keys
            .Where(key => _model.ContainsKey(key) && key.StartsWith(prefix, StringComparison.Ordinal) && (after is null || string.CompareOrdinal(key, after) > 0))
            .ToList();
        var listed = page.Items.Select(item => item.Key.Key).ToList();
        Ensure.That(listed.Count <= limit && listed.SequenceEqual(expected.Take(listed.Count)), $"Listed were {string.Join(", ", listed)}.");
        Ensure.That(listed.Count == expected.Count || page.Next is not null, "The last page is not whole.");
        foreach (var item in page.Items)
        {
            Check(item.Key.Key, item.Entry);
        }
    }

    private async Task AdvanceAsync()
    {
        var ticks = 1 + (long)(_random.NextUInt64() % (ulong)(_store.Tick.Ticks * 2));
        Log($"advance {TimeSpan.FromTicks(ticks)}");
        await _store.AdvanceAsync(TimeSpan.FromTicks(ticks));
    }

    private void Check(string key, StateEntry? found)
    {
        if (!_model.TryGetValue(key, out var expected))
        {
            Ensure.That(found is null, $"{key} is there, and should not be.");
            return;
        }

        Ensure.That(found is not null, $"{key} is not there, and should be.");
        Ensure.That(found!.Value.Version == expected.Version, $"{key} has version {found.Value.Version} and not {expected.Version}.");
        Ensure.That(found.Value.Value.Span.SequenceEqual(expected.Value), $"{key} has another value.");
        var isRight = expected.ExpiresAt is { } time
            ? found.Value.ExpiresAt is { } actual && (actual - time).Duration() <= _store.ClockTolerance + TimeSpan.FromMilliseconds(1)
            : found.Value.ExpiresAt is null;
        Ensure.That(isRight, $"{key} expires at {found.Value.ExpiresAt:O} and not at {expected.ExpiresAt:O}.");
    }

    private void Log(string operation) => _log.AppendLine(CultureInfo.InvariantCulture, $"{_operation,3}  {operation}");
}
