using Pipeline.State;
using Xunit;

namespace Pipeline.Conformance.State;

public abstract partial class TaskTrackerConformance
{
    [Theory(Timeout = TimeLimit)]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_lease_that_ran_out_is_lost_whether_it_was_reaped_or_not(bool isReaped)
    {
        var (first, second) = await OpenAsync();
        await CreateAsync(first);
        var lost = await StartAsync(first, lease: Tick * 2);
        await _store.AdvanceAsync(Tick);
        Assert.Equal(TrackedTaskOutcome.Held, (await second.StartAsync(Tenant, "task", Long)).Outcome);
        await _store.AdvanceAsync(Tick + _store.ClockTolerance);
        if (isReaped)
        {
            Assert.Equal(TrackedTaskState.Pending, Assert.Single(await ReapAsync(second)).State);
        }

        var pending = await ReadAsync(second);
        Assert.Equal((TrackedTaskState.Pending, 1, "LeaseLost"), (pending.State, pending.Attempts, pending.Error!.Type));
        Assert.Equal(TrackedTaskOutcome.LeaseLost, (await first.RenewAsync(lost)).Outcome);

        var lease = await StartAsync(second);
        Assert.True(lease.Token > lost.Token);
        Assert.Equal(TrackedTaskOutcome.LeaseLost, (await first.CompleteAsync(lost, Bytes("late"))).Outcome);
        Assert.Equal(TrackedTaskOutcome.LeaseLost, (await first.RenewAsync(lost)).Outcome);
        AssertApplied(await second.CompleteAsync(lease, Bytes("result")));
        Assert.Equal((2, "result"), ((await ReadAsync(first)).Attempts, Text((await ReadAsync(first)).Result)));
        Assert.Equal(TrackedTaskOutcome.Ended, (await first.CompleteAsync(lost, Bytes("late"))).Outcome);
    }

    [Fact(Timeout = TimeLimit)]
    public async Task A_lease_that_is_renewed_holds_on()
    {
        var (first, second) = await OpenAsync();
        await CreateAsync(first);
        var lease = await StartAsync(first, lease: Tick * 2);
        for (var i = 0; i < 5; i++)
        {
            await _store.AdvanceAsync(Tick);
            AssertApplied(await first.RenewAsync(lease));
            Assert.Empty(await ReapAsync(second));
        }

        AssertApplied(await first.CompleteAsync(lease, default));
    }

    [Fact(Timeout = TimeLimit)]
    public async Task The_reaper_fails_what_has_used_up_its_attempts()
    {
        var (first, second) = await OpenAsync();
        await CreateAsync(first);
        for (var attempt = 1; attempt <= Options.MaxAttempts; attempt++)
        {
            await StartAsync(first, lease: Tick);
            await _store.AdvanceAsync(Tick * 2);
            var reaped = Assert.Single(await ReapAsync(second));

            Assert.Equal((attempt, "LeaseLost"), (reaped.Attempts, reaped.Error!.Type));
            Assert.Equal(attempt < Options.MaxAttempts ? TrackedTaskState.Pending : TrackedTaskState.Failed, reaped.State);
            AssertSame(reaped, await ReadAsync(first));
            Assert.Empty(await ReapAsync(first));
        }
    }

    [Fact(Timeout = TimeLimit)]
    public async Task An_attempt_has_a_time_of_its_own_that_no_renewal_prolongs()
    {
        var (first, second) = await OpenAsync();
        await CreateAsync(first, options: Options with { AttemptTimeout = Tick * 3, MaxAttempts = 2 });
        foreach (var state in new[] { TrackedTaskState.Pending, TrackedTaskState.TimedOut })
        {
            var started = await (await _store.OpenAsync()).GetTimeAsync();
            var lease = await StartAsync(first, lease: Tick * 2);
            AssertTime(started + (Tick * 2), (await ReadAsync(second)).LeaseUntil);
            await _store.AdvanceAsync(Tick * 3 / 2);
            AssertTime(started + (Tick * 3), AssertApplied(await first.RenewAsync(lease)).LeaseUntil);
            await _store.AdvanceAsync(Tick * 2);

            Assert.Equal((state, "TimedOut"), ((await ReadAsync(second)).State, (await ReadAsync(second)).Error!.Type));
            Assert.Equal(state == TrackedTaskState.Pending ? TrackedTaskOutcome.LeaseLost : TrackedTaskOutcome.Ended, (await first.RenewAsync(lease)).Outcome);
            Assert.Equal(state, Assert.Single(await ReapAsync(second)).State);
        }
    }

