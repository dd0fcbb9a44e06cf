using System.Globalization;
using System.Text;
using Pipeline.Caching;
using Xunit.Sdk;

namespace Pipeline.Conformance.Caching.Generation;

/// <summary>
/// Runs one generated sequence of operations on a cache, opened by two processes where it can be shared, and compares each result with the
/// model.
/// </summary>
/// <remarks>
/// Where there are two, the first does what a process judges by the generations that it knows (invalidate, read them, add, read without
/// insisting); the second insists on fresh tags. So every answer is determined.
/// </remarks>
internal sealed partial class CacheSequenceRunner
{
    private static readonly TimeSpan HangLimit = TimeSpan.FromSeconds(90);

    private readonly CacheTestStore _store;
    private readonly SeededRandom _random;
    private readonly ulong _seed;
    private readonly ModelTime _time;
    private readonly CacheModel _model;
    private readonly ICacheBackend _first;
    private readonly ICacheBackend _second;
    private readonly string[] _keys;
    private readonly string[] _tags;
    private readonly StringBuilder _log = new();

    private CacheSequenceRunner(CacheTestStore store, ulong seed, ModelTime time, ICacheBackend first, ICacheBackend second)
    {
        var run = Guid.NewGuid().ToString("N");
        _store = store;
        _seed = seed;
        _random = new SeededRandom(seed);
        _time = time;
        _model = new CacheModel(time);
        _first = first;
        _second = second;

        // Keys and tags have the same names.
        _keys = [.. Enumerable.Range(0, 4).Select(i => $"{i}-{run}")];
        _tags = [.. _keys.Take(3)];
    }

    private bool IsExact => _store.ClockTolerance == TimeSpan.Zero;

    private bool IsShared => !ReferenceEquals(_first, _second);

    /// <summary>Runs one sequence.</summary>
    /// <returns>How many operations it had before the server's own time told its ticks apart no more; all of them under a manual clock.</returns>
    public static async Task<int> RunAsync(CacheTestStore store, ulong seed, int operations)
    {
        var first = await store.OpenAsync();
        var second = await store.OpenAsync();
        var feed = first.GetCapability<ICacheInvalidationFeed>();
        using var notices = feed is null ? null : new NoticeLog(feed);
        if (notices is not null)
        {
            await notices.WaitForAsync(notice => notice == CacheInvalidation.Resync, HangLimit);
        }

        var time = new ModelTime(await store.GetServerTimeAsync());
        return await new CacheSequenceRunner(store, seed, time, first, second).RunAsync(operations, notices);
    }

    private async Task<int> RunAsync(int operations, NoticeLog? notices)
    {
        var done = 0;
        try
        {
            while (done < operations && await IsOnTimeAsync())
            {
                await NextAsync();
                done++;
            }

            if (notices is not null)
            {
                await CompareNoticesAsync(notices);
            }
        }
        catch (Exception failure)
        {
            // Where the server's time ran away under the operation, the model is not to be believed.
            if (await IsOnTimeAsync())
            {
                var problem = failure is XunitException ? failure.Message : $"{failure.GetType().Name}: {failure.Message}";
                throw new XunitException($"Seed {_seed}, operation {done + 1}: {problem}\n{_log}", failure);
            }
        }

        return done;
    }

    /// <summary>Whether the server's own time still tells the ticks of the sequence apart. Begins an operation.</summary>
    private async ValueTask<bool> IsOnTimeAsync()
    {
        _time.BeginOperation(await _store.GetServerTimeAsync());
        return _time.Drift <= _store.ClockTolerance;
    }

    private Task NextAsync() => _random.Next(100) switch
    {
        < 22 => ReadAsync(),
        < 32 => ReadManyAsync(),
        < 46 => SetAsync(),
        < 54 => AddAsync(),
        < 60 => SetManyAsync(),
        < 68 => RemoveAsync(),
        < 76 => InvalidateAsync(),
        < 80 => ReadGenerationsAsync([.. _tags.Where(_ => _random.Chance(70))]),
        < 88 => LeaseAsync(),
        _ => AdvanceAsync(),
    };

    private async Task AdvanceAsync()
    {
        var by = IsExact ? ExactTime(1, 5) : _store.Tick * _random.Between(1, 3);
        Log($"advance {by}");
        _time.Advance(by);
        await _store.AdvanceAsync(by);
        _time.Observe(await _store.GetServerTimeAsync());
    }

    private async Task CompareNoticesAsync(NoticeLog notices)
    {
        var end = $"end-{_keys[0]}";
        await _first.RemoveAsync(end);
        foreach (var name in _model.Announced.Append(end))
        {
            await WaitAsync(notice => notice.Kind == CacheInvalidationKind.Key && notice.Name == name, $"that {NameOf(name)} was removed or replaced");
        }

        foreach (var (tag, count) in _model.Invalidations)
        {
            var announced = new HashSet<long>();
            await WaitAsync(
                notice => notice.Kind == CacheInvalidationKind.Tag && notice.Name == tag && announced.Add(notice.Generation) && announced.Count == count,
                $"{count} times that {NameOf(tag)} was invalidated");
            await ReadGenerationsAsync([tag]);
            _model.JudgeAnnounced(tag, announced);
        }

        foreach (var notice in notices.Heard)
        {
            var isTrue = notice.Kind switch
            {
                CacheInvalidationKind.Key => _model.Announced.Contains(notice.Name!) || _model.PerhapsAnnounced.Contains(notice.Name!),
                CacheInvalidationKind.Tag => _model.Invalidations.ContainsKey(notice.Name!),
                _ => true,
            };
            Ensure.That(isTrue || !_keys.Contains(notice.Name!), $"{notice} was announced, and did not happen.");
        }

        async Task WaitAsync(Predicate<CacheInvalidation> condition, string what)
        {
            try
            {
                await notices.WaitForAsync(condition, HangLimit);
            }
            catch (TimeoutException)
            {
                Ensure.That(false, $"It was not announced {what}.");
            }
        }
    }

    /// <summary>A time that often ends with something else's, to the millisecond, or just beside it.</summary>
    private TimeSpan ExactTime(int least, int greatest)
    {
        var time = (_store.Tick * _random.Between(least, greatest) / 2) + TimeSpan.FromMilliseconds(_random.Chance(30) ? _random.Between(-1, 1) : 0);
        return time > TimeSpan.Zero ? time : TimeSpan.Zero;
    }

    /// <summary>A time that ends between two ticks, so that the drift of a real clock changes nothing.</summary>
    private TimeSpan SomeTime() => IsExact ? ExactTime(1, 8) : _store.Tick * (_random.Between(0, 4) + 0.5);

    private string NameOf(string name) => name[..name.IndexOf('-', StringComparison.Ordinal)];

    private void Log(string operation) => _log.AppendLine(CultureInfo.InvariantCulture, $"{_time.Operation,3}  {operation}");
}
