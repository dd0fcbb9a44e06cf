using Pipeline.State;
using Xunit;

namespace Pipeline.Conformance.State;

public abstract partial class StateStoreConformance
{
    [Fact(Timeout = TimeLimit)]
    public async Task What_was_never_written_is_not_there()
    {
        var store = await _store.OpenAsync();

        Assert.Null(await store.GetAsync(Key()));
        Assert.False(await store.DeleteAsync(Key()));
        Assert.Equal(default, await store.CompareAndSetAsync(Key(), Bytes("value"), expectedVersion: 1));
        Assert.Null(await store.GetAsync(Key()));
    }

    [Fact(Timeout = TimeLimit)]
    public async Task What_was_written_is_read_by_every_process()
    {
        var (first, second) = (await _store.OpenAsync(), await _store.OpenAsync());

        var version = await WriteAsync(first, Key(), "one");

        foreach (var store in new[] { first, second })
        {
            var entry = await store.GetAsync(Key());
            Assert.Equal(("one", version, null), (Text(entry!.Value), entry.Value.Version, entry.Value.ExpiresAt));
        }

        var next = await WriteAsync(second, Key(), "two", version);
        Assert.NotEqual(version, next);
        Assert.Equal("two", await ReadAsync(first, Key()));
    }

    [Fact(Timeout = TimeLimit)]
    public async Task A_write_that_names_another_version_changes_nothing_and_shows_what_stands_there()
    {
        var store = await _store.OpenAsync();
        var version = await WriteAsync(store, Key(), "one", timeToLive: Tick * 8);

        foreach (var wrong in new[] { StateEntry.NoVersion, version + 1, long.MaxValue })
        {
            var result = await store.CompareAndSetAsync(Key(), Bytes("two"), wrong);
            Assert.False(result.Succeeded);
            Assert.Equal(StateEntry.NoVersion, result.Version);
            Assert.Equal(("one", version), (Text(result.Current!.Value), result.Current.Value.Version));
            Assert.NotNull(result.Current.Value.ExpiresAt);
        }

        Assert.Equal("one", await ReadAsync(store, Key()));
    }

    [Fact(Timeout = TimeLimit)]
    public async Task A_version_never_comes_again_for_a_key()
    {
        var store = await _store.OpenAsync();
        var versions = new HashSet<long>();
        for (var i = 0; i < 10; i++)
        {
            var made = await WriteAsync(store, Key(), "same", timeToLive: i % 2 == 0 ? Tick : null);
            var changed = await WriteAsync(store, Key(), "same", made, i % 2 == 0 ? Tick : null);
            Assert.True(versions.Add(made) && versions.Add(changed), "A version was given out twice.");
            if (i % 2 == 0)
            {
                await _store.AdvanceAsync(Tick * 2);
            }
            else
            {
                Assert.True(await store.DeleteAsync(Key()));
            }

            // Who holds a version can never change an entry that was made anew.
            var anew = await WriteAsync(store, Key(), "new");
            Assert.False((await store.CompareAndSetAsync(Key(), Bytes("old"), changed)).Succeeded);
            Assert.False(await store.DeleteAsync(Key(), changed));
            Assert.Equal("new", await ReadAsync(store, Key()));
            Assert.True(versions.Add(anew), "A version was given out twice.");
            Assert.True(await store.DeleteAsync(Key(), anew));
        }
    }

    [Fact(Timeout = TimeLimit)]
    public async Task A_deletion_names_a_version_or_takes_any()
    {
        var store = await _store.OpenAsync();
        var version = await WriteAsync(store, Key());

        Assert.False(await store.DeleteAsync(Key(), version + 1));
        Assert.True(await store.DeleteAsync(Key(), version));
        Assert.False(await store.DeleteAsync(Key(), version));
        Assert.Null(await store.GetAsync(Key()));

        await WriteAsync(store, Key());
        Assert.True(await store.DeleteAsync(Key()));
        Assert.False(await store.DeleteAsync(Key()));
    }