    [Theory(Timeout = TimeLimit)]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_task_times_out_whether_it_waits_or_is_processed(bool isProcessed)
    {
        var (first, second) = await OpenAsync();
        var created = await CreateAsync(first, options: Options with { Timeout = Tick * 3 });
        var lease = isProcessed ? await StartAsync(first) : null;
        AssertTime(created.Deadline, lease is null ? created.Deadline : (await ReadAsync(first)).LeaseUntil);
        await _store.AdvanceAsync(Tick * 4);

        var late = await ReadAsync(second);
        Assert.Equal((TrackedTaskState.TimedOut, "TimedOut", created.Deadline), (late.State, late.Error!.Type, late.EndedAt));
        Assert.Equal(TrackedTaskOutcome.Ended, (await first.StartAsync(Tenant, "task", Long)).Outcome);
        if (lease is not null)
        {
            Assert.Equal(TrackedTaskOutcome.Ended, (await first.CompleteAsync(lease, default)).Outcome);
        }

        Assert.Equal(late, Assert.Single(await ReapAsync(first)));
        AssertSame(late, await ReadAsync(second));
    }

    [Fact(Timeout = TimeLimit)]
    public async Task What_has_ended_can_be_read_as_long_as_its_retention_says_and_its_id_is_free_again()
    {
        var (first, second) = await OpenAsync();
        await CreateAsync(first, options: Options with { Retention = Tick * 4 });
        var lease = await StartAsync(first);
        await _store.AdvanceAsync(Tick * 10);
        AssertApplied(await first.CompleteAsync(lease, Bytes("result")));
        await _store.AdvanceAsync(Tick * 3);
        Assert.Equal(TrackedTaskState.Completed, (await ReadAsync(second)).State);
        await _store.AdvanceAsync(Tick * 2);

        Assert.Null(await second.GetAsync(Tenant, "task"));
        Assert.Equal(TrackedTaskOutcome.NotFound, (await first.CompleteAsync(lease, default)).Outcome);

        await CreateAsync(second);
        Assert.Equal(TrackedTaskOutcome.LeaseLost, (await first.CompleteAsync(lease, default)).Outcome);
        Assert.True((await StartAsync(second)).Token > lease.Token, "A fencing token is not above those of the task before.");
        Assert.Equal(TrackedTaskOutcome.LeaseLost, (await first.CompleteAsync(lease, default)).Outcome);
    }

    [Fact(Timeout = TimeLimit)]
    public async Task What_nobody_ever_ends_vanishes_all_the_same()
    {
        var (first, second) = await OpenAsync();
        await CreateAsync(first, options: Options with { Timeout = Tick * 4, Retention = Tick * 2 });
        await StartAsync(first, lease: Tick);
        await _store.AdvanceAsync(Tick * 5);
        Assert.Equal(TrackedTaskState.TimedOut, (await ReadAsync(second)).State);
        await _store.AdvanceAsync(Tick * 2);

        Assert.Null(await second.GetAsync(Tenant, "task"));
        Assert.Empty(await ReapAsync(second));
    }

