using FluentAssertions;
using Microsoft.Extensions.Options;
using Xunit;

namespace Pipeline.Caching;

public sealed class CacheMemoryOptionsTests
{
    [Theory]
    [InlineData(1, 1_048_576)]
    [InlineData(1_000_000_000, 1_099_511_627_776)]
    public void The_ends_of_the_ranges_are_valid(long maxEntries, long maxBytes)
    {
        var act = () => new InMemoryCacheBackend(new CacheMemoryOptions { MaxEntries = maxEntries, MaxBytes = maxBytes });

        act.Should().NotThrow();
    }

    [Theory]
    [InlineData(0, 1_048_576, "MaxEntries is 0. Give a value from 1 to 1000000000 entries.")]
    [InlineData(1_000_000_001, 1_048_576, "MaxEntries is 1000000001.")]
    [InlineData(1, 1_048_575, "MaxBytes is 1048575. Give a value from 1048576 to 1099511627776 bytes.")]
    [InlineData(1, long.MaxValue, "MaxBytes is 9223372036854775807.")]
    [InlineData(-1, -1, "MaxBytes is -1.")]
    public void What_is_out_of_range_is_refused_with_the_setting_and_the_mend(long maxEntries, long maxBytes, string problem)
    {
        var act = () => new InMemoryCacheBackend(new CacheMemoryOptions { MaxEntries = maxEntries, MaxBytes = maxBytes });

        act.Should().Throw<OptionsValidationException>().WithMessage($"*{problem}*");
    }

    [Fact]
    public void The_defaults_are_as_documented()
    {
        var options = new CacheMemoryOptions();

        (options.MaxEntries, options.MaxBytes).Should().Be((100_000, 256L * 1024 * 1024));
    }
}
