using System.Buffers;
using FluentAssertions;
using Pipeline.Caching;
using Xunit;

namespace Pipeline.Abstractions.Tests.Caching;

public sealed class CacheEntryTests
{
    private static readonly CacheEntryOptions Options = new() { FreshFor = TimeSpan.FromHours(1) };

    [Fact]
    public void An_empty_value_is_a_value() => new CacheEntry("key", default, Options).Value.Length.Should().Be(0);

    [Theory]
    [InlineData("")]
    [InlineData("a\nb")]
    public void A_key_that_cannot_be_stored_is_refused(string key)
    {
        var act = () => new CacheEntry(key, default, Options);

        act.Should().Throw<ArgumentException>().WithParameterName(nameof(key));
    }

    [Fact]
    public void Missing_options_are_refused()
    {
        var act = () => new CacheEntry("key", default, null!);

        act.Should().Throw<ArgumentNullException>().WithParameterName("options");
    }

    [Fact]
    public void A_value_of_the_greatest_size_is_accepted_and_one_byte_more_is_refused()
    {
        var bytes = new byte[CacheEntryOptions.MaxValueBytes + 1];

        var act = () => new CacheEntry("key", new ReadOnlySequence<byte>(bytes), Options);

        act.Should().Throw<ArgumentException>().WithParameterName("value").WithMessage("*67108865 bytes*at most 67108864*");
        new CacheEntry("key", new ReadOnlySequence<byte>(bytes, 0, CacheEntryOptions.MaxValueBytes), Options).Key.Should().Be("key");
    }
}
