using System.Runtime.CompilerServices;
using FluentAssertions;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.DependencyInjection;
using Pipeline.Steps;
using Xunit;

namespace Pipeline.Telemetry;

/// <summary>A metered client inside of a step: its usage is the step's, once, and the step's record is the only one.</summary>
public sealed class MeteredClientInStepTests
{
    [Fact]
    public async Task The_step_has_the_usage_the_model_and_the_cost_without_a_word()
    {
        await using var host = Host(async (host, token) => (await host.AskAsync(cancellationToken: token)).Text);

        var result = await host.Steps.Runner<string, string>().RunAsync("why?");

        (result.Value, result.Model, result.Usage.Total, result.Cost).Should().Be(("because", "big-2024-08-06", 1_000_000L, 2m));
        (host.Record.Step, host.Record.Model, host.Record.Cost).Should().Be(("answer", "big-2024-08-06", 2m));
        host.Metrics.Of("gen_ai.client.token.usage").Should().HaveCount(2);
    }

    [Fact]
    public async Task All_calls_of_a_run_count_each_at_its_models_price_also_in_parallel_and_in_tasks()
    {
        await using var host = Host(async (host, token) =>
        {
            await Task.WhenAll(Enumerable.Range(0, 10).Select(_ => Task.Run(() => host.AskAsync(cancellationToken: token), token)));
            host.Provider.ResponseModel = "small";
            await host.StreamAsync(cancellationToken: token);
            return "";
        });

        var result = await host.Steps.Runner<string, string>().RunAsync("why?");

        (result.Usage.Total, result.Cost).Should().Be((11_000_000L, 20.15m));
        host.Records.Should().ContainSingle();
    }

    [Fact]
    public async Task Attempts_that_fail_count_too()
    {
        var attempts = 0;
        await using var host = Host(
            async (host, token) =>
            {
                await host.AskAsync(cancellationToken: token);
                return ++attempts < 3 ? throw new FormatException() : "";
            },
            step => step.Retry(2, delay: TimeSpan.Zero).Timeout(total: TimeSpan.FromMinutes(1)));

        (await host.Steps.Runner<string, string>().RunAsync("why?")).Cost.Should().Be(6);
        host.Records.Should().ContainSingle();
    }

    [Fact]
    public async Task A_call_without_usage_leaves_the_steps_usage_unknown()
    {
        await using var host = Host(async (host, token) =>
        {
            host.Provider.Usage = null;
            return (await host.AskAsync(cancellationToken: token)).Text;
        });

        var result = await host.Steps.Runner<string, string>().RunAsync("why?");

        (result.Cost, result.Model).Should().Be((null, null));
        host.Records.Should().ContainSingle("the step tells of it");
    }

    [Fact]
    public async Task A_cached_step_reports_to_the_run_that_made_the_answer()
    {
        await using var host = Host(
            async (host, token) => (await host.AskAsync(cancellationToken: token)).Text, step => step.Cache(TimeSpan.FromHours(1)));
        var runner = host.Steps.Runner<string, string>();

        await runner.RunAsync("why?");
        var hit = await runner.RunAsync("why?");

        (hit.Cost, hit.CostAvoided).Should().Be((0m, 2m));
        host.Records.Select(r => (r.Cost, r.CostAvoided)).Should().Equal((2m, 0m), (0m, 2m));
    }

    [Fact]
    public async Task What_a_step_calls_is_the_inner_steps_alone()
    {
        await using var host = new ClientHost((suite, host) => suite
            .AddStep<int, string>("inner", async (_, _, token) => (await host.AskAsync(cancellationToken: token)).Text)
            .AddStep<string, string>("outer", async (_, _, token) =>
            {
                await host.AskAsync("small", token);
                var inner = await host.Steps.Runner<int, string>().RunAsync(0, cancellationToken: token);
                await host.AskAsync("small", token);
                return inner.Value;
            }));
        host.Provider.ResponseModel = null;

        await host.Steps.Runner<string, string>().RunAsync("why?");

        host.Records.Select(r => (r.Step, r.Cost)).Should().Equal(("inner", 2m), ("outer", 0.3m));
    }

