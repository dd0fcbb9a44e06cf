using System.Buffers;
using Pipeline.Caching;
using Xunit;

namespace Pipeline.Conformance.Caching;

public abstract partial class CacheConformance
{
    private const string Telltale = "telltale";

    private static readonly string[] BadNames =
    [
        "", Telltale + new string('x', 505), Telltale + new string('ü', 253), Telltale + new string('€', 169), "a\nb", "a\0", "\u007f", "a\u0085",
        "\u001b", "lone \ud800", "\udc00 lone", "\udc00\ud800", "\ud83d\ud83d\ude00",
    ];

    [Fact(Timeout = TimeLimit)]
    public async Task A_bad_key_is_refused_by_every_call()
    {
        var cache = await OpenAsync();
        await SetAsync(cache, Name("a"), "value");
        foreach (var key in BadNames.Append(null!))
        {
            var destination = new StrictBufferWriter();
            await AssertRefusedAsync("key", () => cache.TryGetAsync(key, destination).AsTask());
            await AssertRefusedAsync("key", () => cache.SetAsync(key, ValueBytes.Of("x"), Lasting).AsTask());
            await AssertRefusedAsync("key", () => cache.TryAddAsync(key, ValueBytes.Of("x"), Lasting).AsTask());
            await AssertRefusedAsync("key", () => cache.RemoveAsync(key).AsTask());
            Assert.ThrowsAny<ArgumentException>(() => Entry(key, "x"));

            var results = new CacheReadResult[2];
            await AssertRefusedAsync(null, () => cache.GetManyAsync(new[] { Name("a"), key }, destination, results).AsTask());
            await AssertRefusedAsync(null, () => cache.GetManyAsync(new[] { key, Name("a") }, destination, results).AsTask());
            Assert.Equal(0, destination.Length);
        }
    }

    [Fact(Timeout = TimeLimit)]
    public async Task A_bad_tag_is_refused_by_every_call()
    {
        var cache = await OpenAsync();
        foreach (var tag in BadNames.Append(null!))
        {
            await AssertRefusedAsync("tag", () => cache.InvalidateTagAsync(tag).AsTask());
            await AssertRefusedAsync(null, () => cache.ReadGenerationsAsync([tag]).AsTask());
            await AssertRefusedAsync(null, () => cache.ReadGenerationsAsync([Name("a"), tag, Name("b")]).AsTask());
            await AssertRefusedAsync(null, () => cache.ReadGenerationsAsync(new List<string> { Name("a"), tag }).AsTask());
        }
    }

    [Fact(Timeout = TimeLimit)]
    public async Task More_than_64_different_tags_are_refused()
    {
        var cache = await OpenAsync();
        string[] tags = [.. Enumerable.Range(0, TagGenerations.MaxTags + 1).Select(i => Name($"t{i}"))];

        await AssertRefusedAsync("tags", () => cache.ReadGenerationsAsync(tags).AsTask());
        await AssertRefusedAsync("tags", () => cache.ReadGenerationsAsync([.. tags, .. tags]).AsTask());

        Assert.Equal(TagGenerations.MaxTags, (await cache.ReadGenerationsAsync(tags[1..])).Count);
    }

    [Fact(Timeout = TimeLimit)]
    public async Task Null_is_refused_by_every_call()
    {
        var cache = await OpenAsync();

        await AssertRefusedAsync("destination", () => cache.TryGetAsync(Name("a"), null!).AsTask());
        await AssertRefusedAsync("destination", () => cache.GetManyAsync(new[] { Name("a") }, null!, new CacheReadResult[1]).AsTask());
        await AssertRefusedAsync("options", () => cache.SetAsync(Name("a"), ValueBytes.Of("x"), null!).AsTask());
        await AssertRefusedAsync("options", () => cache.TryAddAsync(Name("a"), ValueBytes.Of("x"), null!).AsTask());
        await AssertRefusedAsync("tags", () => cache.ReadGenerationsAsync(null!).AsTask());

        Assert.Null(await ReadAsync(cache, Name("a")));
    }

