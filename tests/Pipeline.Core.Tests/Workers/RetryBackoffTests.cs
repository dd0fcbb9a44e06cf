using FluentAssertions;
using Xunit;

namespace Pipeline.Workers;

public sealed class RetryBackoffTests
{
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);

    [Theory]
    [InlineData(1, 1)]
    [InlineData(2, 2)]
    [InlineData(3, 4)]
    [InlineData(9, 256)]
    [InlineData(10, 300)]
    [InlineData(1_000, 300)]
    [InlineData(int.MaxValue, 300)]
    public void The_delay_doubles_up_to_its_bound_and_half_of_it_is_random(int failures, int seconds)
    {
        var backoff = new RetryBackoff(new QueueWorkerOptions(), new Random(1));

        var delays = Enumerable.Range(0, 1_000).Select(_ => backoff.DelayAfter(failures) / Second).ToList();

        delays.Should().OnlyContain(delay => delay >= seconds / 2.0 && delay <= seconds);
        delays.Min().Should().BeLessThan(seconds * 0.51);
        delays.Max().Should().BeGreaterThan(seconds * 0.99);
    }

    [Fact]
    public void A_schedule_is_kept_to_the_tick_and_its_last_delay_serves_all_further_retries()
    {
        var backoff = new RetryBackoff(new QueueWorkerOptions { RetrySchedule = [Second, Second * 10, Second * 3] }, new Random(1));

        Enumerable.Range(1, 5).Select(backoff.DelayAfter).Should().Equal(Second, Second * 10, Second * 3, Second * 3, Second * 3);
    }

    [Fact]
    public void The_longest_delay_that_the_options_allow_does_not_overflow()
    {
        var longest = Queues.QueueLimits.MaxDelay;
        var backoff = new RetryBackoff(new QueueWorkerOptions { RetryDelay = longest, MaxRetryDelay = longest }, new Random(1));

        backoff.DelayAfter(1_000).Should().BeGreaterThanOrEqualTo(longest / 2).And.BeLessThanOrEqualTo(longest);
    }

    [Fact]
    public void No_delay_is_no_delay_after_any_number_of_failures()
    {
        var backoff = new RetryBackoff(new QueueWorkerOptions { RetryDelay = TimeSpan.Zero }, new Random(1));

        backoff.DelayAfter(100).Should().Be(TimeSpan.Zero);
    }
}
