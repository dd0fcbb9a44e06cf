using System.Buffers.Binary;
using FluentAssertions;
using Pipeline.Caching;
using Xunit;

namespace Pipeline.Abstractions.Tests.Caching;

/// <summary>The bytes themselves. Whoever changes one of the snapshots changes the format, and needs a new version of it.</summary>
public sealed class CacheEnvelopeFormatTests
{
    private const string PlainSnapshot =
        "89504c43" + "01" + "00" + "2000" + "e612d53c" + "05000000" + "ae7de07c9b010000" + "ae7de07c9b010000" + "68656c6c6f";

    private const string FullSnapshot =
        "89504c43" + "01" + "03" + "4400" + "23e6770b" + "05000000" + "ae7de07c9b010000" + "aed906829b010000" + "c027090000000000"
        + "0200" + "0700000000000000" + "0100" + "61" + "354f57f65e470600" + "0500" + "c3bc626572" + "68656c6c6f";

    [Fact]
    public void The_shortest_envelope_has_these_bytes() => Hex(EnvelopeSamples.Plain).Should().Be(PlainSnapshot);

    [Fact]
    public void An_envelope_with_everything_has_these_bytes() => Hex(EnvelopeSamples.Full).Should().Be(FullSnapshot);

    [Theory]
    [InlineData(PlainSnapshot)]
    [InlineData(FullSnapshot)]
    public void Bytes_that_were_stored_once_are_read_for_ever(string snapshot)
    {
        CacheEnvelope.TryRead(Convert.FromHexString(snapshot), out var envelope, out ReadOnlySpan<byte> payload).Should().BeTrue();

        envelope.FreshUntil.Should().Be(EnvelopeSamples.Now.AddHours(1));
        payload.ToArray().Should().Equal("hello"u8.ToArray());
    }

    [Theory]
    [InlineData(PlainSnapshot)]
    [InlineData(FullSnapshot)]
    public void Every_truncation_is_unreadable(string snapshot)
    {
        var bytes = Convert.FromHexString(snapshot);

        for (var length = 0; length < bytes.Length; length++)
        {
            ShouldBeUnreadable(bytes[..length], $"{length} of {bytes.Length} bytes are left");
        }
    }

    [Theory]
    [InlineData(PlainSnapshot)]
    [InlineData(FullSnapshot)]
    public void Every_flipped_bit_makes_it_unreadable(string snapshot)
    {
        var bytes = Convert.FromHexString(snapshot);

        for (var bit = 0; bit < bytes.Length * 8; bit++)
        {
            bytes[bit / 8] ^= (byte)(1 << (bit % 8));
            ShouldBeUnreadable(bytes, $"bit {bit % 8} of byte {bit / 8} is flipped");
            bytes[bit / 8] ^= (byte)(1 << (bit % 8));
        }
    }

    [Fact]
    public void What_follows_the_payload_makes_it_unreadable() => ShouldBeUnreadable(Convert.FromHexString(PlainSnapshot + "00"), "a byte follows");

    [Theory]
    [InlineData("")]
    [InlineData("hello")]
    [InlineData("{\"value\":\"some text of JSON that is longer than the header of an envelope\"}")]
    [InlineData("PLC PLC PLC PLC PLC PLC PLC PLC PLC PLC PLC PLC")]
    public void Foreign_text_is_unreadable(string text) => ShouldBeUnreadable(System.Text.Encoding.UTF8.GetBytes(text), "it is text");

