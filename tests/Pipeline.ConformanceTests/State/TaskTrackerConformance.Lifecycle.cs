using Pipeline.State;
using Xunit;

namespace Pipeline.Conformance.State;

public abstract partial class TaskTrackerConformance
{
    [Fact(Timeout = TimeLimit)]
    public async Task A_task_is_created_once_and_keeps_its_options()
    {
        var (first, second) = await OpenAsync();
        var now = await (await _store.OpenAsync()).GetTimeAsync();

        var task = await CreateAsync(first);
        var again = await second.CreateAsync(Tenant, "task", new TrackedTaskOptions { Timeout = Tick });

        Assert.False(again.IsNew);
        AssertSame(task, again.Task);
        Assert.Equal((Tenant, "task", TrackedTaskState.Pending, 0), (task.Tenant, task.Id, task.State, task.Attempts));
        Assert.Equal((0, false, false), (task.Progress, task.IsCancellationRequested, task.IsEnded));
        Assert.Null(task.Error);
        Assert.Null(task.StartedAt);
        Assert.Null(task.LeaseUntil);
        Assert.Null(task.EndedAt);
        AssertTime(now, task.CreatedAt);
        AssertTime(now + Options.Timeout, task.Deadline);
    }

    [Fact(Timeout = TimeLimit)]
    public async Task A_task_goes_its_way_and_every_process_sees_it()
    {
        var (first, second) = await OpenAsync();
        await CreateAsync(first);
        var now = await (await _store.OpenAsync()).GetTimeAsync();

        var lease = await StartAsync(second);
        var processing = await ReadAsync(first);
        Assert.Equal((TrackedTaskState.Processing, 1), (processing.State, processing.Attempts));
        AssertTime(now, processing.StartedAt);
        AssertTime(now + Long, processing.LeaseUntil);

        await _store.AdvanceAsync(Tick);
        AssertApplied(await second.RenewAsync(lease, new TrackedTaskProgress(0.25, "a quarter")));
        var renewed = await ReadAsync(first);
        Assert.Equal((0.25, "a quarter"), (renewed.Progress, renewed.ProgressMessage));
        AssertTime(now + Tick + Long, renewed.LeaseUntil);

        AssertApplied(await second.CompleteAsync(lease, Bytes("result")));
        var completed = await ReadAsync(first);
        Assert.Equal((TrackedTaskState.Completed, true, 1.0, "result"), (completed.State, completed.IsEnded, completed.Progress, Text(completed.Result)));
        Assert.Null(completed.Error);
        Assert.Null(completed.LeaseUntil);
        AssertTime(now + Tick, completed.EndedAt);
    }

    [Fact(Timeout = TimeLimit)]
    public async Task Progress_does_not_go_back_within_an_attempt_and_begins_again_with_the_next()
    {
        var (tracker, _) = await OpenAsync();
        await CreateAsync(tracker);
        var lease = await StartAsync(tracker);
        AssertApplied(await tracker.RenewAsync(lease, new TrackedTaskProgress(0.5, "half")));

        var lower = AssertApplied(await tracker.RenewAsync(lease, new TrackedTaskProgress(0.25, "counted anew")));
        Assert.Equal((0.5, "counted anew"), (lower.Progress, lower.ProgressMessage));
        var silent = AssertApplied(await tracker.RenewAsync(lease));
        Assert.Equal((0.5, "counted anew"), (silent.Progress, silent.ProgressMessage));
        var wordless = AssertApplied(await tracker.RenewAsync(lease, new TrackedTaskProgress(0.75)));
        Assert.Equal((0.75, null), (wordless.Progress, wordless.ProgressMessage));

        AssertApplied(await tracker.ReleaseAsync(lease));
        await StartAsync(tracker);
        Assert.Equal((0, null), ((await ReadAsync(tracker)).Progress, (await ReadAsync(tracker)).ProgressMessage));
    }

