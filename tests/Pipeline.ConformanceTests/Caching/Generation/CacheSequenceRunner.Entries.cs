using System.Text;
using Pipeline.Caching;

namespace Pipeline.Conformance.Caching.Generation;

internal sealed partial class CacheSequenceRunner
{
    private readonly List<ModelGenerations> _known = [ModelGenerations.None];

    private async Task ReadAsync()
    {
        var (cache, options) = AnyReader();
        var key = _random.Pick(_keys);
        Log($"read {NameOf(key)}, {options}");
        var destination = new StrictBufferWriter();
        var result = await cache.TryGetAsync(key, destination, options);
        Judge(key, options, result, destination.Freeze());
    }

    private async Task ReadManyAsync()
    {
        var (cache, options) = AnyReader();
        string[] keys = [.. Enumerable.Range(0, _random.Between(0, 6)).Select(_ => _random.Pick(_keys))];
        Log($"read [{string.Join(", ", keys.Select(NameOf))}], {options}");
        var destination = new StrictBufferWriter();
        var results = new CacheReadResult[keys.Length];
        await cache.GetManyAsync(keys, destination, results, options);
        var written = destination.Freeze();
        for (var i = 0; i < keys.Length; i++)
        {
            Ensure.That(results[i].Length <= written.Length, $"{results[i].Length} bytes are said to follow, and {written.Length} do.");
            Judge(keys[i], options, results[i], written[..results[i].Length]);
            written = written[results[i].Length..];
        }

        Ensure.That(written.IsEmpty, $"{written.Length} bytes were written after the last value.");
    }

    private async Task SetAsync()
    {
        var (key, text, options, tags) = await SomeEntryAsync();
        Log("set", key, text, options);
        await AnyProcess().SetAsync(key, ValueBytes.Of(text), options);
        _model.Set(key, text, options, tags);
    }

    private async Task AddAsync()
    {
        var (key, text, options, tags) = await SomeEntryAsync();
        Log("add", key, text, options);
        var isAdded = await _first.TryAddAsync(key, ValueBytes.Of(text), options);
        _model.Add(key, text, options, tags, isAdded);
    }

    private async Task SetManyAsync()
    {
        var entries = new List<(string Key, string Text, CacheEntryOptions Options, ModelGenerations Tags)>();
        for (var i = _random.Between(0, 4); i > 0; i--)
        {
            entries.Add(await SomeEntryAsync());
        }

        // Of several with one key the last stands; what became of one before it that was stored in vain, or in whose stead, is not promised.
        entries = [.. entries.AsEnumerable().Reverse().DistinctBy(entry => entry.Key).Reverse()];
        foreach (var entry in entries)
        {
            Log("set together", entry.Key, entry.Text, entry.Options);
        }

        await AnyProcess().SetManyAsync(entries.Select(entry => new CacheEntry(entry.Key, ValueBytes.Of(entry.Text), entry.Options)).ToArray());
        entries.ForEach(entry => _model.Set(entry.Key, entry.Text, entry.Options, entry.Tags));
    }

    private async Task RemoveAsync()
    {
        var key = _random.Pick(_keys);
        Log($"remove {NameOf(key)}");

        // The answer for an entry that another process invalidated is as the process knows it; either is right.
        _model.Remove(key, await _first.RemoveAsync(key));
    }

    private async Task InvalidateAsync()
    {
        var tag = _random.Pick(_tags);
        Log($"invalidate {NameOf(tag)}");
        await _first.InvalidateTagAsync(tag);
        _model.Invalidate(tag);
    }

    private async Task<ModelGenerations> ReadGenerationsAsync(string[] tags)
    {
        Log($"generations [{string.Join(", ", tags.Select(NameOf))}]");
        var actual = await _first.ReadGenerationsAsync(tags);
        Ensure.That(
            actual.Count == tags.Length && tags.All(tag => actual.TryGetGeneration(tag, out _)), "The tags are not those that were asked for.");
        var generations = _model.ReadGenerations(actual);
        _known.Add(generations);
        return generations;
    }

