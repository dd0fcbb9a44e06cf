using System.Text.Json;
using FluentAssertions;
using Pipeline.Conformance;
using Xunit;

namespace Pipeline.Diagnostics;

public sealed class DoctorReportTests
{
    private static readonly IDoctorCheck[] Checks =
    [
        new StubCheck("a.well", DoctorResult.Ok("2 queues, \"both\" with a worker.")),
        new StubCheck("b.odd", DoctorResult.Warning("Queue 'documents' has MaxDeliveries 1.", "Set Queues:documents:MaxDeliveries to 3 or more.")),
        new StubCheck("c.broken", DoctorResult.Error("It is broken.", "Repair it.")),
        new StubCheck("d.away", DoctorResult.Ok("Never asked."), usesNetwork: true),
    ];

    [Fact]
    public async Task The_JSON_of_version_1_never_changes() => (await ReportAsync(Checks)).ToJson().Should().Be(
        """
        {
          "version": 1,
          "status": "error",
          "exitCode": 1,
          "time": "2030-01-01T00:00:00+00:00",
          "durationSeconds": 0,
          "counts": {
            "ok": 1,
            "warning": 1,
            "error": 1,
            "skipped": 1
          },
          "checks": [
            {
              "name": "a.well",
              "status": "ok",
              "summary": "2 queues, \u0022both\u0022 with a worker.",
              "mend": null,
              "durationSeconds": 0
            },
            {
              "name": "b.odd",
              "status": "warning",
              "summary": "Queue \u0027documents\u0027 has MaxDeliveries 1.",
              "mend": "Set Queues:documents:MaxDeliveries to 3 or more.",
              "durationSeconds": 0
            },
            {
              "name": "c.broken",
              "status": "error",
              "summary": "It is broken.",
              "mend": "Repair it.",
              "durationSeconds": 0
            }
          ],
          "skipped": [
            "d.away"
          ]
        }
        """);

    [Fact]
    public async Task Durations_are_in_seconds_and_whole_microseconds()
    {
        var clock = new ManualTimeProvider();
        var check = new StubCheck("slow", _ =>
        {
            clock.Advance(TimeSpan.FromTicks(15_000_007));
            return new(DoctorResult.Ok("Slow."));
        });

        var report = await new Doctor([check], clock).RunAsync();

        using var json = JsonDocument.Parse(report.ToJson());
        json.RootElement.GetProperty("durationSeconds").GetRawText().Should().Be("1.500001");
        json.RootElement.GetProperty("checks")[0].GetProperty("durationSeconds").GetRawText().Should().Be("1.500001");
    }

    [Fact]
    public async Task The_table_has_a_row_a_check_with_its_mend_beneath() => (await ReportAsync(Checks)).ToTable().Should().Be(
        """
        ok       a.well    2 queues, "both" with a worker.
        warning  b.odd     Queue 'documents' has MaxDeliveries 1.
                           -> Set Queues:documents:MaxDeliveries to 3 or more.
        error    c.broken  It is broken.
                           -> Repair it.
        3 checks: 1 ok, 1 warning, 1 error, 1 skipped (network)

        """);

    [Fact]
    public async Task Text_is_wrapped_at_the_width() => (await ReportAsync(Checks[1])).ToTable(new DoctorTableOptions { Width = 60 }).Should().Be(
        """
        warning  b.odd  Queue 'documents' has MaxDeliveries 1.
                        -> Set Queues:documents:MaxDeliveries to 3
                           or more.
        1 check: 0 ok, 1 warning, 0 errors

        """);

    [Fact]
    public async Task Where_names_leave_no_room_the_text_stands_beneath() => (await ReportAsync(Checks[1])).ToTable(new DoctorTableOptions { Width = 40 }).Should().Be(
        """
        warning  b.odd
                 Queue 'documents' has
                 MaxDeliveries 1.
                 -> Set
                    Queues:documents:MaxDeliveries
                    to 3 or more.
        1 check: 0 ok, 1 warning, 0 errors

        """);

    [Theory]
    [InlineData(23, 1)]
    [InlineData(24, 2)]
    public async Task A_line_is_filled_to_its_last_column(int letters, int lines)
    {
        // The status takes up 9 columns of 60, and the name 3.
        var text = $"{new string('x', 24)} {new string('y', letters)}";

        var table = (await ReportAsync(new StubCheck("n", DoctorResult.Ok(text)))).ToTable(new DoctorTableOptions { Width = 60 });

        table.Split('\n').TakeWhile(line => !line.StartsWith("1 check", StringComparison.Ordinal)).Should().HaveCount(lines);
    }

    [Theory]
    [InlineData(40)]
    [InlineData(53)]
    [InlineData(80)]
    [InlineData(1000)]
    public async Task No_line_is_longer_than_the_width_unless_a_word_is(int width)
    {
        var random = new Random(width);
        var words = Enumerable.Range(0, 500).Select(_ => new string('x', random.Next(1, 12)));
        var text = string.Join(' ', words);

        var table = (await ReportAsync(new StubCheck("some.name", DoctorResult.Error(text, text)))).ToTable(new DoctorTableOptions { Width = width });

        table.Split('\n').Should().OnlyContain(line => line.Length <= width);
        table.Count(c => c == 'x').Should().Be(2 * text.Count(c => c == 'x'));
    }

    [Fact]
    public async Task Colours_are_there_only_where_they_are_asked_for()
    {
        var report = await ReportAsync(Checks);

        report.ToTable().Should().NotContain("\e");
        report.ToTable(new DoctorTableOptions { UseColor = true }).Should()
            .Contain("\e[32mok\e[0m       a.well").And.Contain("\e[33mwarning\e[0m  b.odd").And.Contain("\e[1;31merror\e[0m    c.broken");
    }

    [Fact]
    public async Task Nothing_that_a_check_says_reaches_the_terminal_as_a_command()
    {
        var report = await ReportAsync(new StubCheck("sly", DoctorResult.Warning("Two\r\nlines\e[2J.", "Clear\u009b2J\tthem.")));

        report.ToTable().Should().Be("warning  sly  Two lines [2J.\n              -> Clear 2J them.\n1 check: 0 ok, 1 warning, 0 errors\n");
    }

    [Theory]
    [InlineData(39)]
    [InlineData(1001)]
    public void A_width_out_of_range_is_refused(int width)
    {
        var make = () => new DoctorTableOptions { Width = width };

        make.Should().Throw<ArgumentOutOfRangeException>().WithMessage("Width is out of range. Give 40 to 1,000.*");
    }

    private static Task<DoctorReport> ReportAsync(params IDoctorCheck[] checks) =>
        new Doctor(checks, new ManualTimeProvider()).RunAsync(new DoctorRunOptions { SkipNetwork = true });
}
