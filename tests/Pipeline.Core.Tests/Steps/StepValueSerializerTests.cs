using System.Buffers;
using System.Text;
using FluentAssertions;
using Microsoft.Extensions.Caching.Hybrid;
using Pipeline.Caching;
using Pipeline.Telemetry;
using Xunit;

namespace Pipeline.Steps;

public sealed class StepValueSerializerTests
{
    private static readonly StepValueSerializer<string> Serializer = new((IHybridCacheSerializer<string>)PlainCacheSerializer.Instance);
    private static readonly ValueOrigin Origin = new() { Usage = new TokenUsage { Output = 5 }, Model = "big", Cost = 0.00004m, PriceTableVersion = "2030-01" };

    [Theory]
    [InlineData("hi", true, "01030700000005000362696780b4891307323033302d30316869")]
    [InlineData("hi", false, "01016869")]
    [InlineData("", false, "0101")]
    [InlineData(null, false, "0100")]
    [InlineData(null, true, "01020700000005000362696780b4891307323033302d3031")]
    public void The_bytes_are_those_of_the_documentation_and_read_back_as_what_they_were(string? value, bool hasOrigin, string bytes)
    {
        var buffer = new ArrayBufferWriter<byte>();
        Serializer.Serialize(new StepValue<string>(value!, hasOrigin ? Origin : null), buffer);

        Convert.ToHexString(buffer.WrittenSpan).ToLowerInvariant().Should().Be(bytes);
        var read = Serializer.Deserialize(new ReadOnlySequence<byte>(buffer.WrittenMemory));
        read.Value.Should().Be(value);
        read.Origin.Should().Be(hasOrigin ? Origin : null);
    }

    [Theory]
    [InlineData("")]
    [InlineData("01")]
    [InlineData("0001")]
    [InlineData("0201")]
    [InlineData("0104")]
    [InlineData("010041")]
    [InlineData("0102")]
    [InlineData("6869")]
    public void What_is_no_step_value_is_an_error(string bytes) =>
        FluentActions.Invoking(() => Serializer.Deserialize(new ReadOnlySequence<byte>(Convert.FromHexString(bytes)))).Should().Throw<InvalidDataException>();

    [Fact]
    public void What_the_serializer_of_the_answer_throws_comes_through() =>
        FluentActions.Invoking(() => Serializer.Deserialize(new ReadOnlySequence<byte>([1, 1, 0xFF]))).Should().Throw<DecoderFallbackException>();
}
