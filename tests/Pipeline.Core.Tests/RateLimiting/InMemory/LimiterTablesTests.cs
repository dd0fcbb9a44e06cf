using FluentAssertions;
using Pipeline.Conformance;
using Xunit;

namespace Pipeline.RateLimiting;

public class LimiterTablesTests
{
    private static readonly RateLimitDimension Dimension = new("key", RateLimitRule.TokenBucket(5, 1, TimeSpan.FromSeconds(1)));

    private readonly LimiterTables _tables = new(new LimiterClock(new ManualTimeProvider()));
    private readonly int _hash = LimiterState.HashOf(Dimension);

    [Fact]
    public void Who_found_a_state_just_before_it_was_forgotten_gets_another()
    {
        var state = _tables.Enter(Dimension, _hash, adds: true)!;
        state.Exit();

        _tables.Forget(Dimension);

        state.TryEnter().Should().BeFalse();
        var another = _tables.Enter(Dimension, _hash, adds: true);
        another.Should().NotBeNull().And.NotBeSameAs(state);
        another!.Exit();
        _tables.Enter(Dimension, _hash, adds: false).Should().BeSameAs(another);
        another.Exit();
    }

    [Fact]
    public void A_sweep_forgets_a_state_for_those_who_found_it_before()
    {
        var state = _tables.Enter(Dimension, _hash, adds: true)!;
        state.Take(Dimension, default).IsGranted.Should().BeTrue();
        state.Exit();
        var shard = _tables.States.ShardOf(_hash);

        Sweep(TimeSpan.FromSeconds(0.9));
        state.TryEnter().Should().BeTrue("something is still missing from the bucket");
        state.Exit();
        shard.Count.Should().Be(1);

        Sweep(TimeSpan.FromSeconds(1));
        state.TryEnter().Should().BeFalse();
        shard.Count.Should().Be(0);

        void Sweep(TimeSpan time)
        {
            var bucket = 0;
            shard.Sweep(ref bucket, int.MaxValue / 2, new LimiterMoment(time.Ticks, 0));
        }
    }

    [Fact]
    public void One_key_under_several_rules_has_a_state_for_each()
    {
        var other = new RateLimitDimension("key", RateLimitRule.TokenBucket(5, 1, TimeSpan.FromSeconds(2)));
        LimiterState.HashOf(other).Should().NotBe(_hash);

        var (one, two) = (_tables.Enter(Dimension, _hash, adds: true)!, _tables.Enter(other, LimiterState.HashOf(other), adds: true)!);

        one.Should().NotBeSameAs(two);
        one.Exit();
        two.Exit();
    }
}
