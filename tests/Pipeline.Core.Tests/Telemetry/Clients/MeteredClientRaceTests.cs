using FluentAssertions;
using Microsoft.Extensions.DependencyInjection;
using Pipeline.Steps;
using Xunit;

namespace Pipeline.Telemetry;

/// <summary>Calls that end while their step ends: each is counted once, by the one or by itself, and never by another step.</summary>
public sealed class MeteredClientRaceTests
{
    private const int Runs = 2_000;

    [Fact(Timeout = StepCacheHost.TimeLimit)]
    public async Task No_call_is_lost_or_counted_twice()
    {
        List<Task> left = [];
        await using var host = new ClientHost((suite, host) => suite.AddStep<int, int>("answer", async (run, context, token) =>
        {
            var begun = new TaskCompletionSource();
            var call = Task.Run(
                async () =>
                {
                    begun.SetResult();
                    await host.AskAsync();
                },
                CancellationToken.None);
            lock (left)
            {
                left.Add(call);
            }

            // The step's end and the call's meet.
            await begun.Task;
            if (run % 2 == 0)
            {
                await Task.Yield();
            }

            return run;
        }));
        var runner = host.Steps.Runner<int, int>();

        await Parallel.ForAsync(0, Runs, async (run, token) =>
        {
            var result = await runner.RunAsync(run, cancellationToken: token);
            result.Usage.Total.Should().BeOneOf([0L, 1_000_000L], "a step has at most its own call");
            result.Cost.Should().Be(result.Usage.Total == 0 ? null : 2m);
        });
        await Task.WhenAll(left);

        host.Records.Sum(r => r.Usage.Total).Should().Be(Runs * 1_000_000L);
        host.Records.Sum(r => r.Cost).Should().Be(Runs * 2m);
        host.Records.Count(r => r.Usage.Total > 0).Should().Be(Runs);
    }
}
