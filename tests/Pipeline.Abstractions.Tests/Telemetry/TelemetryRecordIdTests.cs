using FluentAssertions;
using Xunit;

namespace Pipeline.Telemetry;

public class TelemetryRecordIdTests
{
    private static readonly DateTimeOffset Time = new(2030, 1, 15, 12, 30, 45, 678, TimeSpan.Zero);

    [Fact]
    public void Ids_are_of_version_7_with_the_time_in_front()
    {
        for (var i = 0; i < 1_000; i++)
        {
            var bytes = TelemetryRecord.NewId(Time).ToByteArray(bigEndian: true);

            bytes[..6].Should().Equal(Guid.CreateVersion7(Time).ToByteArray(bigEndian: true)[..6]);
            (bytes[6] >> 4).Should().Be(7);
            (bytes[8] >> 6).Should().Be(2);
        }
    }

    [Fact]
    public void Ids_of_one_moment_differ()
    {
        var ids = Enumerable.Range(0, 100_000).Select(_ => TelemetryRecord.NewId(Time)).ToHashSet();

        ids.Should().HaveCount(100_000);
    }

    [Fact]
    public void A_clock_before_1970_is_no_error() =>
        TelemetryRecord.NewId(DateTimeOffset.MinValue).ToByteArray(bigEndian: true)[..6].Should().OnlyContain(one => one == 0);
}
