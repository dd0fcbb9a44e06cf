using System.Buffers;
using System.Runtime.CompilerServices;
using System.Text;
using FluentAssertions;
using Microsoft.Extensions.Caching.Hybrid;
using Microsoft.Extensions.DependencyInjection;
using Pipeline.Caching;
using Pipeline.Telemetry;
using Xunit;

namespace Pipeline.Steps;

/// <summary>Streaming steps are cached whole.</summary>
public sealed partial class StepCacheStreamingTests
{
    private static readonly TimeSpan Hour = TimeSpan.FromHours(1);

    private int _runs;
    private int _failAt = int.MaxValue;
    private Action _beforeItem = () => { };

    [Fact(Timeout = StepCacheHost.TimeLimit)]
    public async Task A_second_equal_call_is_replayed_from_the_cache()
    {
        await using var host = Host();
        var runner = host.StreamingRunner<int, Reply>();

        var first = await ToListAsync(runner.RunAsync(3));
        var second = await ToListAsync(runner.RunAsync(3));

        first.Should().Equal(new Reply("1.1"), new Reply("1.2"), new Reply("1.3"));
        second.Should().Equal(first);
        _runs.Should().Be(1);
        host.Sink.Records.Select(r => (r.Outcome, r.Cache, r.Usage.Output)).Should().Equal(
            (CallOutcome.Succeeded, CacheOutcome.Miss, 3), (CallOutcome.Succeeded, CacheOutcome.Hit, 0));
    }

    [Fact(Timeout = StepCacheHost.TimeLimit)]
    public async Task The_first_caller_gets_each_item_as_the_step_makes_it()
    {
        await using var host = Host();
        var made = 0;
        _beforeItem = () => made++;

        var seen = 0;
        await foreach (var item in host.StreamingRunner<int, Reply>().RunAsync(3))
        {
            made.Should().Be(++seen, "item {0} is not held back", item);
        }
    }

    [Fact(Timeout = StepCacheHost.TimeLimit)]
    public async Task An_empty_stream_is_an_answer_like_any_other()
    {
        await using var host = Host();
        var runner = host.StreamingRunner<int, Reply>();

        (await ToListAsync(runner.RunAsync(0))).Should().BeEmpty();
        (await ToListAsync(runner.RunAsync(0))).Should().BeEmpty();

        _runs.Should().Be(1);
    }

    [Fact(Timeout = StepCacheHost.TimeLimit)]
    public async Task Null_items_are_kept()
    {
        await using var host = new StepCacheHost(suite =>
        {
            suite.Services.AddSingleton(new Nulls(() => _runs++));
            suite.AddStreamingStep<int, Reply?, Nulls>("answer", step => step.Cache(Hour));
        });
        var runner = host.StreamingRunner<int, Reply?>();

        (await ToListAsync(runner.RunAsync(0))).Should().Equal(null, new Reply("x"), null);
        (await ToListAsync(runner.RunAsync(0))).Should().Equal(null, new Reply("x"), null);

        _runs.Should().Be(1);
    }

    [Fact(Timeout = StepCacheHost.TimeLimit)]
    public async Task A_condition_sees_all_items()
    {
        await using var host = Host(step => step.Cache(Hour, c => c.Keep(items => items.Count > 1)));
        var runner = host.StreamingRunner<int, Reply>();

        foreach (var count in new[] { 1, 1, 2, 2 })
        {
            (await ToListAsync(runner.RunAsync(count))).Should().HaveCount(count);
        }

        _runs.Should().Be(3);
    }

    [Fact(Timeout = StepCacheHost.TimeLimit)]
    public async Task A_tag_that_is_invalidated_while_the_stream_runs_keeps_its_answer_out()
    {
        await using var host = Host(step => step.Cache(Hour, c => c.Tags(_ => ["answers"])));
        var runner = host.StreamingRunner<int, Reply>();

        await foreach (var item in runner.RunAsync(3))
        {
            if (item.Text.EndsWith('2'))
            {
                await host.Cache.RemoveByTagAsync("answers");
            }
        }

        (await ToListAsync(runner.RunAsync(3))).First().Text.Should().Be("2.1");
        (await ToListAsync(runner.RunAsync(3))).First().Text.Should().Be("2.1");
    }

    [Fact(Timeout = StepCacheHost.TimeLimit)]
    public async Task A_tenant_never_gets_the_answer_of_another_and_no_key_means_not_cached()
    {
        await using var host = Host(step => step.Cache(Hour, c => c.Key(n => n == 1 ? null : "many")));
        var runner = host.StreamingRunner<int, Reply>();

        (await ToListAsync(runner.RunAsync(2, new CallContext { Tenant = "acme" }))).Should().HaveCount(2);
        (await ToListAsync(runner.RunAsync(3, new CallContext { Tenant = "acme" }))).Should().HaveCount(2);
        (await ToListAsync(runner.RunAsync(3, new CallContext { Tenant = "other" }))).Should().HaveCount(3);
        await ToListAsync(runner.RunAsync(1));
        await ToListAsync(runner.RunAsync(1));

        _runs.Should().Be(4);
        host.Sink.Records.Last().Cache.Should().Be(CacheOutcome.NotUsed);
    }

