using FluentAssertions;
using Pipeline.Conformance;
using Xunit;

namespace Pipeline.Caching;

/// <summary>Parts that are easier to see alone.</summary>
public sealed class TieredCachePartTests
{
    [Fact]
    public void Known_tags_are_bounded_and_what_they_forget_has_to_be_confirmed()
    {
        var tags = new KnownTags(capacity: 10);
        for (var i = 0; i < 10; i++)
        {
            tags.Invalidate($"tag {i}");
        }

        var after = tags.Version;
        tags.ConfirmFrom.Should().Be(0);
        tags.Invalidate("one more");

        Enumerable.Range(0, 10).Count(i => tags.Knows($"tag {i}")).Should().Be(4);
        tags.Knows("one more").Should().BeTrue();
        tags.ConfirmFrom.Should().BeInRange(1, after, "what was made after all that is forgotten is good");
        for (var i = 0; i < 1_000; i++)
        {
            tags.Invalidate($"other {i}");
        }

        Enumerable.Range(0, 1_000).Count(i => tags.Knows($"other {i}")).Should().BeLessThanOrEqualTo(10);
    }

    [Fact]
    public void A_generation_that_is_known_already_does_not_make_all_entries_be_judged_again()
    {
        var tags = new KnownTags();
        tags.Raise("a", 5);
        var version = tags.Version;
        tags.Raise("a", 5);
        tags.Raise("a", 4);

        tags.Version.Should().Be(version);
    }

    [Theory]
    [InlineData(4, false)]
    [InlineData(5, true)]
    [InlineData(6, true)]
    public void An_entry_is_judged_by_the_generations_it_carries(long generation, bool isCurrent)
    {
        var tags = new KnownTags();
        tags.Raise("a", 5);

        tags.AreCurrent(EntryTags.Of([new TagGeneration("a", generation)]), born: 0).Should().Be(isCurrent);
    }

    [Fact]
    public void An_entry_without_generations_is_judged_by_when_it_began()
    {
        var tags = new KnownTags();
        var before = tags.Version;
        tags.Raise("a", 5);

        tags.AreCurrent(EntryTags.Of(["a"]), before).Should().BeFalse();
        tags.AreCurrent(EntryTags.Of(["a"]), tags.Version).Should().BeTrue();
        tags.AreCurrent(EntryTags.Of(["b"]), before).Should().BeTrue();
    }

    [Fact]
    public void No_more_notices_are_passed_over_than_were_caused()
    {
        var notices = new OwnNotices();
        notices.Expect("key", now: 0);
        notices.Expect("key", now: 0);

        notices.Take("key", now: 1).Should().BeTrue();
        notices.Take("key", now: 1).Should().BeTrue();
        notices.Take("key", now: 1).Should().BeFalse();
        notices.Take("other", now: 1).Should().BeFalse();
    }

    [Fact]
    public void A_notice_that_is_very_late_is_heeded_and_after_a_gap_all_are()
    {
        var notices = new OwnNotices();
        notices.Expect("key", now: 0);
        notices.Take("key", now: 10_001).Should().BeFalse();
        notices.Expect("key", now: 0);
        notices.Clear();
        notices.Take("key", now: 1).Should().BeFalse();
    }

    [Fact]
    public void The_breaker_lets_one_call_try_and_stays_open_if_it_fails()
    {
        var time = new ManualTimeProvider();
        var breaker = new BackendBreaker(2, TimeSpan.FromSeconds(1), new CacheClock(time));
        breaker.Fail(breaker.Enter()).Should().BeFalse();
        breaker.Fail(breaker.Enter()).Should().BeTrue();
        breaker.Enter().Should().Be(BackendBreaker.Pass.Refused);
        time.Advance(TimeSpan.FromSeconds(1));
        breaker.Enter().Should().Be(BackendBreaker.Pass.Probe);
        breaker.Enter().Should().Be(BackendBreaker.Pass.Refused);
        breaker.Fail(BackendBreaker.Pass.Probe).Should().BeFalse();
        breaker.Enter().Should().Be(BackendBreaker.Pass.Refused);
        time.Advance(TimeSpan.FromSeconds(1));
        breaker.Enter().Should().Be(BackendBreaker.Pass.Probe);
        breaker.Leave(BackendBreaker.Pass.Probe);
        breaker.Enter().Should().Be(BackendBreaker.Pass.Probe);
        breaker.Succeed().Should().BeTrue();
        breaker.Enter().Should().Be(BackendBreaker.Pass.Granted);
    }

    [Fact]
    public void Failures_that_are_not_in_a_row_do_not_open_the_breaker()
    {
        var breaker = new BackendBreaker(2, TimeSpan.FromSeconds(1), new CacheClock(new ManualTimeProvider()));
        for (var i = 0; i < 10; i++)
        {
            breaker.Fail(breaker.Enter()).Should().BeFalse();
            breaker.Succeed();
        }

        breaker.IsOpen.Should().BeFalse();
    }

    [Fact]
    public void Who_has_looked_before_another_flight_stored_its_value_looks_again()
    {
        using var host = TieredHost.Local();
        var flights = host.Cache.Core.Flights;
        var terms = new FlightTerms(default, AllowsStale: false);
        flights.JoinOrStart<string>("key", terms, EntryTags.AllOnly, seen: null, looks: true, out var first).Should().Be(JoinResult.Started);
        var entry = LocalEntry<string>.Of(
            "key", "value", payload: null, 5, origin: null, serializer: null, EntryTags.AllOnly, first!.Born, new EntryTimes(0, 1_000, 1_000, long.MaxValue));
        flights.Publish(first, EntryTags.AllOnly, entry, writes: false).Should().Be(PublishResult.Current);
        flights.End(first);

        flights.JoinOrStart<string>("key", terms, EntryTags.AllOnly, seen: null, looks: true, out _).Should().Be(JoinResult.LookAgain);
        flights.JoinOrStart<string>("key", terms, EntryTags.AllOnly, seen: entry, looks: true, out _).Should().Be(JoinResult.Started);
    }
}
