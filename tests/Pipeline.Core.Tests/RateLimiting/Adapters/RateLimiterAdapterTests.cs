using System.Threading.RateLimiting;
using FluentAssertions;
using Pipeline.Conformance;
using Xunit;

namespace Pipeline.RateLimiting;

/// <summary>An adapter of one key, beside the framework's own limiters where the two must agree.</summary>
public sealed class RateLimiterAdapterTests : IDisposable
{
    private const int Limit = 10;
    private static readonly TimeSpan Minute = TimeSpan.FromMinutes(1);
    private static readonly RateLimitRule Rule = RateLimitRule.FixedWindow(Limit, Minute).Named("calls");
    private static readonly RateLimitRule Slots = RateLimitRule.Concurrency(2, Minute);

    private readonly ManualTimeProvider _clock = new();
    private readonly AwayLimiter _backend;

    public RateLimiterAdapterTests() => _backend = new AwayLimiter(_clock);

    public void Dispose() => _backend.Dispose();

    /// <summary>Both kinds of limiter: each test that takes one holds for both.</summary>
    public static TheoryData<bool> Both { get; } = [true, false];

    [Theory]
    [MemberData(nameof(Both))]
    public async Task Permits_are_acquired_up_to_the_limit_and_none_asks_whether_there_are_any(bool isOurs)
    {
        await using var limiter = Make(isOurs);

        var acquired = new List<bool>();
        foreach (var permits in new[] { 0, 4, 0, 6, 0, 1, 10, 0 })
        {
            using var lease = await AcquireAsync(limiter, permits, isOurs);
            acquired.Add(lease.IsAcquired);
        }

        acquired.Should().Equal(true, true, true, true, false, false, false, false);
    }

    [Theory]
    [MemberData(nameof(Both))]
    public async Task More_permits_than_the_limit_or_fewer_than_none_are_an_error(bool isOurs)
    {
        await using var limiter = Make(isOurs);

        foreach (var permits in new[] { Limit + 1, int.MaxValue, -1 })
        {
            var acquire = () => limiter.AcquireAsync(permits).AsTask();
            (await acquire.Should().ThrowAsync<ArgumentOutOfRangeException>()).Which.ParamName.Should().Be("permitCount");
            limiter.Invoking(l => l.AttemptAcquire(permits)).Should().Throw<ArgumentOutOfRangeException>().WithParameterName("permitCount");
        }

        using var lease = await limiter.AcquireAsync(Limit);
        lease.IsAcquired.Should().BeTrue();
    }

    [Theory]
    [MemberData(nameof(Both))]
    public async Task A_token_that_was_cancelled_before_acquires_nothing(bool isOurs)
    {
        await using var limiter = Make(isOurs);

        var call = limiter.AcquireAsync(Limit, new CancellationToken(canceled: true));
        call.IsCanceled.Should().BeTrue();

        using var lease = await limiter.AcquireAsync(Limit);
        lease.IsAcquired.Should().BeTrue();
    }

    [Theory]
    [MemberData(nameof(Both))]
    public async Task A_limiter_that_was_disposed_refuses_to_work(bool isOurs)
    {
        foreach (var disposes in new Func<RateLimiter, ValueTask>[] { l => l.DisposeAsync(), l => { l.Dispose(); return default; } })
        {
            var limiter = Make(isOurs);
            await disposes(limiter);

            await FluentActions.Awaiting(async () => await limiter.AcquireAsync()).Should().ThrowAsync<ObjectDisposedException>();
            limiter.Invoking(l => l.AttemptAcquire()).Should().Throw<ObjectDisposedException>();
            limiter.Invoking(l => l.GetStatistics()).Should().Throw<ObjectDisposedException>();
            await disposes(limiter);
        }
    }

