using System.Buffers;
using FluentAssertions;
using Pipeline.Caching;
using Xunit;

namespace Pipeline.Abstractions.Tests.Caching;

public sealed class CacheEnvelopeTests
{
    private static readonly DateTimeOffset Now = EnvelopeSamples.Now;

    public static TheoryData<string> Samples => new() { "plain", "full", "largest" };

    [Theory]
    [MemberData(nameof(Samples))]
    public void What_was_written_is_read_back(string sample)
    {
        var envelope = Sample(sample);
        var bytes = EnvelopeSamples.Encode(envelope, "hello"u8);

        CacheEnvelope.TryRead(bytes, out var read, out ReadOnlySpan<byte> payload).Should().BeTrue();

        read.Should().Be(envelope);
        payload.ToArray().Should().Equal("hello"u8.ToArray());
        bytes.Length.Should().Be(envelope.GetEncodedLength(5));
    }

    [Theory]
    [MemberData(nameof(Samples))]
    public void What_was_written_is_read_back_from_segments_of_any_length(string sample)
    {
        var envelope = Sample(sample);
        var bytes = EnvelopeSamples.Encode(envelope, "hello, world"u8);

        foreach (var length in new[] { 1, 2, 3, 7, 8, 31, 32, 33, 64, bytes.Length - 1, bytes.Length })
        {
            CacheEnvelope.TryRead(EnvelopeSamples.Split(bytes, length), out var read, out var payload).Should().BeTrue("of segments of {0} bytes", length);
            read.Should().Be(envelope);
            payload.ToArray().Should().Equal("hello, world"u8.ToArray());
        }
    }

    [Fact]
    public void A_payload_in_segments_gives_the_same_bytes()
    {
        var payload = Enumerable.Range(0, 100).Select(i => (byte)i).ToArray();
        var buffer = new ArrayBufferWriter<byte>();

        EnvelopeSamples.Full.Write(buffer, EnvelopeSamples.Split(payload, 9));

        buffer.WrittenSpan.ToArray().Should().Equal(EnvelopeSamples.Encode(EnvelopeSamples.Full, payload));
    }

    [Fact]
    public void An_empty_payload_is_read_back()
    {
        var bytes = EnvelopeSamples.Encode(EnvelopeSamples.Plain, []);

        CacheEnvelope.TryRead(bytes, out _, out ReadOnlySpan<byte> payload).Should().BeTrue();
        payload.IsEmpty.Should().BeTrue();
    }

    [Fact]
    public void Times_are_cut_to_whole_milliseconds()
    {
        var options = new CacheEntryOptions
        {
            FreshFor = TimeSpan.FromMilliseconds(10) + TimeSpan.FromTicks(9_999),
            StaleFor = TimeSpan.FromMilliseconds(20) + TimeSpan.FromTicks(9_999),
            SlidingWindow = TimeSpan.FromMilliseconds(5) + TimeSpan.FromTicks(9_999),
        };

        var envelope = CacheEnvelope.Create(options, Now.AddTicks(9_999));

        envelope.FreshUntil.Should().Be(Now.AddMilliseconds(10));
        envelope.KeepUntil.Should().Be(Now.AddMilliseconds(30));
        envelope.SlidingWindow.Should().Be(TimeSpan.FromMilliseconds(5));
    }

    [Fact]
    public void The_ends_of_an_absolute_entry_stay()
    {
        var envelope = EnvelopeSamples.Plain;

        envelope.FreshUntilIfUsedAt(Now.AddMinutes(59)).Should().Be(Now.AddHours(1));
        envelope.KeepUntilIfUsedAt(Now.AddMinutes(59)).Should().Be(Now.AddHours(1));
    }

    [Fact]
    public void The_ends_of_a_sliding_entry_move_with_each_use_until_its_fresh_time_ends()
    {
        var envelope = EnvelopeSamples.Full;

        envelope.FreshUntilIfUsedAt(Now).Should().Be(Now.AddMinutes(10));
        envelope.KeepUntilIfUsedAt(Now).Should().Be(Now.AddMinutes(10).AddDays(1));
        envelope.FreshUntilIfUsedAt(Now.AddMinutes(30)).Should().Be(Now.AddMinutes(40));
        envelope.FreshUntilIfUsedAt(Now.AddMinutes(55)).Should().Be(Now.AddHours(1));
        envelope.KeepUntilIfUsedAt(Now.AddMinutes(55)).Should().Be(envelope.KeepUntil);
    }

    [Fact]
    public void A_payload_that_is_too_large_is_refused()
    {
        var payload = new ReadOnlySequence<byte>(new byte[CacheEntryOptions.MaxValueBytes + 1]);

        var write = () => EnvelopeSamples.Plain.Write(new ArrayBufferWriter<byte>(), payload);
        var length = () => EnvelopeSamples.Plain.GetEncodedLength(CacheEntryOptions.MaxValueBytes + 1);

        write.Should().Throw<ArgumentException>().WithParameterName("payload");
        length.Should().Throw<ArgumentException>().WithParameterName("payloadLength");
    }

    [Fact]
    public void Times_that_could_not_be_read_back_are_refused()
    {
        CacheEnvelope[] envelopes =
        [
            default,
            EnvelopeSamples.Plain with { KeepUntil = Now },
            EnvelopeSamples.Plain with { FreshUntil = DateTimeOffset.UnixEpoch.AddMilliseconds(-1) },
            EnvelopeSamples.Plain with { SlidingWindow = TimeSpan.Zero },
            EnvelopeSamples.Plain with { SlidingWindow = CacheEntryOptions.MaxDuration + TimeSpan.FromMilliseconds(1) },
        ];

        foreach (var envelope in envelopes)
        {
            var act = () => EnvelopeSamples.Encode(envelope, []);
            act.Should().Throw<InvalidOperationException>().WithMessage("The envelope's times are out of range.*");
        }
    }

    [Fact]
    public void Writing_any_envelope_and_reading_one_without_tags_allocate_nothing()
    {
        var payload = new ReadOnlySequence<byte>(new byte[1000]);
        var buffer = new ArrayBufferWriter<byte>(100_000);
        var bytes = EnvelopeSamples.Encode(EnvelopeSamples.Plain, new byte[1000]);
        var split = EnvelopeSamples.Split(bytes, 100);
        var isRead = true;

        var allocated = Allocations.Of(() =>
        {
            buffer.ResetWrittenCount();
            EnvelopeSamples.Largest.Write(buffer, payload);
            isRead &= CacheEnvelope.TryRead(bytes, out _, out ReadOnlySpan<byte> _);
            isRead &= CacheEnvelope.TryRead(split, out _, out var _);
        });

        isRead.Should().BeTrue();
        allocated.Should().Be(0);
    }

    private static CacheEnvelope Sample(string name) => name switch
    {
        "plain" => EnvelopeSamples.Plain,
        "full" => EnvelopeSamples.Full,
        _ => EnvelopeSamples.Largest,
    };
}
