using FluentAssertions;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Pipeline.Queues;
using Pipeline.Steps;
using Pipeline.Workers;
using Xunit;

namespace Pipeline.DependencyInjection;

public sealed class OptionsBindingTests
{
    private const string AllInJson = """
        {
          "Queues": {
            "documents": {
              "MaxBodyBytes": 1000, "MaxDeliveries": 7, "DeduplicationWindow": "00:10:00", "Capacity": 12, "WhenFull": "Wait",
              "DeadLetterBlocksOrderingKey": true, "TenantWeights": { "acme": 3, "other": 2 }
            }
          },
          "Workers": {
            "documents": {
              "Concurrency": 9, "Prefetch": 8, "Lease": "00:00:07", "HandlerTimeout": "00:00:06", "MaxRateLimitWait": "00:00:05",
              "RetryDelay": "00:00:04", "MaxRetryDelay": "00:00:40", "RetrySchedule": [ "00:00:01", "00:00:02" ], "DrainTimeout": "00:00:03"
            }
          },
          "Steps": {
            "count": {
              "TotalTimeout": "00:01:00", "AttemptTimeout": "00:00:10", "ModelTimeouts": { "large": "00:02:00" }, "MaxConcurrency": 5, "MaxQueued": 6,
              "Retry": { "MaxRetryAttempts": 2, "Delay": "00:00:01", "MaxDelay": "00:00:09", "UseJitter": false },
              "CircuitBreaker": { "FailureRatio": 0.25, "MinimumThroughput": 4, "SamplingDuration": "00:00:20", "BreakDuration": "00:00:15" }
            }
          },
          "Chains": { "ingest": { "Enabled": false, "Timeout": "00:03:00" } }
        }
        """;

    [Theory(Timeout = WorkerHost.TimeLimit)]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Every_setting_can_come_from_JSON_or_from_any_other_source(bool isJson)
    {
        var json = Suite.ConfigureJson(AllInJson);
        var configuration = isJson
            ? json
            : new ConfigurationBuilder().AddInMemoryCollection(json.AsEnumerable()).Build().GetSection("Pipeline");
        await using var provider = Suite.Build(Declare, configuration);
        await provider.StartPipelineAsync();

        provider.GetRequiredKeyedService<IQueue>("documents").Definition.Options.Should().BeEquivalentTo(new QueueOptions
        {
            MaxBodyBytes = 1_000,
            MaxDeliveries = 7,
            DeduplicationWindow = TimeSpan.FromMinutes(10),
            Capacity = 12,
            WhenFull = QueueFullMode.Wait,
            DeadLetterBlocksOrderingKey = true,
            TenantWeights = new Dictionary<string, int>(StringComparer.Ordinal) { ["acme"] = 3, ["other"] = 2 },
        }, options => options.ComparingByMembers<QueueOptions>());
        OptionsOf<QueueWorkerOptions>(provider, "documents").Should().BeEquivalentTo(new QueueWorkerOptions
        {
            Concurrency = 9,
            Prefetch = 8,
            Lease = TimeSpan.FromSeconds(7),
            HandlerTimeout = TimeSpan.FromSeconds(6),
            MaxRateLimitWait = TimeSpan.FromSeconds(5),
            RetryDelay = TimeSpan.FromSeconds(4),
            MaxRetryDelay = TimeSpan.FromSeconds(40),
            RetrySchedule = [TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(2)],
            DrainTimeout = TimeSpan.FromSeconds(3),
        }, options => options.ComparingByMembers<QueueWorkerOptions>());
        OptionsOf<StepOptions>(provider, "count").Should().BeEquivalentTo(new StepOptions
        {
            TotalTimeout = TimeSpan.FromMinutes(1),
            AttemptTimeout = TimeSpan.FromSeconds(10),
            ModelTimeouts = new Dictionary<string, TimeSpan>(StringComparer.Ordinal) { ["large"] = TimeSpan.FromMinutes(2) },
            MaxConcurrency = 5,
            MaxQueued = 6,
            Retry = new StepRetryOptions { MaxRetryAttempts = 2, Delay = TimeSpan.FromSeconds(1), MaxDelay = TimeSpan.FromSeconds(9), UseJitter = false },
            CircuitBreaker = new StepCircuitBreakerOptions
            {
                FailureRatio = 0.25,
                MinimumThroughput = 4,
                SamplingDuration = TimeSpan.FromSeconds(20),
                BreakDuration = TimeSpan.FromSeconds(15),
            },
        }, options => options.ComparingByMembers<StepOptions>().ComparingByMembers<StepRetryOptions>().ComparingByMembers<StepCircuitBreakerOptions>());
        OptionsOf<ChainOptions>(provider, "ingest").Should().Be(new ChainOptions { Enabled = false, Timeout = TimeSpan.FromMinutes(3) });
    }

