using FluentAssertions;
using Pipeline.Conformance;
using Pipeline.Steps;
using Xunit;

namespace Pipeline.Diagnostics;

public sealed class DoctorTests
{
    private static readonly DoctorResult Fine = DoctorResult.Ok("Fine.");

    [Fact]
    public async Task Checks_are_reported_in_the_order_of_their_names_with_what_they_found()
    {
        var doctor = new Doctor([
            new StubCheck("b.two", DoctorResult.Error("Broken.", "Repair it.")),
            new StubCheck("a.one", Fine),
            new StubCheck("B.zero", DoctorResult.Warning("Odd.", "Look at it."))]);

        var report = await doctor.RunAsync();

        report.Rows.Select(row => (row.Name, row.Result.Status, row.Result.Summary, row.Result.Mend)).Should().Equal(
            ("B.zero", DoctorStatus.Warning, "Odd.", "Look at it."),
            ("a.one", DoctorStatus.Ok, "Fine.", null),
            ("b.two", DoctorStatus.Error, "Broken.", "Repair it."));
        doctor.CheckNames.Should().Equal("B.zero", "a.one", "b.two");
        (report.Count(DoctorStatus.Ok), report.Count(DoctorStatus.Warning), report.Count(DoctorStatus.Error)).Should().Be((1, 1, 1));
    }

    [Theory]
    [InlineData(0, 0, DoctorStatus.Ok, 0)]
    [InlineData(1, 0, DoctorStatus.Warning, 0)]
    [InlineData(0, 1, DoctorStatus.Error, 1)]
    [InlineData(3, 1, DoctorStatus.Error, 1)]
    public async Task Only_an_error_makes_the_exit_code_1(int warnings, int errors, DoctorStatus worst, int exitCode)
    {
        IEnumerable<IDoctorCheck> checks = [
            new StubCheck("ok", Fine),
            .. Enumerable.Range(0, warnings).Select(i => new StubCheck($"warning{i}", DoctorResult.Warning("Odd.", "Look."))),
            .. Enumerable.Range(0, errors).Select(i => new StubCheck($"error{i}", DoctorResult.Error("Broken.", "Repair.")))];

        var report = await new Doctor(checks).RunAsync();

        (report.Status, report.ExitCode).Should().Be((worst, exitCode));
    }

    [Fact]
    public async Task A_doctor_without_checks_finds_nothing_wrong()
    {
        var report = await new Doctor([]).RunAsync();

        (report.Rows.Count, report.Status, report.ExitCode).Should().Be((0, DoctorStatus.Ok, 0));
    }

    [Fact]
    public async Task A_check_that_throws_is_an_error_that_names_the_type_alone_and_the_others_run_on()
    {
        using var logs = new RecordingLogger();
        var doctor = new Doctor(
            [
                new StubCheck("async", async _ => { await Task.Yield(); throw new TimeoutException("password=secret"); }),
                new StubCheck("sync", _ => throw new NotSupportedException("password=secret")),
                new StubCheck("cancels", _ => throw new OperationCanceledException("password=secret")),
                new StubCheck("well", Fine)],
            logger: new Microsoft.Extensions.Logging.Logger<Doctor>(logs));

        var report = await doctor.RunAsync();

        report.Rows.Select(row => (row.Name, row.Result.Status, row.Result.Summary)).Should().Equal(
            ("async", DoctorStatus.Error, "The check itself failed with TimeoutException."),
            ("cancels", DoctorStatus.Error, "The check itself failed with OperationCanceledException."),
            ("sync", DoctorStatus.Error, "The check itself failed with NotSupportedException."),
            ("well", DoctorStatus.Ok, "Fine."));
        report.ToJson().Should().NotContain("secret");
        report.ToTable().Should().NotContain("secret");
        logs.Entries.Where(entry => entry.Id == 8000).Should().HaveCount(3);
    }

    [Fact]
    public async Task A_check_that_does_not_end_in_its_time_is_cancelled_and_has_an_error_in_its_place()
    {
        var clock = new ManualTimeProvider();
        var started = new TaskCompletionSource();
        var cancelled = new TaskCompletionSource();
        var never = new StubCheck("never", token =>
        {
            token.Register(cancelled.SetResult);
            started.SetResult();
            return new(new TaskCompletionSource<DoctorResult>().Task);
        });
        var doctor = new Doctor([never, new StubCheck("well", Fine)], clock);

        var run = doctor.RunAsync(new DoctorRunOptions { CheckTimeout = TimeSpan.FromSeconds(3) });
        await started.Task;
        clock.Advance(TimeSpan.FromSeconds(2.9));
        run.IsCompleted.Should().BeFalse();
        clock.Advance(TimeSpan.FromSeconds(0.1));
        var report = await run;

        await cancelled.Task;
        report.Rows[0].Result.Summary.Should().Be("The check gave no answer within 3 s.");
        report.Rows[0].Result.Status.Should().Be(DoctorStatus.Error);
        report.Rows[0].Duration.Should().Be(TimeSpan.FromSeconds(3));
        report.Rows[1].Result.Should().Be(Fine);
    }

