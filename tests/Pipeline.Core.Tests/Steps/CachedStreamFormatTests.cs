using System.Buffers;
using System.Text;
using FluentAssertions;
using Microsoft.Extensions.Caching.Hybrid;
using Xunit;

namespace Pipeline.Steps;

/// <summary>The bytes of <c>docs/formats.md</c>, "Cached stream, version 1".</summary>
public sealed class CachedStreamFormatTests
{
    private const string Documented = "01" + "03" + "6869" + "00" + "01" + "c901";

    private static readonly CachedStreamSerializer<string?> Serializer = new(new Utf8());

    private static readonly string?[] Items = ["hi", null, "", new string('x', 200)];

    [Fact]
    public void The_bytes_are_those_that_are_documented()
    {
        var stream = CachedStreamFormat.Begin();
        foreach (var item in Items)
        {
            CachedStreamFormat.WriteItem(stream, item is null, Encoding.UTF8.GetBytes(item ?? ""));
        }

        Convert.ToHexStringLower(stream.WrittenSpan).Should().Be(Documented + Convert.ToHexStringLower(Encoding.UTF8.GetBytes(Items[^1]!)));
        Serializer.Deserialize(new ReadOnlySequence<byte>(stream.WrittenMemory)).Items.Should().Equal(Items);
    }

    [Theory]
    [InlineData("")]
    [InlineData("02")]
    [InlineData("0103")]
    [InlineData("010368")]
    [InlineData("0180")]
    [InlineData("0180808080")]
    [InlineData("01ffffffff7f")]
    [InlineData("018080808080808001")]
    public void Anything_else_is_unreadable(string bytes)
    {
        var act = () => Serializer.Deserialize(new ReadOnlySequence<byte>(Convert.FromHexString(bytes)));

        act.Should().Throw<InvalidDataException>();
    }

    private sealed class Utf8 : IHybridCacheSerializer<string?>
    {
        public string? Deserialize(ReadOnlySequence<byte> source) => Encoding.UTF8.GetString(source);

        public void Serialize(string? value, IBufferWriter<byte> target) => Encoding.UTF8.GetBytes(value!, target);
    }
}