    [Fact(Timeout = TimeLimit)]
    public async Task Too_short_results_are_refused_and_nothing_is_written()
    {
        var cache = await OpenAsync();
        await SetAsync(cache, Name("a"), "value");
        var destination = new StrictBufferWriter();

        await AssertRefusedAsync("results", () => cache.GetManyAsync(new[] { Name("a"), Name("a") }, destination, new CacheReadResult[1]).AsTask());
        await AssertRefusedAsync("results", () => cache.GetManyAsync(new[] { Name("a") }, destination, default).AsTask());

        Assert.Equal(0, destination.Length);
    }

    [Fact(Timeout = TimeLimit)]
    public async Task An_entry_that_is_a_default_value_is_refused_and_nothing_is_stored()
    {
        var cache = await OpenAsync();

        await AssertRefusedAsync("entries", () => cache.SetManyAsync(new[] { Entry(Name("a"), "x"), default }).AsTask());
        await AssertRefusedAsync("entries", () => cache.SetManyAsync(new[] { default, Entry(Name("a"), "x") }).AsTask());

        Assert.Null(await ReadAsync(cache, Name("a")));
    }

    [Fact(Timeout = TimeLimit)]
    public async Task A_refused_call_leaves_what_stands()
    {
        const int Part = 1024 * 1024;
        var cache = await OpenAsync();
        await SetAsync(cache, Name("a"), "value");
        var part = new byte[Part].AsMemory();
        var tooLarge = ValueBytes.InSegments([.. Enumerable.Repeat((ReadOnlyMemory<byte>)part, CacheEntryOptions.MaxValueBytes / Part), part[..1]]);

        await AssertRefusedAsync("value", () => cache.SetAsync(Name("a"), tooLarge, Lasting).AsTask());
        await AssertRefusedAsync("value", () => cache.TryAddAsync(Name("a"), tooLarge, Lasting).AsTask());
        await AssertRefusedAsync("options", () => cache.SetAsync(Name("a"), ValueBytes.Of("x"), null!).AsTask());
        await AssertRefusedAsync("entries", () => cache.SetManyAsync(new[] { Entry(Name("a"), "x"), default }).AsTask());

        Assert.Equal("value", await ReadAsync(cache, Name("a")));
    }

    [Fact(Timeout = TimeLimit)]
    public async Task A_destination_that_throws_harms_no_later_read()
    {
        var cache = await OpenAsync();
        await SetAsync(cache, Name("a"), "value");
        for (var i = 0; i < 10; i++)
        {
            await Assert.ThrowsAsync<NotSupportedException>(async () => await cache.TryGetAsync(Name("a"), new BrokenBufferWriter()));
            await Assert.ThrowsAsync<NotSupportedException>(
                async () => await cache.GetManyAsync(new[] { Name("a") }, new BrokenBufferWriter(), new CacheReadResult[1]));

            Assert.Equal("value", await ReadAsync(cache, Name("a")));
        }

        Assert.True(await cache.RemoveAsync(Name("a")));
    }

    /// <summary>Makes sure that a call names the argument, if one alone can be meant, and does not give away what was in it.</summary>
    private static async Task AssertRefusedAsync(string? argument, Func<Task> call)
    {
        var error = await Assert.ThrowsAnyAsync<ArgumentException>(call);
        Assert.False(string.IsNullOrEmpty(error.ParamName), "The exception names no argument.");
        Assert.True(argument is null || error.ParamName == argument, $"The exception names the argument {error.ParamName}, not {argument}.");
        Assert.DoesNotContain(Telltale, error.Message, StringComparison.Ordinal);
    }

    private sealed class BrokenBufferWriter : IBufferWriter<byte>
    {
        public void Advance(int count) => throw new NotSupportedException();

        public Memory<byte> GetMemory(int sizeHint = 0) => throw new NotSupportedException();

        public Span<byte> GetSpan(int sizeHint = 0) => throw new NotSupportedException();
    }
}