    [Fact]
    public void The_page_of_all_settings_above_leaves_none_out()
    {
        Settings(typeof(QueueOptions)).Concat(Settings(typeof(QueueWorkerOptions))).Concat(Settings(typeof(StepOptions))).Concat(Settings(typeof(ChainOptions)))
            .Concat(Settings(typeof(StepRetryOptions))).Concat(Settings(typeof(StepCircuitBreakerOptions)))
            .Should().OnlyContain(setting => AllInJson.Contains($"\"{setting}\"", StringComparison.Ordinal));
    }

    [Fact]
    public void What_the_code_says_wins_and_what_nobody_says_is_the_default()
    {
        using var provider = Suite.Build(
            builder => builder
                .AddQueue<Document>("documents", queue => queue.MaxDeliveries = 2)
                .AddStep<Document, int>("count", (_, _, _) => new ValueTask<int>(1), step => step.Timeout(TimeSpan.FromSeconds(2)))
                .AddChain<Document>("ingest", chain => Pass(chain.Timeout(TimeSpan.FromSeconds(2))))
                .AddWorker("documents", "ingest", options => options.Concurrency = 2),
            Suite.ConfigureJson(AllInJson));

        var queue = provider.GetRequiredKeyedService<IQueue>("documents").Definition.Options;
        (queue.MaxDeliveries, queue.MaxBodyBytes).Should().Be((2, 1_000));
        var worker = OptionsOf<QueueWorkerOptions>(provider, "documents");
        (worker.Concurrency, worker.Prefetch).Should().Be((2, 8));
        var step = OptionsOf<StepOptions>(provider, "count");
        (step.TotalTimeout, step.AttemptTimeout).Should().Be((TimeSpan.FromSeconds(2), TimeSpan.FromSeconds(10)));
        var chain = OptionsOf<ChainOptions>(provider, "ingest");
        (chain.Timeout, chain.Enabled).Should().Be((TimeSpan.FromSeconds(2), false));
        using var bare = Suite.Build(Declare);
        bare.GetRequiredKeyedService<IQueue>("documents").Definition.Options.Should().BeEquivalentTo(new QueueOptions());
    }

    [Fact]
    public void Names_in_the_configuration_may_be_written_in_any_case()
    {
        using var provider = Suite.Build(Declare, Suite.Configure("queues:DOCUMENTS:maxdeliveries", "3"));

        provider.StartPipelineAsync().IsCompletedSuccessfully.Should().BeTrue();
        provider.GetRequiredKeyedService<IQueue>("documents").Definition.Options.MaxDeliveries.Should().Be(3);
    }

    [Fact(Timeout = WorkerHost.TimeLimit)]
    public async Task A_setting_that_is_null_or_empty_stays_as_it_was()
    {
        await using var provider = Suite.Build(Declare, Suite.ConfigureJson("""
            {
              "Queues": { "documents": { "MaxDeliveries": null, "Capacity": null, "TenantWeights": null } },
              "Workers": { "documents": { "Concurrency": null, "HandlerTimeout": null, "RetrySchedule": null } },
              "Steps": { "count": { "TotalTimeout": null, "Retry": null, "ModelTimeouts": null } },
              "Chains": { "ingest": null }
            }
            """));

        await provider.StartPipelineAsync();

        provider.GetRequiredKeyedService<IQueue>("documents").Definition.Options.Should().BeEquivalentTo(new QueueOptions());
        OptionsOf<ChainOptions>(provider, "ingest").Should().Be(new ChainOptions());
    }

    private static void Declare(IPipelineBuilder builder) => builder
        .AddQueue<Document>("documents")
        .AddStep<Document, int>("count", (_, _, _) => new ValueTask<int>(1))
        .AddChain<Document>("ingest", chain => Pass(chain))
        .AddWorker("documents", "ingest");

    private static void Pass(ChainBuilder<Document> chain) => chain.Then("pass", (item, _, _) => ChainResult.Continue(item));

    private static IEnumerable<string> Settings(Type options) => options.GetProperties().Where(property => property.CanWrite).Select(property => property.Name);

    private static TOptions OptionsOf<TOptions>(IServiceProvider services, string name) => services.GetRequiredService<IOptionsMonitor<TOptions>>().Get(name);
}