    [Fact(Timeout = StepCacheHost.TimeLimit)]
    public async Task A_kept_answer_stands_in_for_a_step_that_fails_before_its_first_item()
    {
        await using var host = Host(step => step.Cache(entry =>
        {
            entry.FreshFor = Hour;
            entry.StaleFor = Hour;
        }));
        var runner = host.StreamingRunner<int, Reply>();
        await ToListAsync(runner.RunAsync(2));
        host.Clock.Advance(Hour);

        _failAt = 1;
        (await ToListAsync(runner.RunAsync(2))).Select(item => item.Text).Should().Equal("1.1", "1.2");
        _failAt = 2;
        await FluentActions.Awaiting(() => ToListAsync(runner.RunAsync(2))).Should().ThrowAsync<FormatException>();
        _failAt = int.MaxValue;
        (await ToListAsync(runner.RunAsync(2))).Select(item => item.Text).Should().Equal("4.1", "4.2");

        host.Sink.Records.Select(r => (r.Outcome, r.Cache)).Should().Equal(
            (CallOutcome.Succeeded, CacheOutcome.Miss),
            (CallOutcome.Succeeded, CacheOutcome.StaleHit),
            (CallOutcome.Failed, CacheOutcome.Miss),
            (CallOutcome.Succeeded, CacheOutcome.Miss));
    }

    [Fact(Timeout = StepCacheHost.TimeLimit)]
    public async Task Items_that_cannot_be_stored_go_through_and_the_answer_is_not_kept()
    {
        await using var host = new StepCacheHost(suite =>
        {
            suite.Services.AddSingleton(new Counting(this, 0)).AddSingleton<IHybridCacheSerializer<Reply>>(new SecondFails());
            suite.AddStreamingStep<int, Reply, Counting>("answer", step => step.Cache(Hour));
        });
        var runner = host.StreamingRunner<int, Reply>();

        foreach (var count in new[] { 1, 1, 2, 2 })
        {
            (await ToListAsync(runner.RunAsync(count))).Should().HaveCount(count);
        }

        _runs.Should().Be(3, "of one item, which can be stored, once; of two, twice");
    }

    [Fact(Timeout = StepCacheHost.TimeLimit)]
    public async Task What_another_process_kept_is_replayed_and_what_cannot_be_read_is_a_miss()
    {
        var backend = new InMemoryCacheBackend();
        foreach (var (serializer, runs) in new (IHybridCacheSerializer<Reply> Serializer, int Runs)[]
        {
            (new SecondFails(), 1), (new SecondFails(), 1), (new Unreadable(), 2),
        })
        {
            await using var host = new StepCacheHost(suite =>
            {
                suite.SetRole<ICacheBackend>("test", _ => backend);
                suite.Services.AddSingleton(new Counting(this, 0)).AddSingleton(serializer);
                suite.AddStreamingStep<int, Reply, Counting>("answer", step => step.Cache(Hour));
            });

            (await ToListAsync(host.StreamingRunner<int, Reply>().RunAsync(1))).Should().Equal(new Reply($"{runs}.1"));
            _runs.Should().Be(runs);
        }
    }

    private static async Task<List<T>> ToListAsync<T>(IAsyncEnumerable<T> items)
    {
        var list = new List<T>();
        await foreach (var item in items)
        {
            list.Add(item);
        }

        return list;
    }

    private StepCacheHost Host(Action<StreamingStepBuilder<int, Reply>>? configure = null, int size = 0) => new(suite =>
    {
        suite.Services.AddSingleton(new Counting(this, size));
        suite.AddStreamingStep<int, Reply, Counting>("answer", configure ?? (step => step.Cache(Hour)));
    });

    private sealed class Counting(StepCacheStreamingTests test, int size) : IStreamingStep<int, Reply>
    {
        public async IAsyncEnumerable<Reply> ExecuteAsync(
            int count, StepContext context, [EnumeratorCancellation] CancellationToken cancellationToken)
        {
            var run = ++test._runs;
            for (var i = 1; i <= count; i++)
            {
                await Task.Yield();
                cancellationToken.ThrowIfCancellationRequested();
                if (i == test._failAt)
                {
                    throw new FormatException();
                }

                test._beforeItem();
                context.ReportUsage(new TokenUsage { Output = 1 });
                yield return new Reply($"{run}.{i}".PadLeft(size));
            }
        }
    }

    private sealed class SecondFails : IHybridCacheSerializer<Reply>
    {
        public Reply Deserialize(ReadOnlySequence<byte> source) => new(Encoding.UTF8.GetString(source));

        public void Serialize(Reply value, IBufferWriter<byte> target)
        {
            Encoding.UTF8.GetBytes(value.Text, target);
            if (value.Text.EndsWith('2'))
            {
                throw new NotSupportedException("The second item cannot be written.");
            }
        }
    }

    private sealed class Unreadable : IHybridCacheSerializer<Reply>
    {
        public Reply Deserialize(ReadOnlySequence<byte> source) => throw new NotSupportedException("It cannot be read.");

        public void Serialize(Reply value, IBufferWriter<byte> target) => Encoding.UTF8.GetBytes(value.Text, target);
    }

    private sealed class Nulls(Action begin) : IStreamingStep<int, Reply?>
    {
        public async IAsyncEnumerable<Reply?> ExecuteAsync(
            int input, StepContext context, [EnumeratorCancellation] CancellationToken cancellationToken)
        {
            begin();
            await Task.Yield();
            yield return null;
            yield return new Reply("x");
            yield return null;
        }
    }
}
