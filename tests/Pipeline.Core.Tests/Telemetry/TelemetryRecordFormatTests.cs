using System.Diagnostics;
using FluentAssertions;
using Xunit;

namespace Pipeline.Telemetry;

/// <summary>The stored form of a record, as <c>docs/formats.md</c> has it.</summary>
public sealed class TelemetryRecordFormatTests
{
    // Version 1. These never change: what an earlier version wrote has to be read.
    private const string WholeInHex =
        "0190a5b6c7d87e8f8123456789abcdef" + "41bd6a362dde0600" + "4e61bc0000000000" + "02020103"
        + "0100000000000000" + "0200000000000000" + "0300000000000000" + "0400000000000000" + "0500000000000000"
        + "15cd5b07000000000000000000000680" + "01000000000000000000000000000c00"
        + "0af7651916cd43dd8448eb211c80319c" + "000102030405060708090a0b0c0d0e0f"
        + "0600616e73776572" + "040061636d65" + "05006c61726765" + "0300722d31" + "0700323033302d3031" + "07004772c3b6c39f65"
        + "02" + "06007265" + "67696f6e" + "02006575" + "0500c3bc6e6974" + "0400f09f9982";

    private const string PlainInHex =
        "0190a5b6c7d87e8f8123456789abcdef" + "0000000000000000" + "0000000000000000" + "00000000"
        + "00000000000000000000000000000000000000000000000000000000000000000000000000000000"
        + "0000000000000000000000000000000000000000000000000000000000000000"
        + "0000000000000000000000000000000000000000000000000000000000000000"
        + "0100" + "61" + "0100" + "62" + "0000" + "0000" + "0000" + "0000" + "00";

    private static readonly Guid Id = Guid.Parse("0190a5b6-c7d8-7e8f-8123-456789abcdef");

    private static readonly TelemetryRecord Whole = new()
    {
        Id = Id,
        Time = new DateTimeOffset(2031, 4, 5, 6, 7, 8, TimeSpan.Zero).AddTicks(1_234_570),
        Duration = TimeSpan.FromTicks(12_345_678),
        Step = "answer",
        Tenant = "acme",
        Model = "large",
        RequestId = "r-1",
        TraceId = ActivityTraceId.CreateFromString("0af7651916cd43dd8448eb211c80319c"),
        Outcome = CallOutcome.TimedOut,
        Cache = CacheOutcome.StaleHit,
        Usage = new TokenUsage { UncachedInput = 1, CachedInput = 2, CacheWrite = 3, Output = 4, Reasoning = 5 },
        Cost = -123.456789m,
        CostAvoided = 0.000000000001m,
        PriceTableVersion = "2030-01",
        ErrorType = "Größe",
        Attributes = [new("region", "eu"), new("ünit", "🙂")],
        Lane = TelemetryLane.Diagnostic,
        CorrectionOf = new Guid([0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15], bigEndian: true),
    };

    private static readonly TelemetryRecord Plain = new() { Id = Id, Time = DateTimeOffset.UnixEpoch, Step = "a", Tenant = "b" };

    [Fact]
    public void Version_1_of_a_record_is_these_bytes()
    {
        Hex(Whole).Should().Be(WholeInHex);
        Hex(Plain).Should().Be(PlainInHex);
    }

    [Fact]
    public void Version_1_of_a_record_is_read_back()
    {
        Read(Convert.FromHexString(WholeInHex)).Should().Be(Whole);
        Read(Convert.FromHexString(PlainInHex)).Should().Be(Plain);
    }

    [Fact]
    public async Task Version_1_of_a_file_is_these_bytes()
    {
        await using var host = new SinkHost(options => options.CloseTimeout = TimeSpan.Zero);
        host.Spill();
        host.Faults.Hold(Pipeline.Conformance.Telemetry.FaultInjection.TelemetryStoreCall.Write);
        host.Open().TryEmit(Plain).Should().BeTrue();

        var file = host.Folder.Files.Should().ContainSingle().Subject;

        Path.GetFileName(file).Should().Be("0000000001.spill");
        Convert.ToHexStringLower(await File.ReadAllBytesAsync(file)).Should().Be("89504c5401000000" + "9b0000002d498c05" + PlainInHex);
    }

    [Fact]
    public void The_longest_record_there_is_has_room()
    {
        var name = new string('n', 512);
        var longest = Whole with
        {
            Step = name, Tenant = name, Model = name, RequestId = name, PriceTableVersion = name, ErrorType = name,
            Attributes = TelemetryAttributes.Create([.. Enumerable.Range(0, 32).Select(i => KeyValuePair.Create($"{i:D512}", name))]),
            Time = DateTimeOffset.MaxValue,
            Duration = TimeSpan.MaxValue,
            Cost = -TelemetryRecord.MaxCost,
        };
        var bytes = Convert.FromHexString(Hex(longest));

        bytes.Should().HaveCount(TelemetryRecordFormat.MaxBytes);
        Read(bytes).Should().Be(longest);
        Read(Convert.FromHexString(Hex(Plain with { Time = DateTimeOffset.MinValue })))!.Value.Time.Should().Be(DateTimeOffset.MinValue);
    }

    [Fact]
    public void Bytes_that_are_cut_off_or_go_on_are_no_record()
    {
        var bytes = Convert.FromHexString(WholeInHex);

        for (var length = 0; length < bytes.Length; length++)
        {
            Read(bytes[..length]).Should().BeNull("of {0} bytes only {1} are there", bytes.Length, length);
        }

        Read([.. bytes, 0]).Should().BeNull();
    }

    [Fact]
    public void Bytes_with_a_value_that_no_record_has_are_no_record_and_no_error()
    {
        var bytes = Convert.FromHexString(WholeInHex);
        for (var i = 0; i < bytes.Length; i++)
        {
            foreach (var value in (byte[])[0, 1, 0x7F, 0x80, 0xFF])
            {
                var changed = bytes.ToArray();
                changed[i] = value;
                if (Read(changed) is { } record)
                {
                    record.IsValid.Should().BeTrue();
                }
            }
        }
    }

    private static string Hex(in TelemetryRecord record)
    {
        var bytes = new byte[TelemetryRecordFormat.MaxBytes];
        return Convert.ToHexStringLower(bytes.AsSpan(0, TelemetryRecordFormat.Write(record, bytes)));
    }

    private static TelemetryRecord? Read(byte[] bytes) => TelemetryRecordFormat.TryRead(bytes, out var record) ? record : null;
}
