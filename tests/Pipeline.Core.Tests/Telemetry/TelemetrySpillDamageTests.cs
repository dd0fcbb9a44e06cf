using FluentAssertions;
using Pipeline.Conformance;
using Xunit;
using static Pipeline.Telemetry.TelemetrySpillTests;

namespace Pipeline.Telemetry;

public sealed class TelemetrySpillDamageTests
{
    private const int Count = 20;

    [Fact(Timeout = SinkHost.TimeLimit)]
    public async Task A_file_that_is_cut_off_anywhere_gives_back_all_its_whole_records_and_no_loss_that_nobody_took()
    {
        await using var host = new SinkHost(options => options.CloseTimeout = TimeSpan.Zero);
        host.Spill();
        await LeaveBehindAsync(host, Count);
        var file = host.Folder.Files.Single();
        var bytes = await File.ReadAllBytesAsync(file);
        var each = (bytes.Length - SpillFile.HeaderBytes) / Count;

        for (var length = bytes.Length; length >= 0; length -= 31)
        {
            await File.WriteAllBytesAsync(file, bytes[..length]);
            var whole = Math.Max(0, (length - SpillFile.HeaderBytes) / each);
            await RecoverAsync(host, (whole, whole, 0));
            host.Folder.Files.Should().NotContain(file);
        }
    }

    [Fact(Timeout = SinkHost.TimeLimit * 2)]
    public async Task Whichever_bit_is_flipped_costs_its_record_alone_and_that_is_counted()
    {
        await using var host = new SinkHost(options => options.CloseTimeout = TimeSpan.Zero);
        host.Spill();
        await LeaveBehindAsync(host, Count);
        var file = host.Folder.Files.Single();
        var bytes = await File.ReadAllBytesAsync(file);
        var random = new SeededRandom(7);

        for (var position = SpillFile.HeaderBytes; position < bytes.Length; position += random.Between(1, 49))
        {
            var flipped = bytes.ToArray();
            flipped[position] ^= (byte)(1 << random.Next(8));
            await File.WriteAllBytesAsync(file, flipped);
            var isLengthOfTheLast = position >= bytes.Length - ((bytes.Length - SpillFile.HeaderBytes) / Count) && IsTooLong(flipped, bytes.Length);
            await RecoverAsync(host, isLengthOfTheLast ? (Count - 1, Count - 1, 0) : (Count, Count - 1, 1));
        }

        host.Logs.Entries.Should().Contain(entry => entry.Id == 5013);

        // A record that seems to go on beyond the end cannot be told from one that was not written to its end.
        static bool IsTooLong(byte[] flipped, int length)
        {
            var last = length - ((length - SpillFile.HeaderBytes) / Count);
            var bytes = BitConverter.ToInt32(flipped, last);
            return bytes > length - last - SpillFile.FrameBytes && bytes <= TelemetryRecordFormat.MaxBytes;
        }
    }

    [Theory(Timeout = SinkHost.TimeLimit)]
    [InlineData("89504c5402000000")]
    [InlineData("89504c5401000001")]
    [InlineData("0000000000000000")]
    [InlineData("7b2278223a317d0a00")]
    public async Task A_file_of_another_version_is_left_as_it_is_and_told_of(string header)
    {
        await using var host = new SinkHost(options => options.CloseTimeout = TimeSpan.Zero);
        host.Spill();
        await LeaveBehindAsync(host, Count);
        var file = host.Folder.Files.Single();
        var bytes = await File.ReadAllBytesAsync(file);
        Convert.FromHexString(header).CopyTo(bytes, 0);
        await File.WriteAllBytesAsync(file, bytes);

        await RecoverAsync(host, (0, 0, 0));

        (await File.ReadAllBytesAsync(file)).Should().Equal(bytes);
        host.Logs.Entries.Should().Contain(entry => entry.Id == 5014 && entry.Text.Contains(file, StringComparison.Ordinal));
        var sink = host.Open();
        sink.TryEmit(Sample.Accounting()).Should().BeTrue();
        sink.GetStatistics().Spilled.Should().Be(1, "its number is not used again");
        await sink.FlushAsync();
        (await File.ReadAllBytesAsync(file)).Should().Equal(bytes);
    }

    [Fact(Timeout = SinkHost.TimeLimit)]
    public async Task Rubbish_between_records_costs_none_of_them_and_counts_as_one_loss()
    {
        await using var host = new SinkHost(options => options.CloseTimeout = TimeSpan.Zero);
        host.Spill();
        await LeaveBehindAsync(host, Count);
        var file = host.Folder.Files.Single();
        var bytes = await File.ReadAllBytesAsync(file);
        var each = (bytes.Length - SpillFile.HeaderBytes) / Count;
        var random = new SeededRandom(11);
        for (var i = 0; i < 50; i++)
        {
            var rubbish = Enumerable.Range(0, random.Between(1, 5_000)).Select(_ => (byte)random.Next(256)).ToArray();
            var place = SpillFile.HeaderBytes + (each * random.Next(Count));
            await File.WriteAllBytesAsync(file, [.. bytes[..place], .. rubbish, .. bytes[place..]]);

            await RecoverAsync(host, (Count + 1, Count, 1));
        }
    }

    [Fact(Timeout = SinkHost.TimeLimit)]
    public async Task A_file_that_was_made_and_not_begun_is_removed_and_one_that_is_none_of_the_spills_is_left()
    {
        await using var host = new SinkHost(options => options.CloseTimeout = TimeSpan.Zero);
        host.Spill();
        await LeaveBehindAsync(host, 1);
        var folder = Path.GetDirectoryName(host.Folder.Files.Single())!;
        await File.WriteAllTextAsync(Path.Combine(folder, "0000000009.spill"), "");
        await File.WriteAllTextAsync(Path.Combine(folder, "notes.spill"), "mine");

        await RecoverAsync(host, (1, 1, 0));

        host.Folder.Files.Select(Path.GetFileName).Should().Equal("notes.spill");
    }

    private static async Task RecoverAsync(SinkHost host, (long Recovered, long Written, long Lost) expected)
    {
        var sink = host.Open(new RingTelemetryStore());
        await sink.FlushAsync();
        var statistics = sink.GetStatistics();
        await sink.DisposeAsync();

        (statistics.Recovered, statistics.Written, statistics.GetDropped(TelemetryLane.Accounting, TelemetryDropReason.SpillFailed)).Should().Be(expected);
        (statistics.Pending, statistics.DroppedTotal).Should().Be((0, expected.Lost));
    }
}
