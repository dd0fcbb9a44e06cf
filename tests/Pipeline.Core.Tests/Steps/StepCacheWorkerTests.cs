using FluentAssertions;
using Microsoft.Extensions.DependencyInjection;
using Pipeline.Queues;
using Pipeline.Telemetry;
using Pipeline.Workers;
using Xunit;

namespace Pipeline.Steps;

/// <summary>A cached step behind a queue: by itself and in a chain.</summary>
public sealed class StepCacheWorkerTests
{
    private int _runs;

    [Fact(Timeout = StepCacheHost.TimeLimit)]
    public async Task A_worker_s_messages_are_answered_from_the_cache_tenant_by_tenant()
    {
        await using var host = new StepCacheHost(suite => suite
            .AddStep<Question, Reply>("answer", AnswerAsync, step => step.Cache(TimeSpan.FromHours(1)))
            .AddQueue<Question>("questions")
            .AddStepWorker("questions", "answer", worker => worker.Concurrency = 1));
        var queue = host.Services.GetRequiredService<IQueue<Question>>();
        foreach (var tenant in new[] { "acme", "acme", "other" })
        {
            await queue.EnqueueAsync(new Question("why?"), new EnqueueOptions { Tenant = tenant });
        }

        await host.Services.GetRequiredKeyedService<QueueWorker>("questions").RunUntilIdleAsync();

        _runs.Should().Be(2);
        host.Sink.Records.Select(r => (r.Tenant, r.Cache)).Should().BeEquivalentTo(new[]
        {
            ("acme", CacheOutcome.Miss), ("acme", CacheOutcome.Hit), ("other", CacheOutcome.Miss),
        });
    }

    [Fact(Timeout = StepCacheHost.TimeLimit)]
    public async Task A_chain_s_step_is_answered_from_the_cache()
    {
        await using var host = new StepCacheHost(suite => suite
            .AddStep<Question, Reply>("answer", AnswerAsync, step => step.Cache(TimeSpan.FromHours(1)))
            .AddChain<Question>("ask", chain => chain.ThenStep<Question, Reply>(
                "answer", question => question, (question, reply) => question with { Text = reply.Text })));
        var chain = host.Services.GetRequiredService<Chain<Question>>();

        var first = await chain.RunAsync(new Question("why?"));
        var second = await chain.RunAsync(new Question("why?"));

        first.Item.Text.Should().Be("why? 1");
        second.Item.Should().Be(first.Item);
        _runs.Should().Be(1);
    }

    private ValueTask<Reply> AnswerAsync(Question question, StepContext context, CancellationToken cancellationToken) =>
        ValueTask.FromResult(new Reply($"{question.Text} {Interlocked.Increment(ref _runs)}"));
}
