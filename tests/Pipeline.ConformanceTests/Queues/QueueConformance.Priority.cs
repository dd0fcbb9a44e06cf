using Pipeline.Queues;
using Xunit;

namespace Pipeline.Conformance.Queues;

public abstract partial class QueueConformance
{
    [Fact(Timeout = TimeLimit)]
    public async Task A_higher_priority_goes_first_and_equal_ones_in_their_order()
    {
        var queue = await OpenAsync();
        await queue.EnqueueAsync([Message("low", priority: 1), Message("default"), Message("high 1", priority: 9), Message("high 2", priority: 9)]);
        await queue.EnqueueAsync([Message("default 2", priority: QueueLimits.DefaultPriority), Message("lowest", priority: 0)]);

        Assert.Equal(["high 1", "high 2", "default", "default 2", "low", "lowest"], Bodies(await TakeAllAsync(queue)));
    }

    [Fact(Timeout = TimeLimit)]
    public async Task Every_priority_has_its_rank()
    {
        var queue = await OpenAsync();
        int[] priorities = [3, 7, 0, 9, 5, 1, 8, 2, 6, 4];
        await queue.EnqueueAsync([.. priorities.Select(priority => Message($"{priority}", priority: priority))]);
        var seen = new List<string>();
        for (var i = 0; i < priorities.Length; i++)
        {
            seen.Add(Body(await TakeAsync(queue)));
        }

        Assert.Equal(["9", "8", "7", "6", "5", "4", "3", "2", "1", "0"], seen);
    }

    [Fact(Timeout = TimeLimit)]
    public async Task A_high_priority_overtakes_what_waited_before_it_came()
    {
        var queue = await OpenAsync();
        await EnqueueAsync(queue, "a", "b");
        Assert.Equal("a", Body(await TakeAsync(queue)));
        await queue.EnqueueAsync(Message("urgent", priority: 9));

        Assert.Equal(["urgent", "b"], Bodies(await TakeAllAsync(queue)));
    }

    [Fact(Timeout = TimeLimit)]
    public async Task A_retry_keeps_its_priority()
    {
        var queue = await OpenAsync();
        await queue.EnqueueAsync([Message("high", priority: 9), Message("a"), Message("b")]);
        await FailAsync(queue, await TakeAsync(queue));

        Assert.Equal(["high", "a", "b"], Bodies(await TakeAllAsync(queue)));
    }

    [Fact(Timeout = TimeLimit)]
    public async Task Priority_is_among_the_messages_of_one_tenant_and_starves_no_other()
    {
        var queue = await OpenAsync();
        await queue.EnqueueAsync([.. Enumerable.Range(0, 20).Select(i => Message($"high {i}", "loud", priority: 9))]);
        await queue.EnqueueAsync(Message("low", "quiet", priority: 0));

        Assert.Contains("low", Bodies(await TakeAllAsync(queue, 2)));
    }
}
