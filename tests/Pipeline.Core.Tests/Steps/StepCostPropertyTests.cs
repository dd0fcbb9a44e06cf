using System.Numerics;
using FluentAssertions;
using Microsoft.Extensions.DependencyInjection;
using Pipeline.DependencyInjection;
using Pipeline.Telemetry;
using Xunit;

namespace Pipeline.Steps;

/// <summary>
/// Money, end to end: calls that are retried, fail, are cached and shared, and corrections of their costs, in random order and at the same time. The
/// totals that can be read back are exact to the last decimal, against whole numbers without bounds.
/// </summary>
public sealed class StepCostPropertyTests
{
    private const int Seeds = 20;
    private const int Actions = 150;

    private static readonly string[] Models = ["a", "b", "c"];

    [Fact(Timeout = StepCacheHost.TimeLimit)]
    public async Task Totals_are_exact_to_the_last_decimal()
    {
        for (var seed = 1; seed <= Seeds; seed++)
        {
            await RunAsync(new Random(seed), $"seed {seed}");
        }
    }

    private static async Task RunAsync(Random random, string because)
    {
        var prices = Models.ToDictionary(model => model, _ => (Input: random.NextInt64(1_000_000_000), Output: random.NextInt64(1_000_000_000)), StringComparer.Ordinal);
        var spent = BigInteger.Zero;
        var gate = new Lock();
        await using var host = new StepCacheHost(suite => suite
            .ConfigurePrices(table =>
            {
                table.Version = "1";
                foreach (var (model, price) in prices)
                {
                    table.Models[model] = new ModelPrices { Input = Price(price.Input), Output = Price(price.Output) };
                }
            })
            .AddStep<Order, string>("step", StepAsync, step => step.Retry(3, delay: TimeSpan.Zero))
            .AddStep<Order, Reply>(
                "cached",
                async (order, context, token) => new Reply(await StepAsync(order, context, token)),
                step => step.Cache(TimeSpan.FromHours(1), cache => cache.Key(order => $"{order.Key}")).Retry(3, delay: TimeSpan.Zero)));
        var sinks = host.Services.GetRequiredService<TelemetrySinks>();

        List<Task> calls = [];
        for (var i = 0; i < Actions; i++)
        {
            var order = Order.Draw(random);
            calls.Add(random.Next(2) == 0 ? CallAsync<string>(host, order) : CallAsync<Reply>(host, order));
            if (random.Next(4) == 0 && host.Sink.Records.LastOrDefault(r => r.Cost > 0) is { Cost: not null } record)
            {
                var correction = random.NextInt64(-1_000_000, 1_000_000);
                lock (gate)
                {
                    spent += correction;
                }

                foreach (var sink in sinks)
                {
                    sink.TryEmit(record with
                    {
                        Id = Guid.NewGuid(),
                        CorrectionOf = record.Id,
                        Cost = new decimal(correction) / 1_000_000_000_000m,
                        CostAvoided = 0,
                        Usage = default,
                    });
                }
            }
        }

        await Task.WhenAll(calls);
        await sinks.FlushAsync();

        var query = TelemetryQuery.AcrossTenants(DateTimeOffset.UnixEpoch, DateTimeOffset.MaxValue);
        var report = await host.Services.GetRequiredService<ITelemetryReader>().SummarizeAsync(query);
        Units(report.Rows.Sum(row => row.Cost)).Should().Be(spent, because);
        Units(host.Sink.Records.Sum(r => r.Cost ?? 0)).Should().Be(spent, because);

        async ValueTask<string> StepAsync(Order order, StepContext context, CancellationToken cancellationToken)
        {
            var (input, output) = (order.Input * context.Attempt, order.Output);
            foreach (var model in order.Models)
            {
                lock (gate)
                {
                    spent += (input * (BigInteger)prices[model].Input) + (output * (BigInteger)prices[model].Output);
                }

                context.ReportUsage(new TokenUsage { UncachedInput = input, Output = output }, model);
                await Task.Yield();
            }

            return context.Attempt <= order.Failures ? throw new FormatException() : "answer";
        }
    }

    private static async Task CallAsync<TOut>(StepCacheHost host, Order order)
    {
        try
        {
            await host.Runner<Order, TOut>().RunAsync(order);
        }
        catch (FormatException)
        {
            // What it used is billed all the same.
        }
    }

    private static decimal Price(long millionths) => new decimal(millionths) / 1_000_000m;

    private static BigInteger Units(decimal amount) => new(amount * 1_000_000_000_000m);

    private sealed record Order(int Key, int Failures, long Input, long Output, IReadOnlyList<string> Models)
    {
        public static Order Draw(Random random) => new(
            random.Next(10),
            random.Next(3) == 0 ? random.Next(6) : 0,
            random.NextInt64(100_000),
            random.NextInt64(100_000),
            [.. StepCostPropertyTests.Models.Take(random.Next(StepCostPropertyTests.Models.Length + 1))]);
    }
}
