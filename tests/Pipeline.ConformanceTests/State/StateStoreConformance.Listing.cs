using System.Text;
using Pipeline.State;
using Xunit;

namespace Pipeline.Conformance.State;

public abstract partial class StateStoreConformance
{
    [Fact(Timeout = TimeLimit)]
    public async Task A_space_is_listed_in_the_order_of_the_keys_bytes()
    {
        var store = await _store.OpenAsync();
        string[] keys = ["a", "B", "b", "a/", "a/b", "a0", "-", "~", "é", "z", "\uFFFD", "\U0001F600", "\uE000", "10", "9", "%", "_", "aa", new('a', 512)];
        foreach (var key in keys)
        {
            await WriteAsync(store, Key(key), key);
        }

        await WriteAsync(store, new StateKey($"{Space}a", "elsewhere"));

        var listed = await ListAsync(store);

        Assert.Equal(keys.OrderBy(key => key, Utf8Order), listed.Select(item => item.Key.Key));
        Assert.All(listed, item => Assert.Equal((Space, item.Key.Key), (item.Key.Space, Text(item.Entry))));
        Assert.All(listed, item => Assert.Equal(store.GetAsync(item.Key).AsTask().GetAwaiter().GetResult()!.Value.Version, item.Entry.Version));
    }

    [Theory(Timeout = TimeLimit)]
    [InlineData("")]
    [InlineData("a")]
    [InlineData("acme/")]
    [InlineData("acme/1")]
    [InlineData("é")]
    [InlineData("\U0001F600")]
    [InlineData("%")]
    [InlineData("_")]
    [InlineData("*")]
    [InlineData("no such")]
    public async Task A_prefix_lists_what_begins_with_it_and_nothing_else(string prefix)
    {
        var store = await _store.OpenAsync();
        string[] keys =
        [
            "a", "acme", "acme/", "acme/1", "acme/10", "acme/2", "acme0", "acne", "b", "%", "%a", "_", "_a", "*", "*a", "é", "éa", "e", "f", "\U0001F600", "\U0001F601",
        ];
        foreach (var key in keys)
        {
            await WriteAsync(store, Key(key));
        }

        var expected = keys.Where(key => key.StartsWith(prefix, StringComparison.Ordinal)).OrderBy(key => key, Utf8Order);
        Assert.Equal(expected, (await ListAsync(store, prefix)).Select(item => item.Key.Key));
        Assert.Equal(expected, (await ListAsync(store, prefix, limit: 1)).Select(item => item.Key.Key));
    }

    [Theory(Timeout = TimeLimit)]
    [InlineData(1)]
    [InlineData(7)]
    [InlineData(100)]
    public async Task Pages_follow_each_other_without_gap_or_repetition(int limit)
    {
        var store = await _store.OpenAsync();
        for (var i = 0; i < 25; i++)
        {
            await WriteAsync(store, Key($"k{i:D2}"), timeToLive: i % 5 == 0 ? Tick : null);
        }

        await _store.AdvanceAsync(Tick * 2);

        var expected = Enumerable.Range(0, 25).Where(i => i % 5 != 0).Select(i => $"k{i:D2}");
        Assert.Equal(expected, (await ListAsync(store, limit: limit)).Select(item => item.Key.Key));
    }

    [Fact(Timeout = TimeLimit)]
    public async Task A_listing_goes_on_after_a_key_that_is_not_there()
    {
        var store = await _store.OpenAsync();
        await WriteAsync(store, Key("a"));
        await WriteAsync(store, Key("c"));

        Assert.Equal("c", (await store.ListAsync(Space, after: "b")).Items.Single().Key.Key);
        Assert.Equal("c", (await store.ListAsync(Space, after: "a")).Items.Single().Key.Key);
        Assert.Empty((await store.ListAsync(Space, after: "c")).Items);
        Assert.Empty((await store.ListAsync(Space, "a", after: "b")).Items);
        Assert.Equal("c", (await store.ListAsync(Space, "c", after: "a")).Items.Single().Key.Key);
        Assert.Null((await store.ListAsync(Space, after: "c")).Next);
        Assert.Empty((await store.ListAsync($"{Space}-none")).Items);
    }

    [Fact(Timeout = TimeLimit)]
    public async Task A_page_is_bounded_by_its_bytes()
    {
        var store = await _store.OpenAsync();
        const int Entries = 6;
        for (var i = 0; i < Entries; i++)
        {
            await store.CompareAndSetAsync(Key($"k{i}"), new byte[StateEntry.MaxValueBytes], StateEntry.NoVersion);
        }

        var pages = new List<StatePage>();
        for (string? after = null; pages.Count == 0 || after is not null; after = pages[^1].Next)
        {
            pages.Add(await store.ListAsync(Space, after: after));
        }

        Assert.All(pages, page => Assert.InRange(page.Items.Sum(item => item.Entry.Value.Length), 0, StateArguments.MaxPageBytes));
        Assert.Equal(Entries, pages.Sum(page => page.Items.Count));
    }

    [Fact(Timeout = TimeLimit)]
    public async Task What_is_there_all_the_while_is_listed_once_whatever_comes_and_goes()
    {
        var store = await _store.OpenAsync();
        for (var i = 0; i < 20; i++)
        {
            await WriteAsync(store, Key($"stays{i:D2}"));
        }

        using var stop = new CancellationTokenSource();
        var churn = SideBySide.RunAsync(2, async number =>
        {
            for (var i = 0; !stop.IsCancellationRequested; i++)
            {
                var key = Key($"stays{i % 20:D2}.{number}");
                await store.DeleteAsync(key);
                await store.CompareAndSetAsync(key, Bytes("x"), StateEntry.NoVersion, Tick);
                await Task.Yield();
            }
        });
        try
        {
            for (var i = 0; i < _store.Repetitions; i++)
            {
                var keys = (await ListAsync(store, limit: 7)).Select(item => item.Key.Key).ToList();
                Assert.Equal(keys.OrderBy(key => key, Utf8Order).Distinct(), keys);
                Assert.Equal(20, keys.Count(key => key.Length == "stays00".Length));
            }
        }
        finally
        {
            await stop.CancelAsync();
            await churn;
        }
    }

    private static Comparer<string> Utf8Order { get; } =
        Comparer<string>.Create((a, b) => Encoding.UTF8.GetBytes(a).AsSpan().SequenceCompareTo(Encoding.UTF8.GetBytes(b)));

    /// <summary>All pages.</summary>
    private async Task<IReadOnlyList<StateItem>> ListAsync(IStateStore store, string prefix = "", int limit = 100)
    {
        var items = new List<StateItem>();
        string? after = null;
        do
        {
            var page = await store.ListAsync(Space, prefix, after, limit);
            Assert.InRange(page.Items.Count, 0, limit);
            items.AddRange(page.Items);
            after = page.Next;
        }
        while (after is not null);

        return items;
    }
}