    [Fact(Timeout = TimeLimit)]
    public async Task A_failure_is_final_and_says_why()
    {
        var (first, second) = await OpenAsync();
        await CreateAsync(first);
        var lease = await StartAsync(first);

        AssertApplied(await first.FailAsync(lease, Cause with { Step = "embed", TraceId = "trace" }));

        var task = await ReadAsync(second);
        Assert.Equal((TrackedTaskState.Failed, Cause with { Step = "embed", TraceId = "trace" }), (task.State, task.Error));
        Assert.Equal(TrackedTaskOutcome.Ended, (await second.StartAsync(Tenant, "task", Long)).Outcome);
    }

    [Fact(Timeout = TimeLimit)]
    public async Task What_is_given_back_without_a_cause_does_not_count_and_with_one_it_does()
    {
        var (tracker, _) = await OpenAsync();
        await CreateAsync(tracker);
        for (var i = 0; i < 5; i++)
        {
            var given = AssertApplied(await tracker.ReleaseAsync(await StartAsync(tracker)));
            Assert.Equal((TrackedTaskState.Pending, 0), (given.State, given.Attempts));
            Assert.Null(given.Error);
        }

        for (var attempt = 1; attempt < Options.MaxAttempts; attempt++)
        {
            var failed = AssertApplied(await tracker.ReleaseAsync(await StartAsync(tracker), Cause));
            Assert.Equal((TrackedTaskState.Pending, attempt, Cause), (failed.State, failed.Attempts, failed.Error));
        }

        var last = AssertApplied(await tracker.ReleaseAsync(await StartAsync(tracker), Cause));
        Assert.Equal((TrackedTaskState.Failed, Options.MaxAttempts, Cause), (last.State, last.Attempts, last.Error));
        Assert.NotNull(last.EndedAt);
    }

    [Fact(Timeout = TimeLimit)]
    public async Task A_completion_forgets_what_went_wrong_before()
    {
        var (tracker, _) = await OpenAsync();
        await CreateAsync(tracker);
        AssertApplied(await tracker.ReleaseAsync(await StartAsync(tracker), Cause));
        Assert.Equal(Cause, (await ReadAsync(tracker)).Error);

        Assert.Null(AssertApplied(await tracker.CompleteAsync(await StartAsync(tracker), default)).Error);
    }

    [Fact(Timeout = TimeLimit)]
    public async Task A_pending_task_is_cancelled_at_once()
    {
        var (first, second) = await OpenAsync();
        await CreateAsync(first);

        var cancelled = AssertApplied(await second.CancelAsync(Tenant, "task"));

        Assert.Equal((TrackedTaskState.Cancelled, true), (cancelled.State, cancelled.IsCancellationRequested));
        AssertSame(cancelled, await ReadAsync(first));
        Assert.Equal(TrackedTaskOutcome.Ended, (await first.StartAsync(Tenant, "task", Long)).Outcome);
        Assert.Equal(cancelled, AssertApplied(await first.CancelAsync(Tenant, "task")));
    }

    [Fact(Timeout = TimeLimit)]
    public async Task A_worker_is_told_of_a_cancellation_at_its_next_renewal_and_confirms_it()
    {
        var (worker, user) = await OpenAsync();
        await CreateAsync(worker);
        var lease = await StartAsync(worker);
        Assert.False(AssertApplied(await worker.RenewAsync(lease)).IsCancellationRequested);

        var asked = AssertApplied(await user.CancelAsync(Tenant, "task"));
        Assert.Equal((TrackedTaskState.Processing, true), (asked.State, asked.IsCancellationRequested));
        Assert.Equal(asked, AssertApplied(await user.CancelAsync(Tenant, "task")));

        Assert.True(AssertApplied(await worker.RenewAsync(lease, new TrackedTaskProgress(0.5))).IsCancellationRequested);
        Assert.Equal(TrackedTaskState.Cancelled, AssertApplied(await worker.ConfirmCancellationAsync(lease)).State);
        Assert.Equal(TrackedTaskState.Cancelled, (await ReadAsync(user)).State);
    }

