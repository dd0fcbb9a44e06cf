using FluentAssertions;
using Pipeline.State;
using Xunit;

namespace Pipeline.Redis.State;

/// <summary>The bytes of docs/formats.md.</summary>
public sealed class RedisStateFormatTests
{
    private const string Entry = "01" + "0006475EF6574F35" + "0000019B7CA98F2E" + "68656C6C6F";
    private const string Report = "02" + "0000000000000007" + "0006475EF6574F35" + "61636D652F31";

    [Fact]
    public void An_entry_is_read()
    {
        RedisStateFormat.TryReadEntry(Convert.FromHexString(Entry), out var entry).Should().BeTrue();

        entry.Version.Should().Be(1_767_323_045_678_901);
        entry.ExpiresAt.Should().Be(new DateTimeOffset(2026, 1, 2, 3, 4, 5, 678, TimeSpan.Zero));
        entry.Value.ToArray().Should().Equal("hello"u8.ToArray());
        Convert.ToHexString(RedisStateFormat.Head(entry.Version)).Should().Be(Entry[..18]);
    }

    [Fact]
    public void A_report_is_read()
    {
        RedisStateFormat.TryReadReport(Convert.FromHexString(Report), "space", out var report).Should().BeTrue();

        report.Should().Be(new RedisStateReport(new StateChange(StateChangeKind.Deleted, new StateKey("space", "acme/1")), 7, 1_767_323_045_678_901));
    }

    [Theory]
    [InlineData("")]
    [InlineData("01")]
    [InlineData("010006475EF6574F350000019B7CA98F")]
    [InlineData("020006475EF6574F350000019B7CA98F2E68656C6C6F")]
    [InlineData("0100000000000000000000019B7CA98F2E")]
    [InlineData("0180000000000000000000019B7CA98F2E")]
    [InlineData("010006475EF6574F357FFFFFFFFFFFFFFF")]
    [InlineData("010006475EF6574F35FFFFFFFFFFFFFFFF")]
    public void Other_bytes_are_no_entry(string bytes) => RedisStateFormat.TryReadEntry(Convert.FromHexString(bytes), out _).Should().BeFalse();

    [Theory]
    [InlineData("")]
    [InlineData("0200000000000000070006475EF6574F35")]
    [InlineData("0300000000000000070006475EF6574F3561")]
    [InlineData("0200000000000000070006475EF6574F350A")]
    public void Other_bytes_are_no_report(string bytes) => RedisStateFormat.TryReadReport(Convert.FromHexString(bytes), "space", out _).Should().BeFalse();
}
