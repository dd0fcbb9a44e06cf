using FluentAssertions;
using Pipeline.Conformance;
using Xunit;

namespace Pipeline.Caching;

public sealed class InMemoryFillLeasesTests
{
    private static readonly TimeSpan Minute = TimeSpan.FromMinutes(1);

    private readonly ManualTimeProvider _time = new();
    private readonly InMemoryFillLeases _leases;

    public InMemoryFillLeasesTests() => _leases = new InMemoryFillLeases(new CacheClock(_time));

    [Fact]
    public async Task Leases_are_bounded_and_one_that_is_displaced_counts_as_run_out()
    {
        var first = await _leases.TryTakeAsync("first", TimeSpan.FromHours(1));
        for (var i = 0; i < 110_000; i++)
        {
            (await _leases.TryTakeAsync($"key-{i}", TimeSpan.FromHours(1))).IsTaken.Should().BeTrue();
        }

        _leases.Count.Should().Be(100_000);
        (await _leases.RenewAsync(first, Minute)).Should().BeFalse();
        (await _leases.ReleaseAsync(first)).Should().BeFalse();
    }

    [Fact]
    public async Task Leases_that_ran_out_leave_nothing_behind()
    {
        for (var i = 0; i < 1_000; i++)
        {
            await _leases.TryTakeAsync($"key-{i}", Minute);
        }

        _time.Advance(2 * Minute);
        for (var i = 0; i < 1_000; i++)
        {
            var lease = await _leases.TryTakeAsync("other", Minute);
            await _leases.ReleaseAsync(lease);
        }

        _leases.Count.Should().Be(0);
    }

    [Fact]
    public async Task A_jump_of_the_wall_clock_ends_no_lease_and_prolongs_none()
    {
        var lease = await _leases.TryTakeAsync("a", Minute);
        _time.SetUtcNow(_time.GetUtcNow().AddYears(1));
        (await _leases.TryTakeAsync("a", Minute)).Remaining.Should().Be(Minute);

        _time.SetUtcNow(_time.GetUtcNow().AddYears(-2));
        _time.Advance(Minute);

        (await _leases.RenewAsync(lease, Minute)).Should().BeFalse();
        (await _leases.TryTakeAsync("a", Minute)).IsTaken.Should().BeTrue();
    }

    /// <summary>Each look at the clock is a place where the lease may run out and another take it.</summary>
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public async Task A_lease_that_is_lost_in_the_middle_of_its_renewal_is_the_others(int look)
    {
        var time = new InterruptedTimeProvider(_time);
        var leases = new InMemoryFillLeases(new CacheClock(time));
        var lease = await leases.TryTakeAsync("a", Minute);
        CacheFillLease? others = null;
        time.InterruptAt(look, () =>
        {
            _time.Advance(Minute);
            others = leases.TryTakeAsync("a", Minute).AsTask().Result;
        });

        var isRenewed = await leases.RenewAsync(lease, Minute);

        var isLost = others is { IsTaken: true };
        isRenewed.Should().Be(!isLost);
        if (isLost)
        {
            (await leases.ReleaseAsync(others!.Value)).Should().BeTrue();
        }
    }

    /// <summary>Does something at a certain one of the next looks at the clock.</summary>
    private sealed class InterruptedTimeProvider(TimeProvider inner) : TimeProvider
    {
        private int _looks;
        private Action? _interruption;

        public override long TimestampFrequency => inner.TimestampFrequency;

        public void InterruptAt(int look, Action interruption) => (_looks, _interruption) = (look, interruption);

        public override DateTimeOffset GetUtcNow() => inner.GetUtcNow();

        public override long GetTimestamp()
        {
            if (--_looks == 0)
            {
                _interruption!();
            }

            return inner.GetTimestamp();
        }
    }
}
