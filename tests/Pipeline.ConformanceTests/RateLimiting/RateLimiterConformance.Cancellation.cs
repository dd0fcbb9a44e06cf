using Pipeline.RateLimiting;
using Xunit;

namespace Pipeline.Conformance.RateLimiting;

public abstract partial class RateLimiterConformance
{
    [Fact(Timeout = TimeLimit)]
    public async Task A_call_that_is_cancelled_before_it_begins_does_nothing()
    {
        var limiter = await OpenAsync();
        var (tokens, slots) = (RateLimitRule.SlidingWindow(10, Window), RateLimitRule.Concurrency(2, Tick * 4));
        var key = UniqueKey();
        var request = new RateLimitRequest(RateLimitDimension.Estimate(key, tokens, 5), new RateLimitDimension(key, slots));
        var held = await ReserveAsync(limiter, request);
        await _store.AdvanceAsync(Tick);
        using var cancellation = new CancellationTokenSource();
        await cancellation.CancelAsync();
        var token = cancellation.Token;

        await AssertCancelledAsync(async () => await limiter.AcquireAsync(request, token));
        await AssertCancelledAsync(async () => await limiter.PeekAsync(request, token));
        await AssertCancelledAsync(async () => await limiter.SettleAsync(held, new long[] { 0, 0 }, token));
        await AssertCancelledAsync(async () => await limiter.ReleaseAsync(held, token));
        await AssertCancelledAsync(async () => await limiter.RenewAsync(held, token));
        await AssertCancelledAsync(async () => await limiter.ResetAsync(key, tokens, token));

        await AssertRemainingAsync(5, limiter, key, tokens);
        AssertTime(Tick * 3, (await limiter.PeekAsync(Cost(key, slots))).ResetAfter);
        Assert.True(await limiter.SettleAsync(held, new long[] { 0, 0 }), "The reservation was ended by a call that was cancelled.");

        async Task AssertCancelledAsync(Func<Task> call)
        {
            var error = await Assert.ThrowsAnyAsync<OperationCanceledException>(call);
            Assert.Equal(token, error.CancellationToken);
        }
    }

    [Fact(Timeout = TimeLimit)]
    public async Task A_call_that_is_cancelled_on_its_way_is_wholly_done_or_not_at_all()
    {
        var limiter = await OpenAsync();
        var rule = RateLimitRule.SlidingWindow(1_000_000, TimeSpan.FromHours(1));
        var (first, second) = (UniqueKey(), UniqueKey());
        var request = new RateLimitRequest(new RateLimitDimension(first, rule), new RateLimitDimension(second, rule));
        var answered = 0;
        for (var i = 0; i < _store.Repetitions; i++)
        {
            using var cancellation = new CancellationTokenSource();
            var taking = Task.Run(async () => await limiter.AcquireAsync(request, cancellation.Token));
            var cancelling = Task.Run(cancellation.CancelAsync);
            try
            {
                await taking;
                answered++;
            }
            catch (OperationCanceledException)
            {
                // Whether it was charged, the figures tell.
            }

            await cancelling;
        }

        // What was sent before it was cancelled may be on its way still, where there is a way.
        var (remaining, isWhole) = (0L, false);
        for (var look = 0; look < 300 && !isWhole; look++)
        {
            await Task.Delay(look == 0 ? 0 : 10);
            remaining = await RemainingAsync(limiter, first, rule);
            isWhole = await RemainingAsync(limiter, second, rule) == remaining;
        }

        Assert.True(isWhole, "One of the two was charged without the other.");
        Assert.InRange(1_000_000 - remaining, answered, _store.Repetitions);
    }
}