    [Fact(Timeout = TimeLimit)]
    public async Task What_is_done_before_the_worker_takes_notice_is_done()
    {
        var (worker, user) = await OpenAsync();
        await CreateAsync(worker);
        var lease = await StartAsync(worker);
        AssertApplied(await user.CancelAsync(Tenant, "task"));

        Assert.Equal(TrackedTaskState.Completed, AssertApplied(await worker.CompleteAsync(lease, Bytes("result"))).State);
        Assert.Equal(TrackedTaskOutcome.Ended, (await user.CancelAsync(Tenant, "task")).Outcome);
    }

    [Theory(Timeout = TimeLimit)]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_task_that_is_to_be_cancelled_is_not_tried_again(bool isGivenBack)
    {
        var (worker, user) = await OpenAsync();
        await CreateAsync(worker);
        var lease = await StartAsync(worker, lease: Tick);
        AssertApplied(await user.CancelAsync(Tenant, "task"));

        if (isGivenBack)
        {
            AssertApplied(await worker.ReleaseAsync(lease, Cause));
        }
        else
        {
            await _store.AdvanceAsync(Tick * 2);
        }

        Assert.Equal(TrackedTaskState.Cancelled, (await ReadAsync(user)).State);
    }

    [Theory(Timeout = TimeLimit)]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(TrackedTask.MaxResultBytes)]
    public async Task Results_of_every_size_come_back_byte_for_byte(int length)
    {
        var (first, second) = await OpenAsync();
        await CreateAsync(first);
        var result = new byte[length];
        new Random(length).NextBytes(result);

        AssertApplied(await first.CompleteAsync(await StartAsync(first), result));

        Assert.Equal(result, (await ReadAsync(second)).Result.ToArray());
    }

    [Fact]
    public async Task Bad_input_is_refused_before_anything_is_done()
    {
        var (tracker, _) = await OpenAsync();
        var lease = new TrackedTaskLease(Tenant, "task", 1, Guid.NewGuid(), Tick);

        await RefusesAsync<ArgumentException>("tenant", async () => await tracker.CreateAsync("", "task"));
        await RefusesAsync<ArgumentException>("id", async () => await tracker.CreateAsync(Tenant, "\n"));
        await RefusesAsync<ArgumentException>("id", async () => await tracker.CreateAsync(Tenant, new string('k', StateArguments.MaxTenantNameBytes)));
        await RefusesAsync<ArgumentException>("id", async () => await tracker.CreateAsync(Tenant, new string('/', 200)));
        await RefusesAsync<ArgumentException>("tenant", async () => await tracker.StartAsync("", "task", Tick));
        await RefusesAsync<ArgumentOutOfRangeException>("lease", async () => await tracker.StartAsync(Tenant, "task", TimeSpan.FromMilliseconds(99)));
        await RefusesAsync<ArgumentOutOfRangeException>("lease", async () => await tracker.StartAsync(Tenant, "task", TimeSpan.FromHours(13)));
        await RefusesAsync<ArgumentException>("tenant", async () => await tracker.CancelAsync("", "task"));
        Assert.Equal("id", Assert.Throws<ArgumentException>(() => { _ = tracker.WatchAsync(Tenant, ""); }).ParamName);
        await RefusesAsync<ArgumentException>("result", async () => await tracker.CompleteAsync(lease, new byte[TrackedTask.MaxResultBytes + 1]));
        await RefusesAsync<ArgumentNullException>("cause", async () => await tracker.FailAsync(lease, null!));
        await RefusesAsync<ArgumentNullException>("lease", async () => await tracker.RenewAsync(null!));
        await RefusesAsync<ArgumentOutOfRangeException>("limit", async () => await tracker.ReapAsync(0));
        await RefusesAsync<ArgumentOutOfRangeException>("limit", async () => await tracker.ReapAsync(1_001));
        Assert.Equal("tenant", (await Assert.ThrowsAsync<ArgumentException>(async () => await tracker.GetAsync("", "task"))).ParamName);

        static async Task RefusesAsync<TException>(string argument, Func<Task> call)
            where TException : ArgumentException => Assert.Equal(argument, (await Assert.ThrowsAnyAsync<TException>(call)).ParamName);
    }
}
