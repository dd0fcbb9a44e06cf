using FluentAssertions;
using Pipeline.Backends;
using Xunit;

namespace Pipeline.Abstractions.Tests.Caching;

public sealed class Crc32CTests
{
    [Fact]
    public void The_check_value_of_the_catalogue_comes_out() => Compute("123456789"u8).Should().Be(0xE3069283);

    [Fact]
    public void The_zeros_of_RFC_3720_come_out() => Compute(new byte[32]).Should().Be(0x8A9136AA);

    [Fact]
    public void Nothing_has_the_checksum_zero() => Compute([]).Should().Be(0);

    [Fact]
    public void Parts_of_any_length_give_the_checksum_of_the_whole()
    {
        var bytes = Enumerable.Range(0, 40).Select(i => (byte)(i * 37)).ToArray();
        var whole = Compute(bytes);

        for (var first = 0; first <= bytes.Length; first++)
        {
            var crc = Crc32C.Start();
            crc.Append(bytes.AsSpan(0, first));
            crc.Append(bytes.AsSpan(first));
            crc.Value.Should().Be(whole, "of a first part of {0} bytes", first);
        }
    }

    private static uint Compute(ReadOnlySpan<byte> bytes)
    {
        var crc = Crc32C.Start();
        crc.Append(bytes);
        return crc.Value;
    }
}
