using FluentAssertions;
using Microsoft.Extensions.Caching.Hybrid;
using Xunit;

namespace Pipeline.Caching;

/// <summary>What users of <see cref="HybridCache"/> rely on, in both shapes of the cache.</summary>
public abstract partial class HybridCacheUserTests : IAsyncLifetime
{
    private TieredHost _host = null!;

    private HybridCache Cache => _host.Cache;

    public async Task InitializeAsync() => _host = await CreateAsync();

    public Task DisposeAsync()
    {
        _host.Dispose();
        return Task.CompletedTask;
    }

    [Fact]
    public async Task A_value_is_made_once_and_by_default_lives_five_minutes()
    {
        var factory = new Factory();
        (await Cache.AskAsync("key", factory)).Should().Be("1");
        _host.Clock.Advance(TimeSpan.FromMinutes(5) - TimeSpan.FromMilliseconds(1));
        (await Cache.AskAsync("key", factory)).Should().Be("1");
        _host.Clock.Advance(TimeSpan.FromMilliseconds(1));

        (await Cache.AskAsync("key", factory)).Should().Be("2");
    }

    [Fact]
    public async Task An_expiration_of_the_calls_own_wins()
    {
        var factory = new Factory();
        var options = new HybridCacheEntryOptions { Expiration = TimeSpan.FromSeconds(10) };
        await Cache.GetOrCreateAsync("key", factory.MakeAsync, options);
        _host.Clock.Advance(TimeSpan.FromSeconds(10));

        (await Cache.GetOrCreateAsync("key", factory.MakeAsync, options)).Should().Be("2");
    }

    [Fact]
    public async Task A_local_expiration_of_the_calls_own_is_how_long_the_process_keeps_its_copy()
    {
        var factory = new Factory();
        var options = new HybridCacheEntryOptions { Expiration = TimeSpan.FromHours(1), LocalCacheExpiration = TimeSpan.FromSeconds(10) };
        await Cache.GetOrCreateAsync("key", factory.MakeAsync, options);
        _host.Clock.Advance(TimeSpan.FromSeconds(10));

        (await Cache.GetOrCreateAsync("key", factory.MakeAsync, options)).Should().Be(_host.Cache.Core.IsBackendLocal ? "2" : "1");
    }

    [Theory]
    [InlineData(0)]
    [InlineData(-1)]
    public async Task An_expiration_that_is_not_positive_is_refused(int seconds)
    {
        var time = TimeSpan.FromSeconds(seconds);
        var total = async () => await Cache.GetOrCreateAsync("key", new Factory().MakeAsync, new HybridCacheEntryOptions { Expiration = time });
        var local = async () => await Cache.SetAsync("key", "value", new HybridCacheEntryOptions { LocalCacheExpiration = time });

        (await total.Should().ThrowAsync<ArgumentOutOfRangeException>()).WithMessage("Expiration is*Give at least 1 millisecond*");
        (await local.Should().ThrowAsync<ArgumentOutOfRangeException>()).WithMessage("LocalCacheExpiration is*");
    }

    [Fact]
    public async Task An_expiration_beyond_all_bounds_is_the_longest_there_is()
    {
        await Cache.SetAsync("key", "value", new HybridCacheEntryOptions { Expiration = TimeSpan.MaxValue });
        _host.Clock.Advance(TimeSpan.FromDays(3_000));

        (await Cache.PeekAsync("key")).Should().Be("value");
    }

    [Fact]
    public async Task Set_replaces_and_remove_removes()
    {
        await Cache.SetAsync("key", "one");
        await Cache.SetAsync("key", "two");
        (await Cache.PeekAsync("key")).Should().Be("two");
        await Cache.RemoveAsync("key");

        (await Cache.PeekAsync("key")).Should().BeNull();
    }

    [Fact]
    public async Task Many_keys_are_removed_together_and_null_is_none()
    {
        await Cache.SetAsync("a", "a");
        await Cache.SetAsync("b", "b");
        await Cache.SetAsync("c", "c");
        await Cache.RemoveAsync(["a", "b", "a"]);
        await Cache.RemoveAsync((IEnumerable<string>)null!);
        await Cache.RemoveByTagAsync((IEnumerable<string>)null!);

        (await Cache.PeekAsync("a")).Should().BeNull();
        (await Cache.PeekAsync("b")).Should().BeNull();
        (await Cache.PeekAsync("c")).Should().Be("c");
    }

    [Fact]
    public async Task A_tag_removes_all_that_carry_it()
    {
        await Cache.SetAsync("a", "a", tags: ["x"]);
        await Cache.SetAsync("b", "b", tags: ["x", "y"]);
        await Cache.AskAsync("c", new Factory(), ["y"]);
        await Cache.SetAsync("d", "d");
        await Cache.RemoveByTagAsync("x");

        (await Cache.PeekAsync("a")).Should().BeNull();
        (await Cache.PeekAsync("b")).Should().BeNull();
        (await Cache.PeekAsync("c")).Should().Be("1");
        await Cache.RemoveByTagAsync(["y", "z"]);
        (await Cache.PeekAsync("c")).Should().BeNull();
        (await Cache.PeekAsync("d")).Should().Be("d");
    }