    private void Judge(string key, CacheReadOptions options, CacheReadResult result, ReadOnlyMemory<byte> written)
    {
        var expected = _model.Read(key, options.HasFlag(CacheReadOptions.AllowStale), result.IsFound);
        if (expected is null)
        {
            var isMissing = result is { Status: CacheReadStatus.Missing, Length: 0 } && written.IsEmpty;
            Ensure.That(isMissing, $"{NameOf(key)} is {result.Status}, and must not be returned.");
            return;
        }

        var status = _time.Now < expected.FreshUntil ? CacheReadStatus.Fresh : CacheReadStatus.Stale;
        Ensure.That(result.Status == status, $"{NameOf(key)} is {result.Status}, not {status}.");
        var text = Encoding.UTF8.GetString(written.Span);
        Ensure.That(result.Length == written.Length && text == expected.Text, $"{NameOf(key)} is '{text}', not '{expected.Text}'.");
        Ensure.That(result.Tags.Equals(expected.Tags.Actual), $"{NameOf(key)} has other tags than it was stored with.");
        EnsureTime(expected.FreshUntil, result.FreshUntil, "fresh until");
        EnsureTime(expected.KeepUntil, result.KeepUntil, "kept until");
        EnsureTime(_time.Now, result.ReadAt, "read at");
    }

    private void EnsureTime(DateTimeOffset expected, DateTimeOffset actual, string what)
    {
        // The server's time is never behind the sequence's; whole milliseconds can be.
        var cut = IsExact ? TimeSpan.Zero : TimeSpan.FromMilliseconds(1);
        var isRight = actual >= expected - cut && actual <= expected + _store.ClockTolerance;
        Ensure.That(isRight, $"The entry is {what} {actual:O}, not {expected:O}.");
    }

    private async Task<(string Key, string Text, CacheEntryOptions Options, ModelGenerations Tags)> SomeEntryAsync()
    {
        var tags = _random.Next(10) switch
        {
            < 4 => ModelGenerations.None,
            < 8 => await ReadGenerationsAsync([.. _tags.Where(_ => _random.Chance(60))]),
            _ => _random.Pick(_known),
        };
        var options = new CacheEntryOptions
        {
            FreshFor = AtLeastOneMillisecond(SomeTime()),
            StaleFor = _random.Chance(50) ? TimeSpan.Zero : IsExact ? ExactTime(0, 6) : _store.Tick * _random.Between(1, 3),
            SlidingWindow = _random.Chance(35) ? AtLeastOneMillisecond(SomeTime()) : null,
            Tags = tags.Actual,
            AnnounceChange = _random.Chance(20),
        };
        var text = _random.Chance(5) ? "" : $"{_time.NextIndex()}{new string('.', _random.Next(60))}";
        return (_random.Pick(_keys), text, options, tags);
    }

    private static TimeSpan AtLeastOneMillisecond(TimeSpan time) => time < CacheEntryOptions.MinDuration ? CacheEntryOptions.MinDuration : time;

    private (ICacheBackend Cache, CacheReadOptions Options) AnyReader()
    {
        var options = (_random.Chance(50) ? CacheReadOptions.AllowStale : CacheReadOptions.None)
            | (_random.Chance(40) ? CacheReadOptions.RequireFreshTags : CacheReadOptions.None);
        return IsShared && options.HasFlag(CacheReadOptions.RequireFreshTags) ? (AnyProcess(), options) : (_first, options);
    }

    private ICacheBackend AnyProcess() => _random.Chance(50) ? _first : _second;

    private void Log(string operation, string key, string text, CacheEntryOptions options)
    {
        var tags = string.Join(", ", options.Tags.Select<TagGeneration, string>(tag => $"{NameOf(tag.Tag)} {tag.Generation}"));
        var announced = options.AnnounceChange ? ", announced" : "";
        Log($"{operation} {NameOf(key)} = '{text}', fresh {options.FreshFor}, stale {options.StaleFor}, window {options.SlidingWindow}, [{tags}]{announced}");
    }
}