    [Fact]
    public async Task A_check_that_blocks_its_thread_holds_up_nobody()
    {
        var clock = new ManualTimeProvider();
        var started = new TaskCompletionSource();
        using var release = new ManualResetEventSlim();
        var blocking = new StubCheck("blocking", _ =>
        {
            started.SetResult();
            release.Wait(CancellationToken.None);
            return new(Fine);
        });

        var run = new Doctor([blocking], clock).RunAsync(new DoctorRunOptions { CheckTimeout = TimeSpan.FromSeconds(1), MaxParallelism = 1 });
        await started.Task;
        clock.Advance(TimeSpan.FromSeconds(1));
        var report = await run;

        report.Status.Should().Be(DoctorStatus.Error);
        release.Set();
    }

    [Fact]
    public async Task A_check_that_answers_only_because_it_was_cancelled_is_out_of_time_all_the_same()
    {
        var clock = new ManualTimeProvider();
        var started = new TaskCompletionSource();
        var polite = new StubCheck("polite", async token =>
        {
            var told = new TaskCompletionSource<DoctorResult>();
            token.Register(() => told.SetResult(Fine));
            started.SetResult();
            return await told.Task;
        });

        var run = new Doctor([polite], clock).RunAsync(new DoctorRunOptions { CheckTimeout = TimeSpan.FromSeconds(1) });
        await started.Task;
        clock.Advance(TimeSpan.FromSeconds(1));

        (await run).Status.Should().Be(DoctorStatus.Error);
    }

    [Fact]
    public async Task Who_gives_up_gets_no_report()
    {
        using var source = new CancellationTokenSource();
        var started = new TaskCompletionSource();
        var waits = new StubCheck("waits", _ =>
        {
            started.SetResult();
            return new(new TaskCompletionSource<DoctorResult>().Task);
        });

        var run = new Doctor([waits]).RunAsync(cancellationToken: source.Token);
        await started.Task;
        await source.CancelAsync();

        await run.Invoking(task => task).Should().ThrowAsync<OperationCanceledException>();
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public async Task No_more_checks_run_at_the_same_time_than_allowed(int most)
    {
        var running = 0;
        var peak = 0;
        var full = new TaskCompletionSource();
        var checks = Enumerable.Range(0, 12).Select(i => new StubCheck($"check{i}", async _ =>
        {
            var now = Interlocked.Increment(ref running);
            InterlockedMax(ref peak, now);
            if (now == most)
            {
                full.TrySetResult();
            }

            await full.Task;
            Interlocked.Decrement(ref running);
            return Fine;
        }));

        await new Doctor(checks).RunAsync(new DoctorRunOptions { MaxParallelism = most });

        peak.Should().Be(most);
    }

    [Fact]
    public async Task A_check_that_is_null_is_an_error()
    {
        var report = await new Doctor([null!, new StubCheck("well", Fine)]).RunAsync();

        report.Rows.Select(row => (row.Name, row.Result.Status)).Should().Equal(("null", DoctorStatus.Error), ("well", DoctorStatus.Ok));
    }

    [Fact]
    public async Task Two_checks_of_one_name_are_an_error_and_neither_runs()
    {
        var ran = 0;
        ValueTask<DoctorResult> Look(CancellationToken token)
        {
            ran++;
            return new(Fine);
        }

        var report = await new Doctor([new StubCheck("twice", Look), new StubCheck("twice", Look), new StubCheck("once", Fine)]).RunAsync();

        report.Rows.Select(row => (row.Name, row.Result.Status)).Should().Equal(("once", DoctorStatus.Ok), ("twice", DoctorStatus.Error));
        report.Rows[1].Result.Summary.Should().Be("2 checks have this name (StubCheck), and none of them was run.");
        ran.Should().Be(0);
    }

    [Theory]
    [InlineData(null)]
    [InlineData(" ")]
    [InlineData("red\u001b[31m")]
    public async Task A_check_without_a_name_that_can_be_printed_is_an_error_under_that_of_its_type(string? name)
    {
        var report = await new Doctor([new StubCheck(name!, Fine), new StubCheck("well", Fine)]).RunAsync();

        report.Rows.Select(row => (row.Name, row.Result.Status)).Should().Equal(("StubCheck", DoctorStatus.Error), ("well", DoctorStatus.Ok));
    }

    [Fact]
    public async Task A_check_without_a_result_is_an_error()
    {
        var report = await new Doctor([new StubCheck("null", _ => new((DoctorResult)null!))]).RunAsync();

        report.Rows[0].Result.Summary.Should().Be("The check returned no result.");
        report.ExitCode.Should().Be(1);
    }

    private static void InterlockedMax(ref int target, int value)
    {
        for (var seen = Volatile.Read(ref target); value > seen;)
        {
            var former = Interlocked.CompareExchange(ref target, value, seen);
            if (former == seen)
            {
                return;
            }

            seen = former;
        }
    }
}
