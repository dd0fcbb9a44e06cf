using Pipeline.State;
using Xunit;

namespace Pipeline.Conformance.State;

public abstract partial class TaskTrackerConformance
{
    [Fact(Timeout = TimeLimit)]
    public async Task Another_tenant_s_task_is_not_found_on_any_path()
    {
        var (tracker, _) = await OpenAsync();
        await CreateAsync(tracker);
        var lease = await StartAsync(tracker);
        var before = await ReadAsync(tracker);
        var stolen = lease with { Tenant = OtherTenant };

        Assert.Null(await tracker.GetAsync(OtherTenant, "task"));
        Assert.Equal(TrackedTaskOutcome.NotFound, (await tracker.StartAsync(OtherTenant, "task", Long)).Outcome);
        Assert.Equal(TrackedTaskOutcome.NotFound, (await tracker.CancelAsync(OtherTenant, "task")).Outcome);
        Assert.Equal(TrackedTaskOutcome.NotFound, (await tracker.RenewAsync(stolen)).Outcome);
        Assert.Equal(TrackedTaskOutcome.NotFound, (await tracker.CompleteAsync(stolen, default)).Outcome);
        Assert.Equal(TrackedTaskOutcome.NotFound, (await tracker.FailAsync(stolen, Cause)).Outcome);
        Assert.Equal(TrackedTaskOutcome.NotFound, (await tracker.ReleaseAsync(stolen)).Outcome);
        Assert.Equal(TrackedTaskOutcome.NotFound, (await tracker.ConfirmCancellationAsync(stolen)).Outcome);
        await foreach (var seen in tracker.WatchAsync(OtherTenant, "task"))
        {
            Assert.Fail($"A watch of another tenant showed {seen.State}.");
        }

        AssertSame(before, await ReadAsync(tracker));

        // The same id is a task of its own there, and the one's attempt is none at the other's.
        Assert.True((await tracker.CreateAsync(OtherTenant, "task", Options)).IsNew);
        var started = await tracker.StartAsync(OtherTenant, "task", Long);
        Assert.True(started.IsStarted);
        Assert.Equal(TrackedTaskOutcome.LeaseLost, (await tracker.CompleteAsync(stolen, default)).Outcome);
        AssertApplied(await tracker.CompleteAsync(started.Lease!, Bytes("theirs")));
        AssertSame(before, await ReadAsync(tracker));
    }

    [Fact(Timeout = TimeLimit)]
    public async Task Names_that_look_alike_are_different_tasks()
    {
        var (tracker, _) = await OpenAsync();
        (string Tenant, string Id)[] names =
        [
            ($"{Tenant}/a", "b"), (Tenant, "a/b"), ($"{Tenant}%2Fa", "b"), (Tenant, "a%2Fb"), (Tenant, "a"), (Tenant, "A"), (Tenant, "a "), (Tenant, "a.due"), (Tenant, "ä"),
        ];
        foreach (var (tenant, id) in names)
        {
            Assert.True((await tracker.CreateAsync(tenant, id, Options)).IsNew, $"'{id}' was there already.");
        }

        foreach (var (tenant, id) in names)
        {
            var lease = (await tracker.StartAsync(tenant, id, Tick)).Lease!;
            AssertApplied(await tracker.CompleteAsync(lease, Bytes($"{tenant} {id}")));
        }

        foreach (var (tenant, id) in names)
        {
            var task = await tracker.GetAsync(tenant, id);
            Assert.Equal((tenant, id, $"{tenant} {id}"), (task!.Tenant, task.Id, Text(task.Result)));
        }
    }

    [Fact(Timeout = TimeLimit)]
    public async Task The_longest_names_are_reaped_like_all_others()
    {
        var (tracker, _) = await OpenAsync();
        var room = StateArguments.MaxTenantNameBytes - Tenant.Length;
        string[] ids = [new('i', room), new('/', room / 3), new('%', room / 3)];
        foreach (var id in ids)
        {
            await CreateAsync(tracker, id);
            await StartAsync(tracker, id, Tick);
        }

        await _store.AdvanceAsync(Tick * 2);

        Assert.Equal(ids.Order(StringComparer.Ordinal), (await ReapAsync(tracker)).Select(task => task.Id).Order(StringComparer.Ordinal));
    }
}