    [Fact]
    public void Foreign_bytes_are_unreadable()
    {
        var random = new Random(20260102);
        var bytes = new byte[200];

        for (var i = 0; i < 10_000; i++)
        {
            random.NextBytes(bytes);
            ShouldBeUnreadable(bytes, "the bytes are random");

            // The same behind a beginning that is right, with a length and a checksum that fit: only the fields' sense is wrong, or it is an envelope.
            Convert.FromHexString("89504c4301").CopyTo(bytes, 0);
            bytes[5] &= 3;
            var headerLength = 32 + random.Next(100);
            BinaryPrimitives.WriteUInt16LittleEndian(bytes.AsSpan(6), (ushort)headerLength);
            BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(12), bytes.Length - headerLength);
            var read = () => CacheEnvelope.TryRead(EnvelopeSamples.Sign(bytes), out _, out ReadOnlySpan<byte> _);
            read.Should().NotThrow();
        }
    }

    [Fact]
    public void A_newer_version_is_unreadable() => ShouldBeUnreadable(Changed(bytes => bytes[4] = 2), "its version is 2");

    [Theory]
    [InlineData(0x04)]
    [InlineData(0x80)]
    public void An_unknown_flag_is_unreadable(byte flag) => ShouldBeUnreadable(Changed(bytes => bytes[5] |= flag), "a flag is unknown");

    [Theory]
    [InlineData(16, -1L, "the fresh time is before 1970")]
    [InlineData(24, 0L, "the keep time is before the fresh time")]
    [InlineData(24, 253_402_300_800_000L, "the keep time is after the year 9999")]
    [InlineData(24, long.MaxValue, "the keep time is after the year 9999")]
    [InlineData(32, 0L, "the sliding window is zero")]
    [InlineData(32, -1L, "the sliding window is negative")]
    [InlineData(32, 315_360_000_001L, "the sliding window is too long")]
    [InlineData(42, 0L, "a generation is zero")]
    [InlineData(42, -7L, "a generation is negative")]
    public void A_number_out_of_range_is_unreadable_though_its_checksum_fits(int at, long value, string reason) =>
        ShouldBeUnreadable(Changed(bytes => BinaryPrimitives.WriteInt64LittleEndian(bytes.AsSpan(at), value)), reason);

    [Theory]
    [InlineData(6, 0, "the header is shorter than its fixed part")]
    [InlineData(6, 0x45, "the header runs into the payload")]
    [InlineData(6, 0x43, "the header ends too early")]
    [InlineData(40, 0, "there are no tags")]
    [InlineData(40, 1, "there are more tags than counted")]
    [InlineData(40, 3, "there are fewer tags than counted")]
    [InlineData(40, 65, "there are too many tags")]
    [InlineData(50, 0, "a tag is empty")]
    [InlineData(50, 0xFFFF, "a tag is longer than the header")]
    [InlineData(61, 4, "a character is cut in two by the next field")]
    public void A_length_that_does_not_fit_is_unreadable_though_its_checksum_fits(int at, int value, string reason) =>
        ShouldBeUnreadable(Changed(bytes => BinaryPrimitives.WriteUInt16LittleEndian(bytes.AsSpan(at), (ushort)value)), reason);

    [Theory]
    [InlineData(52, 0x0A, "a tag holds a control character")]
    [InlineData(52, 0xFF, "a tag is not UTF-8")]
    [InlineData(63, 0xE3, "a tag is not UTF-8")]
    public void A_tag_that_cannot_be_stored_is_unreadable_though_its_checksum_fits(int at, byte value, string reason) =>
        ShouldBeUnreadable(Changed(bytes => bytes[at] = value), reason);

    [Fact]
    public void A_tag_that_appears_twice_is_unreadable()
    {
        var bytes = EnvelopeSamples.Encode(EnvelopeSamples.Plain with { Tags = [new("a", 1), new("b", 1)] }, []);
        bytes[^1] = (byte)'a';

        ShouldBeUnreadable(EnvelopeSamples.Sign(bytes), "both tags are 'a'");
    }

    [Fact]
    public void A_header_that_ends_inside_its_fixed_part_is_unreadable_though_all_lengths_fit()
    {
        for (var length = 0; length < 32; length++)
        {
            ShouldBeUnreadable(
                Changed(bytes =>
                {
                    BinaryPrimitives.WriteUInt16LittleEndian(bytes.AsSpan(6), (ushort)length);
                    BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(12), bytes.Length - length);
                }),
                $"its header is said to have {length} bytes");
        }
    }

    [Fact]
    public void More_tags_than_an_entry_may_have_are_unreadable_though_all_lengths_fit()
    {
        var tagged = EnvelopeSamples.Plain with
        {
            Tags = TagGenerations.Create([.. Enumerable.Range(0, TagGenerations.MaxTags).Select(i => new TagGeneration($"t{i:D2}", 1))]),
        };
        byte[] another = [1, 0, 0, 0, 0, 0, 0, 0, 3, 0, (byte)'t', (byte)'6', (byte)'4'];
        byte[] bytes = [.. EnvelopeSamples.Encode(tagged, []), .. another];
        BinaryPrimitives.WriteUInt16LittleEndian(bytes.AsSpan(6), (ushort)bytes.Length);
        BinaryPrimitives.WriteUInt16LittleEndian(bytes.AsSpan(32), TagGenerations.MaxTags + 1);

        ShouldBeUnreadable(EnvelopeSamples.Sign(bytes), "there are 65 tags");
    }

    private static string Hex(CacheEnvelope envelope) => Convert.ToHexStringLower(EnvelopeSamples.Encode(envelope, "hello"u8));

    private static byte[] Changed(Action<byte[]> change)
    {
        var bytes = Convert.FromHexString(FullSnapshot);
        change(bytes);
        return EnvelopeSamples.Sign(bytes);
    }

    private static void ShouldBeUnreadable(byte[] bytes, string reason)
    {
        CacheEnvelope.TryRead(bytes, out var envelope, out ReadOnlySpan<byte> payload).Should().BeFalse(reason);
        envelope.Should().Be(default(CacheEnvelope), reason);
        payload.IsEmpty.Should().BeTrue(reason);

        CacheEnvelope.TryRead(EnvelopeSamples.Split(bytes, 5), out envelope, out var rest).Should().BeFalse(reason);
        envelope.Should().Be(default(CacheEnvelope), reason);
        rest.IsEmpty.Should().BeTrue(reason);
    }
}
