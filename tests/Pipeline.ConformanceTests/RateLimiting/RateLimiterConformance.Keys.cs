using System.Text;
using Pipeline.Backends;
using Pipeline.RateLimiting;
using Xunit;

namespace Pipeline.Conformance.RateLimiting;

public abstract partial class RateLimiterConformance
{
    private static readonly string[] BadKeys =
        ["", new('x', 513), new('ü', 257), "a\nb", "a\0", "\u007f", "a\u0085", "lone \ud800", "\udc00 lone"];

    [Fact(Timeout = TimeLimit)]
    public async Task Keys_are_compared_ordinally()
    {
        var limiter = await OpenAsync();
        var rule = RateLimitRule.SlidingWindow(1, Window);
        var unique = UniqueKey();
        string[] keys =
        [
            unique, unique.ToUpperInvariant(), unique + " ", " " + unique, unique + "\u00e9", unique + "e\u0301", unique + "\u200b", unique + "ß", unique + "ss",
            unique + "i", unique + "ı", unique + ":", unique + ":s", unique + "*", unique + "?", unique + "[a]", unique + "{a}", unique + "{b}", "{" + unique + "}",
            unique + "/", unique + "\\", unique + "'", unique + "\"", unique + "%", unique + "_", unique + ";--", unique + "$1", unique + "\u00a0", unique + "😀",
            unique + "\ufb01", unique + "fi", unique + "\u0130", unique + "\ufeff",
        ];

        foreach (var key in keys)
        {
            await TakeAsync(limiter, Cost(key, rule));
        }

        foreach (var key in keys)
        {
            await AssertDeniedAsync(limiter, Cost(key, rule));
        }
    }

    [Fact(Timeout = TimeLimit)]
    public async Task Keys_of_the_greatest_length_are_told_apart_to_their_last_byte()
    {
        var limiter = await OpenAsync();
        var rule = RateLimitRule.Concurrency(1, Window);
        foreach (var filler in new[] { "x", "ü", "€", "😀" })
        {
            var longest = UniqueKey();
            var free = StoredName.MaxBytes - longest.Length - 1;
            longest += string.Concat(Enumerable.Repeat(filler, free / Encoding.UTF8.GetByteCount(filler)));
            longest = longest.PadRight(longest.Length + StoredName.MaxBytes - 1 - Encoding.UTF8.GetByteCount(longest), '-');

            var held = await ReserveAsync(limiter, Cost(longest + "a", rule));
            await TakeAsync(limiter, Cost(longest + "b", rule));
            await TakeAsync(limiter, Cost(longest, rule));

            await AssertDeniedAsync(limiter, Cost(longest + "a", rule));
            Assert.True(await limiter.ReleaseAsync(held), "The lease was held, and could not be given back.");
            await AssertDeniedAsync(limiter, Cost(longest + "b", rule));
            await limiter.ResetAsync(longest + "b", rule);
            await AssertRemainingAsync(1, limiter, longest + "b", rule);
        }
    }

    [Fact(Timeout = TimeLimit)]
    public async Task A_key_that_looks_like_another_key_with_its_state_is_another()
    {
        var limiter = await OpenAsync();
        var unique = UniqueKey();
        var rules = new[] { RateLimitRule.SlidingWindow(1, Window), RateLimitRule.TokenBucket(1, 1, Window * 10), RateLimitRule.PerMonth(1) };
        var separators = new[] { "", ":", "/", "|", "#", "-", ".", " " };
        var keys = separators.SelectMany(separator => rules.SelectMany(rule => new[]
        {
            $"{unique}{separator}{rule.StateId}", $"{rule.StateId}{separator}{unique}",
        })).Append(unique).Distinct(StringComparer.Ordinal).ToList();

        foreach (var rule in rules)
        {
            foreach (var key in keys)
            {
                await TakeAsync(limiter, Cost(key, rule));
            }
        }
    }

    [Fact(Timeout = TimeLimit)]
    public async Task A_bad_key_is_refused_wherever_it_is_given_and_not_shown()
    {
        var limiter = await OpenAsync();
        var rule = RateLimitRule.SlidingWindow(1, Window);
        foreach (var key in BadKeys)
        {
            Assert.Throws<ArgumentException>("key", () => new RateLimitDimension(key, rule));
            Assert.Throws<ArgumentException>("key", () => RateLimitDimension.Estimate(key, rule, 1));
            var error = await Assert.ThrowsAsync<ArgumentException>("key", async () => await limiter.ResetAsync(key, rule));
            Assert.True(key.Length < 2 || !error.Message.Contains(key, StringComparison.Ordinal), "The message shows the key.");
        }

        await Assert.ThrowsAsync<ArgumentNullException>("key", async () => await limiter.ResetAsync(null!, rule));
    }
}
