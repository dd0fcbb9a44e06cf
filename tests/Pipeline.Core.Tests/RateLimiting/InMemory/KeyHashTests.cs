using FluentAssertions;
using Xunit;

namespace Pipeline.RateLimiting;

public class KeyHashTests
{
    [Fact]
    public void Equal_keys_hash_alike_and_every_character_and_the_other_part_counts()
    {
        for (var length = 1; length <= 100; length++)
        {
            var key = new string('k', length);
            var hashes = new HashSet<int> { KeyHash.Of(key, 1) };
            hashes.Add(KeyHash.Of(new string('k', length), 1)).Should().BeFalse();

            var others = Enumerable.Range(0, length).Select(at => KeyHash.Of(key[..at] + "x" + key[(at + 1)..], 1))
                .Append(KeyHash.Of(key + "k", 1)).Append(KeyHash.Of(key, 2));

            // Of 5,000 hashes of 32 bits two may be alike, once in some hundred runs; not three.
            others.Count(other => !hashes.Add(other)).Should().BeLessThan(2);
        }
    }

    [Theory]
    [InlineData("tenant:{0}")]
    [InlineData("{0}")]
    [InlineData("{0}:a-long-tail-that-all-of-them-have-in-common-and-then-some")]
    public void Keys_in_a_row_spread_over_shards_and_buckets(string format)
    {
        const int Keys = 1 << 16;
        var hashes = Enumerable.Range(0, Keys)
            .Select(i => (uint)KeyHash.Of(string.Format(System.Globalization.CultureInfo.InvariantCulture, format, i), 7)).ToArray();

        // As many as balls fall into bins by chance.
        hashes.GroupBy(hash => hash % Keys).Max(bucket => bucket.Count()).Should().BeLessThan(14);
        hashes.GroupBy(hash => hash >> 26).Select(shard => shard.Count()).Should().OnlyContain(count => count > 800 && count < 1_250).And.HaveCount(64);
    }
}
