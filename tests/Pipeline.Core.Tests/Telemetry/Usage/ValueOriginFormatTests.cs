using System.Buffers;
using FluentAssertions;
using Xunit;

namespace Pipeline.Telemetry;

public sealed class ValueOriginFormatTests
{
    public static TheoryData<string> Samples => new(Known.Keys);

    private static Dictionary<string, ValueOrigin> Known { get; } = new(StringComparer.Ordinal)
    {
        ["000000000000"] = new(),
        ["00010203ac0204"] = new() { Usage = new TokenUsage { UncachedInput = 1, CachedInput = 2, CacheWrite = 3, Output = 300, Reasoning = 4 } },
        ["0700000005000362696701" + "07323033302d3031"] = new()
        {
            Usage = new TokenUsage { Output = 5 }, Model = "big", Cost = 0.000000000001m, PriceTableVersion = "2030-01",
        },
        ["02ffffffffffffffff7f00000000808080f5ddb8ebe4b56c"] = new()
        {
            Usage = new TokenUsage { UncachedInput = long.MaxValue }, Cost = TelemetryRecord.MaxCost,
        },
    };

    [Theory]
    [MemberData(nameof(Samples))]
    public void The_bytes_are_those_of_the_documentation_and_read_back_as_what_they_were(string bytes)
    {
        var buffer = new ArrayBufferWriter<byte>();
        ValueOriginFormat.Write(buffer, Known[bytes]);

        Convert.ToHexString(buffer.WrittenSpan).ToLowerInvariant().Should().Be(bytes);
        Read(buffer.WrittenSpan.ToArray()).Should().Be(Known[bytes]);
    }

    [Theory]
    [MemberData(nameof(Samples))]
    public void Bytes_that_are_cut_off_or_flipped_are_an_error_or_another_origin_and_never_a_crash(string bytes)
    {
        var whole = Convert.FromHexString(bytes);
        for (var length = 0; length < whole.Length; length++)
        {
            FluentActions.Invoking(() => Read(whole[..length])).Should().Throw<InvalidDataException>();
        }

        for (var bit = 0; bit < whole.Length * 8; bit++)
        {
            var flipped = (byte[])whole.Clone();
            flipped[bit / 8] ^= (byte)(1 << (bit % 8));
            try
            {
                Read(flipped).Should().NotBe(Known[bytes]);
            }
            catch (InvalidDataException)
            {
                // As it should be.
            }
        }
    }

    [Theory]
    [InlineData("080000000000", "an unknown flag")]
    [InlineData("00ffffffffffffffffff7f0000000", "a count of more than 63 bits")]
    [InlineData("020000000000818080f5ddb8ebe4b56c", "a cost above the greatest")]
    [InlineData("010000000000" + "00", "an empty name")]
    [InlineData("010000000000" + "0109", "a control character")]
    [InlineData("010000000000" + "01ff", "no UTF-8")]
    [InlineData("010000000000" + "8104", "a name of more than 512 bytes")]
    public void What_no_writer_writes_is_an_error(string bytes, string because) =>
        FluentActions.Invoking(() => Read(Convert.FromHexString(bytes.Length % 2 == 0 ? bytes : bytes + "0")))
            .Should().Throw<InvalidDataException>(because);

    [Fact]
    public void What_follows_stays_unread_also_in_pieces()
    {
        foreach (var (bytes, origin) in Known)
        {
            var whole = Convert.FromHexString(bytes + "abcd");
            for (var cut = 0; cut <= whole.Length; cut++)
            {
                var first = new Piece(whole.AsMemory(0, cut));
                var reader = new SequenceReader<byte>(new ReadOnlySequence<byte>(first, 0, first.Then(whole.AsMemory(cut)), whole.Length - cut));

                ValueOriginFormat.Read(ref reader).Should().Be(origin);
                reader.UnreadSequence.ToArray().Should().Equal(0xAB, 0xCD);
            }
        }
    }

    private static ValueOrigin Read(byte[] bytes)
    {
        var reader = new SequenceReader<byte>(new ReadOnlySequence<byte>(bytes));
        var origin = ValueOriginFormat.Read(ref reader);
        return reader.End ? origin : throw new InvalidDataException("Something follows.");
    }

    private sealed class Piece : ReadOnlySequenceSegment<byte>
    {
        public Piece(ReadOnlyMemory<byte> memory) => Memory = memory;

        public Piece Then(ReadOnlyMemory<byte> memory)
        {
            var next = new Piece(memory) { RunningIndex = RunningIndex + Memory.Length };
            Next = next;
            return next;
        }
    }
}
