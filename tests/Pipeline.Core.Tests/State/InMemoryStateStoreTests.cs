using FluentAssertions;
using Pipeline.Conformance;
using Xunit;

namespace Pipeline.State;

/// <summary>What is the in-memory store's own: its memory, and its clock.</summary>
public sealed class InMemoryStateStoreTests
{
    private const string Space = "space";

    private readonly ManualTimeProvider _clock = new();
    private readonly InMemoryStateStore _store;

    public InMemoryStateStoreTests() => _store = new InMemoryStateStore(_clock);

    [Fact]
    public async Task Expired_entries_are_swept_away_by_calls_on_anything_in_their_space()
    {
        for (var i = 0; i < 5_000; i++)
        {
            await WriteAsync($"dies{i}", TimeSpan.FromSeconds(1));
            await WriteAsync($"lives{i}");
        }

        _clock.Advance(TimeSpan.FromMinutes(1));
        for (var i = 0; i < 1_000; i++)
        {
            await _store.GetAsync(new StateKey(Space, "other"));
        }

        _store.CountKept(Space).Should().Be(5_000);
        (await _store.ListAsync(Space, limit: 1_000)).Items.Should().HaveCount(1_000).And.OnlyContain(item => item.Key.Key.StartsWith("lives"));
    }

    [Fact]
    public async Task The_order_holds_from_the_first_listing_on()
    {
        string[] first = ["b", "d", "a"];
        foreach (var key in first)
        {
            await WriteAsync(key);
        }

        (await ListAsync()).Should().Equal("a", "b", "d");
        await WriteAsync("c");
        await _store.DeleteAsync(new StateKey(Space, "b"));
        await WriteAsync("dies", TimeSpan.FromSeconds(1));
        (await ListAsync()).Should().Equal("a", "c", "d", "dies");
        _clock.Advance(TimeSpan.FromMinutes(1));
        await WriteAsync("b");

        (await ListAsync()).Should().Equal("a", "b", "c", "d");
        _store.CountKept(Space).Should().Be(4);

        async Task<IEnumerable<string>> ListAsync() => (await _store.ListAsync(Space)).Items.Select(static item => item.Key.Key);
    }

    [Fact]
    public async Task A_stream_of_short_lived_entries_keeps_memory_flat_even_if_no_round_is_due()
    {
        var most = 0;
        for (var i = 0; i < 20_000; i++)
        {
            await WriteAsync($"k{i}", TimeSpan.FromMilliseconds(1));
            _clock.Advance(TimeSpan.FromMilliseconds(1) / 4);
            most = Math.Max(most, _store.CountKept(Space));
        }

        most.Should().BeLessThan(2_000, "a round begins after a thousand additions, and the entries live for four calls");
    }

    [Fact]
    public async Task An_entry_that_is_written_again_and_again_takes_the_room_of_one()
    {
        var version = StateEntry.NoVersion;
        for (var i = 0; i < 5_000; i++)
        {
            version = (await _store.CompareAndSetAsync(new StateKey(Space, "k"), new byte[8], version, TimeSpan.FromDays(1))).Version;
        }

        _store.CountKept(Space).Should().Be(1);
    }

    [Fact]
    public async Task A_watch_that_was_left_is_forgotten()
    {
        await using (var changes = _store.WatchAsync(Space).GetAsyncEnumerator())
        {
            await changes.MoveNextAsync();
            _store.CountWatches(Space).Should().Be(1);
        }

        using var cancellation = new CancellationTokenSource();
        await using (var changes = _store.WatchAsync(Space, cancellationToken: cancellation.Token).GetAsyncEnumerator())
        {
            await changes.MoveNextAsync();
            var waiting = changes.MoveNextAsync().AsTask();
            await cancellation.CancelAsync();
            await ((Func<Task>)(() => waiting)).Should().ThrowAsync<OperationCanceledException>();
        }

        _store.CountWatches(Space).Should().Be(0);
    }

    [Fact]
    public async Task Of_more_changes_than_wait_for_a_consumer_it_is_told_once()
    {
        await using var changes = _store.WatchAsync(Space).GetAsyncEnumerator();
        await changes.MoveNextAsync();
        for (var i = 0; i <= StateChangeBuffer.Capacity; i++)
        {
            await WriteAsync($"k{i}");
        }

        await WriteAsync("last");

        await changes.MoveNextAsync();
        changes.Current.Should().Be(new StateChange(StateChangeKind.Resync));
        await changes.MoveNextAsync();
        changes.Current.Should().Be(new StateChange(StateChangeKind.Written, new StateKey(Space, "last")));
    }

    [Theory]
    [InlineData(-100_000)]
    [InlineData(100_000)]
    public async Task Neither_the_time_nor_a_life_follows_a_wall_clock_that_is_set(int days)
    {
        var now = await _store.GetTimeAsync();
        await WriteAsync("k", TimeSpan.FromSeconds(2));

        _clock.SetUtcNow(now + TimeSpan.FromDays(days));

        (await _store.GetTimeAsync()).Should().Be(now);
        _clock.Advance(TimeSpan.FromSeconds(1));
        (await _store.GetAsync(new StateKey(Space, "k")))!.Value.ExpiresAt.Should().Be(now + TimeSpan.FromSeconds(2));
        _clock.Advance(TimeSpan.FromSeconds(1));
        (await _store.GetAsync(new StateKey(Space, "k"))).Should().BeNull();
    }

    [Fact]
    public async Task A_wall_clock_at_the_end_of_time_lets_entries_live()
    {
        foreach (var extreme in new[] { DateTimeOffset.MinValue, DateTimeOffset.MaxValue })
        {
            var store = new InMemoryStateStore(new ManualTimeProvider(extreme));

            var written = await store.CompareAndSetAsync(new StateKey(Space, "k"), default, StateEntry.NoVersion, StateArguments.MaxTimeToLive);

            written.Succeeded.Should().BeTrue();
        }
    }

    [Fact]
    public async Task Without_a_clock_of_its_own_the_system_s_is_taken()
    {
        (await new InMemoryStateStore().GetTimeAsync()).Should().BeCloseTo(DateTimeOffset.UtcNow, TimeSpan.FromMinutes(1));
    }

    private async Task WriteAsync(string key, TimeSpan? timeToLive = null) =>
        (await _store.CompareAndSetAsync(new StateKey(Space, key), default, StateEntry.NoVersion, timeToLive)).Succeeded.Should().BeTrue();
}