    [Theory]
    [MemberData(nameof(Both))]
    public async Task A_refused_lease_says_when_to_come_again_and_an_acquired_one_does_not(bool isOurs)
    {
        await using var limiter = Make(isOurs);
        using var acquired = await limiter.AcquireAsync(Limit);
        using var refused = await limiter.AcquireAsync();

        acquired.TryGetMetadata(MetadataName.RetryAfter, out _).Should().BeFalse();
        refused.TryGetMetadata(MetadataName.RetryAfter, out var retryAfter).Should().BeTrue();
        retryAfter.Should().BePositive().And.BeLessThanOrEqualTo(Minute);
        refused.MetadataNames.Should().Contain(MetadataName.RetryAfter.Name);
        refused.TryGetMetadata("unknown", out _).Should().BeFalse();
    }

    [Theory]
    [MemberData(nameof(Both))]
    public async Task Statistics_count_leases_and_tell_what_is_left(bool isOurs)
    {
        await using var limiter = Make(isOurs);
        limiter.GetStatistics().Should().BeEquivalentTo(new RateLimiterStatistics { CurrentAvailablePermits = Limit });

        foreach (var permits in new[] { 7, 4, 2, 5 })
        {
            using var lease = await limiter.AcquireAsync(permits);
        }

        limiter.GetStatistics().Should().BeEquivalentTo(
            new RateLimiterStatistics { CurrentAvailablePermits = 1, TotalSuccessfulLeases = 2, TotalFailedLeases = 2 });
    }

    [Fact]
    public async Task An_attempt_asks_nobody_and_fails_so_that_the_caller_awaits()
    {
        await using var limiter = Make(isOurs: true);

        using (var attempt = limiter.AttemptAcquire())
        {
            attempt.IsAcquired.Should().BeFalse();
            attempt.MetadataNames.Should().BeEmpty();
            attempt.TryGetMetadata(MetadataName.RetryAfter, out _).Should().BeFalse();
        }

        _backend.Calls.Should().BeEmpty();
        limiter.GetStatistics()!.TotalFailedLeases.Should().Be(0);
        using var lease = await limiter.AcquireAsync();
        lease.IsAcquired.Should().BeTrue();
    }

    [Fact]
    public async Task A_lease_tells_the_figures_of_its_decision()
    {
        await using var limiter = Make(isOurs: true);
        _clock.Advance(TimeSpan.FromSeconds(10));
        using var acquired = await limiter.AcquireAsync(9);
        using var refused = await limiter.AcquireAsync(2);

        foreach (var lease in new[] { acquired, refused })
        {
            (Metadata(lease, RateLimitMetadata.Limit), Metadata(lease, RateLimitMetadata.Remaining), Metadata(lease, RateLimitMetadata.Rule))
                .Should().Be((10, 1, "calls"));
            Metadata(lease, RateLimitMetadata.ResetAfter).Should().Be(TimeSpan.FromSeconds(50));
        }

        acquired.GetAllMetadata().Select(item => item.Key).Should().BeEquivalentTo("LIMIT", "REMAINING", "RESET_AFTER", "RULE");
        refused.GetAllMetadata().Select(item => item.Key).Should().BeEquivalentTo("LIMIT", "REMAINING", "RESET_AFTER", "RULE", "RETRY_AFTER");
        Metadata(refused, MetadataName.RetryAfter).Should().Be(TimeSpan.FromSeconds(50));
    }

    [Theory]
    [MemberData(nameof(Both))]
    public async Task What_is_held_at_the_same_time_is_free_again_when_the_lease_is_disposed(bool isOurs)
    {
        await using var limiter = isOurs
            ? _backend.AsRateLimiter("a", Slots, _clock)
            : new ConcurrencyLimiter(new ConcurrencyLimiterOptions { PermitLimit = 2 });

        var first = await limiter.AcquireAsync(2);
        (await limiter.AcquireAsync()).IsAcquired.Should().BeFalse();
        (await AcquireAsync(limiter, 0, isOurs)).IsAcquired.Should().BeFalse();
        limiter.IdleDuration.Should().BeNull();
        first.Dispose();
        first.Dispose();
        using var second = await limiter.AcquireAsync(2);

        second.IsAcquired.Should().BeTrue();
    }

