using Pipeline.Queues;
using Xunit;

namespace Pipeline.Conformance.Queues;

public abstract partial class QueueConformance
{
    [Fact(Timeout = TimeLimit)]
    public async Task The_flood_of_one_tenant_delays_the_first_message_of_another_by_no_more_than_a_round()
    {
        var queue = await OpenAsync();
        for (var sent = 0; sent < _store.FloodSize; sent += QueueLimits.MaxBatchSize)
        {
            var count = Math.Min(QueueLimits.MaxBatchSize, _store.FloodSize - sent);
            await queue.EnqueueAsync([.. Enumerable.Range(0, count).Select(_ => Message("flood", "loud"))]);
        }

        await CompleteAsync(queue, await TakeAllAsync(queue, 10));
        await queue.EnqueueAsync(Message("one", "quiet"));

        Assert.Contains("one", Bodies(await TakeAllAsync(queue, 2)));
    }

    [Fact(Timeout = TimeLimit)]
    public async Task Tenants_take_turns_within_one_receive_and_across_receives_and_processes()
    {
        var (first, second) = await OpenTwiceAsync();
        foreach (var tenant in new[] { "a", "b", "c" })
        {
            await first.EnqueueAsync([.. Enumerable.Range(0, 10).Select(_ => Message(tenant, tenant))]);
        }

        var one = Bodies(await TakeAllAsync(first, 6));
        Assert.Equal(["a", "a", "b", "b", "c", "c"], one.Order(StringComparer.Ordinal));
        var seen = new List<string>();
        for (var i = 0; i < 6; i++)
        {
            seen.Add(Body(await TakeAsync(i % 2 == 0 ? first : second)));
        }

        Assert.Equal(["a", "b", "c"], seen.Take(3).Order(StringComparer.Ordinal));
        Assert.Equal(["a", "b", "c"], seen.Skip(3).Order(StringComparer.Ordinal));
    }

    [Theory(Timeout = TimeLimit)]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(7)]
    [InlineData(40)]
    public async Task A_tenant_gets_its_weight_in_each_round(int maxMessages)
    {
        var queue = await OpenAsync(WithWeights(("heavy", 3), ("light", 1)));
        await queue.EnqueueAsync([.. Enumerable.Range(0, 60).Select(_ => Message("heavy", "heavy"))]);
        await queue.EnqueueAsync([.. Enumerable.Range(0, 60).Select(_ => Message("light", "light"))]);
        await queue.EnqueueAsync([.. Enumerable.Range(0, 60).Select(_ => Message("unnamed", "unnamed"))]);
        var seen = new List<string>();
        while (seen.Count < 40)
        {
            seen.AddRange(Bodies(await TakeAllAsync(queue, Math.Min(maxMessages, 40 - seen.Count))));
        }

        Assert.Equal(24, seen.Count(body => body == "heavy"));
        Assert.Equal(8, seen.Count(body => body == "light"));
        Assert.Equal(8, seen.Count(body => body == "unnamed"));
    }

    [Fact(Timeout = TimeLimit)]
    public async Task A_tenant_waits_for_at_most_the_weights_of_the_others()
    {
        var queue = await OpenAsync(WithWeights(("a", 5), ("b", 2)));
        await queue.EnqueueAsync([.. Enumerable.Range(0, 50).Select(_ => Message("a", "a"))]);
        await queue.EnqueueAsync([.. Enumerable.Range(0, 50).Select(_ => Message("b", "b"))]);
        for (var i = 0; i < 12; i++)
        {
            await queue.EnqueueAsync(Message("c", "c"));
            var waited = 0;
            while (Body(await TakeAsync(queue)) != "c")
            {
                Assert.True(++waited <= 7, $"Tenant c waited for {waited} messages of tenants whose weights are 5 and 2.");
            }
        }
    }

    [Fact(Timeout = TimeLimit)]
    public async Task What_a_tenant_has_nobody_else_waits_for()
    {
        var queue = await OpenAsync(WithWeights(("a", 1), ("b", 100)));
        await queue.EnqueueAsync([.. Enumerable.Range(0, 50).Select(i => Message($"{i}", "a"))]);
        await queue.EnqueueAsync(Message("b", "b"));

        var received = Bodies(await TakeAllAsync(queue));

        Assert.Equal(51, received.Length);
        Assert.Equal(Enumerable.Range(0, 50).Select(i => $"{i}"), received.Where(body => body != "b"));
    }

    [Fact(Timeout = TimeLimit)]
    public async Task Many_tenants_with_one_message_each_are_served_in_the_order_in_which_they_came()
    {
        var queue = await OpenAsync();
        var tenants = Enumerable.Range(0, 300).Select(i => $"tenant {i}").ToList();
        await queue.EnqueueAsync([.. tenants.Select(tenant => Message(tenant, tenant))]);

        Assert.Equal(tenants, Bodies([.. await TakeAllAsync(queue, 100), .. await TakeAllAsync(queue)]));
    }

    [Fact(Timeout = TimeLimit)]
    public async Task A_tenant_that_comes_back_stands_at_the_end_of_the_round()
    {
        var queue = await OpenAsync();
        await queue.EnqueueAsync([Message("a1", "a"), Message("b1", "b"), Message("b2", "b"), Message("c1", "c"), Message("c2", "c")]);
        Assert.Equal("a1", Body(await TakeAsync(queue)));
        await queue.EnqueueAsync(Message("a2", "a"));

        var seen = new List<string>();
        for (var i = 0; i < 5; i++)
        {
            seen.Add(Body(await TakeAsync(queue)));
        }

        Assert.Equal(["a2", "b1", "c1"], seen.Take(3).Order(StringComparer.Ordinal));
    }

    private static QueueOptions WithWeights(params (string Tenant, int Weight)[] weights) =>
        new() { TenantWeights = weights.ToDictionary(one => one.Tenant, one => one.Weight, StringComparer.Ordinal) };
}