    [Fact(Timeout = TimeLimit)]
    public async Task The_reaper_looks_at_no_more_than_its_limit_and_says_when_there_is_more()
    {
        var (tracker, _) = await OpenAsync();
        for (var i = 0; i < 5; i++)
        {
            await CreateAsync(tracker, $"task{i}");
            await StartAsync(tracker, $"task{i}", Tick);
        }

        await _store.AdvanceAsync(Tick * 2);
        var changed = new List<string>();
        TrackedTaskReaping reaping;
        do
        {
            reaping = await tracker.ReapAsync(2);
            Assert.InRange(reaping.Changed.Count, 0, 2);
            changed.AddRange(reaping.Changed.Where(task => task.Tenant == Tenant).Select(task => task.Id));
        }
        while (reaping.HasMore);

        Assert.Equal(Enumerable.Range(0, 5).Select(i => $"task{i}"), changed.Order());
    }

    [Fact(Timeout = TimeLimit)]
    public async Task Several_reapers_at_once_do_each_thing_once()
    {
        var (first, second) = await OpenAsync();
        const int Tasks = 20;
        for (var i = 0; i < Tasks; i++)
        {
            await CreateAsync(first, $"task{i}", Options with { MaxAttempts = (i % 2) + 1 });
            await StartAsync(first, $"task{i}", Tick);
        }

        await _store.AdvanceAsync(Tick * 2);
        var answers = new IReadOnlyList<TrackedTask>[4];
        await SideBySide.RunAsync(answers.Length, async number => answers[number] = await ReapAsync(number % 2 == 0 ? first : second));

        var changed = answers.SelectMany(tasks => tasks).ToList();
        Assert.Equal(Tasks, changed.Count);
        Assert.Equal(Tasks, changed.Select(task => task.Id).Distinct().Count());
        Assert.All(changed, task => Assert.Equal(
            int.Parse(task.Id["task".Length..], System.Globalization.CultureInfo.InvariantCulture) % 2 == 0 ? TrackedTaskState.Failed : TrackedTaskState.Pending,
            task.State));
        Assert.All(changed, task => Assert.Equal(1, task.Attempts));
    }

    [Fact(Timeout = TimeLimit)]
    public async Task Reaping_while_others_work_neither_takes_a_task_from_them_nor_loses_one()
    {
        var (first, second) = await OpenAsync();
        for (var round = 0; round < Math.Max(1, _store.Repetitions / 20); round++)
        {
            var id = $"task{round}";
            await CreateAsync(first, id, Options with { MaxAttempts = 100 });
            await StartAsync(first, id, Tick);
            await _store.AdvanceAsync(Tick * 2);
            var starts = new TrackedTaskStart[3];
            await SideBySide.RunAsync(starts.Length + 1, async number =>
            {
                if (number == starts.Length)
                {
                    await ReapAsync(second);
                }
                else
                {
                    starts[number] = await (number == 0 ? first : second).StartAsync(Tenant, id, Tick * 2);
                }
            });

            var lease = Assert.Single(starts, start => start.IsStarted).Lease!;
            AssertApplied(await first.RenewAsync(lease));

            // Whoever made the marker and whoever moved it: a lease that now runs out is found.
            await _store.AdvanceAsync(Tick * 3);
            Assert.Equal((id, TrackedTaskState.Pending), (await ReapAsync(second)).Select(task => (task.Id, task.State)).Single());
        }
    }

    [Fact(Timeout = TimeLimit)]
    public async Task A_server_s_wall_clock_that_is_set_back_ends_no_lease_and_gives_no_token_again()
    {
        if (_store.CannotSetClock is not null)
        {
            return;
        }

        var (first, second) = await OpenAsync();
        await CreateAsync(first);
        var lost = await StartAsync(first);
        await _store.SetServerTimeAsync(await (await _store.OpenAsync()).GetTimeAsync() - TimeSpan.FromDays(2));
        AssertApplied(await first.ReleaseAsync(lost));
        var lease = await StartAsync(second, lease: Tick * 2);
        Assert.True(lease.Token > lost.Token);
        await _store.AdvanceAsync(Tick);
        AssertApplied(await second.RenewAsync(lease));
        Assert.Empty(await ReapAsync(first));
    }
}