    [Theory(Timeout = TimeLimit)]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(StateEntry.MaxValueBytes)]
    public async Task Values_of_every_size_come_back_byte_for_byte(int length)
    {
        var store = await _store.OpenAsync();
        var value = new byte[length];
        new Random(length).NextBytes(value);
        var expected = value.ToArray();

        var written = await store.CompareAndSetAsync(Key(), value, StateEntry.NoVersion);
        value.AsSpan().Clear();

        Assert.Equal(expected, (await store.GetAsync(Key()))!.Value.Value.ToArray());
        Assert.Equal(expected, (await store.ListAsync(Space)).Items.Single().Entry.Value.ToArray());
        Assert.Equal(expected, (await store.CompareAndSetAsync(Key(), default, written.Version + 1)).Current!.Value.Value.ToArray());
    }

    [Fact(Timeout = TimeLimit)]
    public async Task What_was_read_is_the_reader_s_own()
    {
        var store = await _store.OpenAsync();
        var version = await WriteAsync(store, Key(), "before");
        var read = (await store.GetAsync(Key()))!.Value;

        await WriteAsync(store, Key(), "behind", version);

        Assert.Equal("before", Text(read));
    }

    [Fact(Timeout = TimeLimit)]
    public async Task Keys_and_spaces_never_meet()
    {
        var store = await _store.OpenAsync();
        StateKey[] keys =
        [
            new(Space, "a"), new(Space, "A"), new(Space, "a "), new(Space, "a/b"), new($"{Space}/a", "b"), new($"{Space}:a", "b"), new(Space, ":a"),
            new(Space, "ä"), new(Space, "a\u0308"), new(Space, "{a}"), new(Space, "a*"), new(Space, "a%"), new(Space, "a_"), new(Space, "'a"), new(Space, "日本"),
            new(Space, new string('k', 512)), new(Space, new string('k', 511)), new(Space, "\U0001F600"),
        ];

        foreach (var key in keys)
        {
            await WriteAsync(store, key, key.ToString());
        }

        foreach (var key in keys)
        {
            Assert.Equal(key.ToString(), await ReadAsync(store, key));
        }

        Assert.True(await store.DeleteAsync(keys[0]));
        Assert.All(keys.Skip(1), key => Assert.Equal(key.ToString(), ReadAsync(store, key).GetAwaiter().GetResult()));
    }

    [Fact]
    public async Task Bad_input_is_refused_before_anything_is_done()
    {
        var store = await _store.OpenAsync();

        await RefusesAsync<ArgumentException>("key", async () => await store.GetAsync(default));
        await RefusesAsync<ArgumentException>("key", async () => await store.CompareAndSetAsync(default, default, 0));
        await RefusesAsync<ArgumentException>("key", async () => await store.DeleteAsync(default));
        await RefusesAsync<ArgumentException>("value", async () => await store.CompareAndSetAsync(Key(), new byte[StateEntry.MaxValueBytes + 1], 0));
        await RefusesAsync<ArgumentOutOfRangeException>("expectedVersion", async () => await store.CompareAndSetAsync(Key(), default, -1));
        await RefusesAsync<ArgumentOutOfRangeException>("timeToLive", async () => await store.CompareAndSetAsync(Key(), default, 0, TimeSpan.Zero));
        await RefusesAsync<ArgumentOutOfRangeException>("timeToLive", async () => await store.CompareAndSetAsync(Key(), default, 0, TimeSpan.FromDays(3651)));
        await RefusesAsync<ArgumentOutOfRangeException>("expectedVersion", async () => await store.DeleteAsync(Key(), 0));
        await RefusesAsync<ArgumentException>("space", async () => await store.ListAsync(""));
        await RefusesAsync<ArgumentException>("prefix", async () => await store.ListAsync(Space, "a\nb"));
        await RefusesAsync<ArgumentException>("after", async () => await store.ListAsync(Space, "", ""));
        await RefusesAsync<ArgumentOutOfRangeException>("limit", async () => await store.ListAsync(Space, limit: 0));
        await RefusesAsync<ArgumentOutOfRangeException>("limit", async () => await store.ListAsync(Space, limit: StateArguments.MaxPageLength + 1));
        Assert.Equal("space", Assert.Throws<ArgumentException>(() => { _ = store.WatchAsync(""); }).ParamName);
        Assert.Equal("prefix", Assert.Throws<ArgumentException>(() => { _ = store.WatchAsync(Space, "\t"); }).ParamName);

        static async Task RefusesAsync<TException>(string argument, Func<Task> call)
            where TException : ArgumentException => Assert.Equal(argument, (await Assert.ThrowsAnyAsync<TException>(call)).ParamName);
    }
}