    [Fact(Timeout = StepCacheHost.TimeLimit)]
    public async Task A_call_that_ends_after_its_step_has_a_record_of_its_own_and_no_other_step_pays_for_it()
    {
        var go = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        Task<ChatResponse>? left = null;
        await using var host = Host((host, _) =>
        {
            if (left is null)
            {
                host.Provider.Before = () => go.Task;
                left = host.AskAsync(cancellationToken: CancellationToken.None);
                host.Provider.Before = () => Task.CompletedTask;
            }

            return ValueTask.FromResult("");
        });
        var runner = host.Steps.Runner<string, string>();
        using (CallContext.Use(new CallContext { Tenant = "acme" }))
        {
            await runner.RunAsync("first");
        }

        var others = Enumerable.Range(0, 50).Select(_ => runner.RunAsync("other").AsTask()).ToArray();
        go.SetResult();
        await left!;
        await Task.WhenAll(others);

        host.Records.Where(r => string.Equals(r.Step, "talk", StringComparison.Ordinal)).Should().ContainSingle()
            .Which.Should().Match<TelemetryRecord>(r => r.Cost == 2 && r.Tenant == "acme");
        host.Records.Where(r => string.Equals(r.Step, "answer", StringComparison.Ordinal)).Should().OnlyContain(r => r.Usage == default);
    }

    [Fact]
    public async Task After_the_step_its_caller_is_outside_again()
    {
        await using var host = Host((_, _) => ValueTask.FromResult(""));

        await host.Steps.Runner<string, string>().RunAsync("why?");
        await host.AskAsync();

        host.Records.Select(r => (r.Step, r.Cost)).Should().Equal(("answer", null), ("talk", 2m));
    }

    [Fact]
    public async Task A_step_that_throws_at_once_leaves_its_caller_outside_as_well()
    {
        await using var host = Host((_, _) => throw new FormatException());

        await FluentActions.Awaiting(() => host.Steps.Runner<string, string>().RunAsync("why?").AsTask()).Should().ThrowAsync<FormatException>();
        await host.AskAsync();

        host.Records.Select(r => r.Step).Should().Equal("answer", "talk");
    }

    [Fact]
    public async Task A_streaming_step_has_the_usage_of_all_its_moves_and_its_consumer_pays_for_itself()
    {
        await using var host = new ClientHost((suite, host) =>
        {
            suite.Services.AddSingleton(new Talker(() => host.Client));
            suite.AddStreamingStep<string, string, Talker>("answer");
        });

        await foreach (var _ in host.Steps.StreamingRunner<string, string>().RunAsync("why?"))
        {
            await host.AskAsync();
        }

        host.Records.Select(r => (r.Step, r.Cost)).Should().Equal(("talk", 2m), ("talk", 2m), ("answer", 2m));
        host.Records.Last().Model.Should().Be("big-2024-08-06");
    }

    [Fact]
    public async Task A_streaming_step_that_is_left_early_pays_for_what_it_has_heard()
    {
        await using var host = new ClientHost((suite, host) =>
        {
            suite.Services.AddSingleton(new Talker(() => host.Client));
            suite.AddStreamingStep<string, string, Talker>("answer");
        });
        host.Provider.StreamedUsage = [host.Provider.Usage, host.Provider.Usage];

        await foreach (var _ in host.Steps.StreamingRunner<string, string>().RunAsync("why?"))
        {
            break;
        }

        host.Records.Select(r => (r.Step, r.Cost)).Should().Equal(("answer", 2m));
    }

    private static ClientHost Host(Func<ClientHost, CancellationToken, ValueTask<string>> execute, Action<StepBuilder<string, string>>? configure = null) =>
        new((suite, host) => suite.AddStep("answer", (_, _, token) => execute(host, token), configure));

    private sealed class Talker(Func<IChatClient> client) : IStreamingStep<string, string>
    {
        public async IAsyncEnumerable<string> ExecuteAsync(string input, StepContext context, [EnumeratorCancellation] CancellationToken cancellationToken)
        {
            await foreach (var update in client().GetStreamingResponseAsync(input, options: null, cancellationToken))
            {
                yield return update.Text;
            }
        }
    }
}