    [Fact]
    public async Task A_lease_is_renewed_until_it_is_disposed()
    {
        await using var limiter = _backend.AsRateLimiter("a", Slots, _clock);
        var lease = await limiter.AcquireAsync(2);

        for (var i = 0; i < 9; i++)
        {
            _clock.Advance(Minute / 3);
            await _backend.EndedAsync();
        }

        (await limiter.AcquireAsync()).IsAcquired.Should().BeFalse();
        lease.Dispose();
        _clock.Advance(10 * Minute);
        _backend.Calls.Count(call => call is "Renew").Should().Be(9);
    }

    [Fact]
    public async Task A_lease_outlives_its_limiter_and_is_disposed_quietly_when_the_backend_is_away()
    {
        var limiter = _backend.AsRateLimiter("a", Slots, _clock);
        var first = await limiter.AcquireAsync();
        var second = await limiter.AcquireAsync();
        await limiter.DisposeAsync();

        first.Dispose();
        _backend.Fails = true;
        second.Invoking(lease => lease.Dispose()).Should().NotThrow();

        _backend.Calls.Count(call => call is "Release").Should().Be(2);
        _backend.IsDisposed.Should().BeFalse("it is not the adapter's");
    }

    [Fact]
    public async Task It_is_idle_from_its_last_call_or_lease_on()
    {
        await using var limiter = _backend.AsRateLimiter("a", Slots, _clock);
        _clock.Advance(Minute);
        limiter.IdleDuration.Should().Be(Minute);

        var lease = await limiter.AcquireAsync();
        limiter.IdleDuration.Should().BeNull();
        _clock.Advance(TimeSpan.FromSeconds(5));
        lease.Dispose();
        limiter.IdleDuration.Should().Be(TimeSpan.Zero);
        _clock.Advance(Minute);

        limiter.IdleDuration.Should().Be(Minute);
        _backend.Hangs = true;
        var call = limiter.AcquireAsync().AsTask();
        limiter.IdleDuration.Should().BeNull();
        _backend.Hanging.Single().Fail();
        await FluentActions.Awaiting(() => call).Should().ThrowAsync<Pipeline.Backends.BackendUnavailableException>();
        limiter.IdleDuration.Should().Be(TimeSpan.Zero);
    }

    [Fact]
    public async Task Two_adapters_of_one_key_share_its_budget()
    {
        await using var one = _backend.AsRateLimiter("a", Rule, _clock);
        await using var other = _backend.AsRateLimiter("a", Rule);

        (await one.AcquireAsync(6)).IsAcquired.Should().BeTrue();
        (await other.AcquireAsync(5)).IsAcquired.Should().BeFalse();
        (await other.AcquireAsync(4)).IsAcquired.Should().BeTrue();
    }

    [Fact]
    public void A_bad_key_is_an_error_at_once()
    {
        _backend.Invoking(l => l.AsRateLimiter("", Rule)).Should().Throw<ArgumentException>();
        _backend.Invoking(l => l.AsRateLimiter("a", null!)).Should().Throw<ArgumentNullException>();
    }

    private static T? Metadata<T>(RateLimitLease lease, MetadataName<T> name) =>
        lease.TryGetMetadata(name, out var value) ? value : throw new InvalidOperationException($"The lease has no {name.Name}.");

    // Where there are no permits left, the framework's limiters let a call for none wait, whatever their queue limit.
    private static ValueTask<RateLimitLease> AcquireAsync(RateLimiter limiter, int permits, bool isOurs) =>
        isOurs || permits > 0 ? limiter.AcquireAsync(permits) : new(limiter.AttemptAcquire(permits));

    private RateLimiter Make(bool isOurs) => isOurs
        ? _backend.AsRateLimiter("a", Rule, _clock)
        : new FixedWindowRateLimiter(new FixedWindowRateLimiterOptions { PermitLimit = Limit, Window = Minute, AutoReplenishment = false });
}