    [Fact]
    public async Task A_star_removes_everything_and_what_is_stored_after_it_stays()
    {
        await Cache.SetAsync("a", "a");
        await Cache.SetAsync("b", "b", tags: ["x"]);
        await Cache.RemoveByTagAsync("*");
        await Cache.SetAsync("c", "c");

        (await Cache.PeekAsync("a")).Should().BeNull();
        (await Cache.PeekAsync("b")).Should().BeNull();
        (await Cache.PeekAsync("c")).Should().Be("c");
    }

    [Fact]
    public async Task A_token_that_is_cancelled_already_cancels_even_a_hit()
    {
        await Cache.SetAsync("key", "value");
        var cancelled = new CancellationToken(canceled: true);
        var calls = new Func<Task>[]
        {
            () => Cache.AskAsync("key", new Factory(), tags: null, cancelled),
            () => Cache.SetAsync("key", "other", cancellationToken: cancelled).AsTask(),
            () => Cache.RemoveAsync("key", cancelled).AsTask(),
            () => Cache.RemoveAsync(["key"], cancelled).AsTask(),
            () => Cache.RemoveByTagAsync("x", cancelled).AsTask(),
        };
        foreach (var call in calls)
        {
            await call.Should().ThrowAsync<OperationCanceledException>();
        }

        (await Cache.PeekAsync("key")).Should().Be("value");
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("a\nb")]
    [InlineData("a\0b")]
    [InlineData("half a pair")]
    [InlineData("too long")]
    public async Task A_bad_key_or_tag_is_refused_by_every_call(string? name)
    {
        // The runner cannot carry these two in an attribute.
        var bad = name switch
        {
            "half a pair" => "half \uD800",
            "too long" => new string('x', 513),
            _ => name!,
        };
        var factory = new Factory();
        var calls = new Func<Task>[]
        {
            () => Cache.AskAsync(bad, factory),
            () => Cache.AskAsync("key", factory, [bad]),
            () => Cache.SetAsync(bad, "value").AsTask(),
            () => Cache.SetAsync("key", "value", tags: [bad]).AsTask(),
            () => Cache.RemoveAsync(bad).AsTask(),
            () => Cache.RemoveAsync(["key", bad]).AsTask(),
            () => Cache.RemoveByTagAsync(bad).AsTask(),
            () => Cache.RemoveByTagAsync(["tag", bad]).AsTask(),
        };
        foreach (var call in calls)
        {
            await call.Should().ThrowAsync<ArgumentException>();
        }

        factory.Runs.Should().Be(0);
    }

    [Fact]
    public async Task More_tags_than_an_entry_can_carry_are_refused()
    {
        string[] most = [.. Enumerable.Range(0, 63).Select(i => $"tag {i}")];
        await Cache.SetAsync("key", "value", tags: most);
        (await Cache.PeekAsync("key")).Should().Be("value");

        await Cache.Awaiting(cache => cache.SetAsync("key", "value", tags: [.. most, "one more"]).AsTask())
            .Should().ThrowAsync<ArgumentException>().WithMessage("The entry has 64 tags. Give at most 63.*");
    }

    [Fact]
    public async Task Flags_say_which_levels_are_read_and_written()
    {
        await Cache.SetAsync("key", "old");
        var anew = new HybridCacheEntryOptions
        {
            Flags = HybridCacheEntryFlags.DisableLocalCacheRead | HybridCacheEntryFlags.DisableDistributedCacheRead,
        };
        var factory = new Factory();
        (await Cache.GetOrCreateAsync("key", factory.MakeAsync, anew)).Should().Be("1");
        (await Cache.PeekAsync("key")).Should().Be("1");

        var around = new HybridCacheEntryOptions
        {
            Flags = HybridCacheEntryFlags.DisableLocalCache | HybridCacheEntryFlags.DisableDistributedCache,
        };
        (await Cache.GetOrCreateAsync("key", factory.MakeAsync, around)).Should().Be("2");
        (await Cache.PeekAsync("key")).Should().Be("1");
    }

    [Fact]
    public async Task With_underlying_data_disabled_nothing_is_made_and_a_missing_value_is_the_default()
    {
        var only = new HybridCacheEntryOptions { Flags = HybridCacheEntryFlags.DisableUnderlyingData };
        var factory = new Factory();

        (await Cache.GetOrCreateAsync("key", factory.MakeAsync, only)).Should().BeNull();
        (await Cache.GetOrCreateAsync("number", static _ => ValueTask.FromResult(7), only)).Should().Be(0);
        factory.Runs.Should().Be(0);
    }

    [Fact]
    public async Task One_key_as_two_types_serves_each_its_own()
    {
        await Cache.SetAsync("key", new Box { Text = "a" });

        (await Cache.GetOrCreateAsync("key", static _ => ValueTask.FromResult(7))).Should().Be(7);
    }

    [Fact]
    public async Task A_factory_that_is_missing_is_refused()
    {
        var missing = async () => await Cache.GetOrCreateAsync("key", 1, (Func<int, CancellationToken, ValueTask<string>>)null!);

        await missing.Should().ThrowAsync<ArgumentNullException>();
    }

    private protected abstract Task<TieredHost> CreateAsync();
}
