using System.Collections.Concurrent;
using FluentAssertions;
using Microsoft.Extensions.Logging;
using Pipeline.Steps;
using Xunit;

namespace Pipeline.Caching;

public sealed class InvalidationFeedTests : IDisposable
{
    private static readonly TimeSpan HangLimit = TimeSpan.FromSeconds(30);

    private readonly RecordingLogger _logger = new();
    private readonly InMemoryInvalidationFeed _feed;
    private readonly BlockingCollection<CacheInvalidation> _notices = [];

    public InvalidationFeedTests() => _feed = new InMemoryInvalidationFeed(_logger);

    public void Dispose()
    {
        _notices.Dispose();
        _logger.Dispose();
    }

    [Fact]
    public void The_first_notice_is_the_resync()
    {
        using var subscription = _feed.Subscribe(_notices.Add);
        _feed.Publish(Key("a"));

        Take().Should().Be(CacheInvalidation.Resync);
        Take().Should().Be(Key("a"));
    }

    [Fact]
    public void A_handler_that_throws_is_logged_and_goes_on()
    {
        using var subscription = _feed.Subscribe(notice =>
        {
            _notices.Add(notice);
            throw new InvalidOperationException("The handler's fault.");
        });
        _feed.Publish(Key("secret"));

        Take().Should().Be(CacheInvalidation.Resync);
        Take().Should().Be(Key("secret"));
        SpinWait.SpinUntil(() => _logger.Entries.Count == 2, HangLimit).Should().BeTrue();
        _logger.Entries.Should().OnlyContain(entry => entry.Id == 3900 && entry.Level == LogLevel.Error && !entry.Text.Contains("secret"));
    }

    [Fact]
    public void Notices_come_one_at_a_time_in_order_whoever_publishes()
    {
        var running = 0;
        using var subscription = _feed.Subscribe(notice =>
        {
            if (Interlocked.Increment(ref running) != 1)
            {
                throw new InvalidOperationException("Two at once.");
            }

            Thread.SpinWait(2_000);
            Interlocked.Decrement(ref running);
            _notices.Add(notice);
        });
        Parallel.For(0, 4, thread =>
        {
            for (var i = 0; i < 1_000; i++)
            {
                _feed.Publish(CacheInvalidation.ForTag(new TagGeneration($"tag-{thread}", i + 1), isLocal: true));
            }
        });

        var notices = Enumerable.Range(0, 4_001).Select(_ => Take()).ToArray()[1..];

        _logger.Entries.Should().BeEmpty();
        notices.GroupBy(notice => notice.Name).Should().OnlyContain(tag => tag.Select(notice => notice.Generation).SequenceEqual(Enumerable.Range(1, 1_000).Select(i => (long)i)));
    }

    [Fact]
    public void A_handler_that_falls_far_behind_is_told_to_verify_everything()
    {
        using var isFree = new ManualResetEventSlim();
        using var isCalled = new ManualResetEventSlim();
        using var subscription = _feed.Subscribe(notice =>
        {
            isCalled.Set();
            isFree.Wait();
            _notices.Add(notice);
        });
        isCalled.Wait(HangLimit).Should().BeTrue();
        for (var i = 0; i < CacheFeedSubscription.MostWaiting + 100; i++)
        {
            _feed.Publish(Key($"key-{i}"));
        }

        isFree.Set();

        Take().Should().Be(CacheInvalidation.Resync, "that is what it began with");
        var rest = TakeUntil(Key($"key-{CacheFeedSubscription.MostWaiting + 99}"));
        rest[0].Should().Be(CacheInvalidation.Resync);
        rest.Length.Should().BeLessThan(200);
    }

    [Fact]
    public void A_subscription_that_ended_holds_nothing_and_hears_nothing()
    {
        using var isFree = new ManualResetEventSlim();
        using var isCalled = new ManualResetEventSlim();
        var subscription = _feed.Subscribe(notice =>
        {
            _notices.Add(notice);
            isCalled.Set();
            isFree.Wait();
        });
        isCalled.Wait(HangLimit).Should().BeTrue();
        _feed.Publish(Key("a"));

        subscription.Dispose();
        subscription.Dispose();
        _feed.IsHeard.Should().BeFalse();
        _feed.Publish(Key("b"));
        isFree.Set();

        using var other = _feed.Subscribe(_notices.Add);
        _feed.Publish(Key("c"));
        TakeUntil(Key("c")).Should().Equal(CacheInvalidation.Resync, CacheInvalidation.Resync, Key("c"));
    }

    private static CacheInvalidation Key(string key) => CacheInvalidation.ForKey(key, isLocal: true);

    private CacheInvalidation Take() =>
        _notices.TryTake(out var notice, HangLimit) ? notice : throw new TimeoutException("No notice came.");

    private CacheInvalidation[] TakeUntil(CacheInvalidation last)
    {
        List<CacheInvalidation> notices = [];
        do
        {
            notices.Add(Take());
        }
        while (notices[^1] != last);

        return [.. notices];
    }
}
