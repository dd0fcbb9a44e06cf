using FluentAssertions;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Pipeline.Caching;
using Pipeline.Queues;
using Pipeline.RateLimiting;
using Pipeline.Steps;
using Pipeline.Workers;
using Xunit;

namespace Pipeline.DependencyInjection;

public sealed class BadConfigurationTests
{
    public static TheoryData<string, string?, string> Mistakes => new()
    {
        // An unknown section or item.
        { "Queue:documents:MaxDeliveries", "7", "'Pipeline:Queue' is no setting of the suite. Its sections are Queues, Steps, Chains, Workers, Caching, RateLimiting, Learning, Telemetry. Correct*" },
        { "Concurrency", "7", "'Pipeline:Concurrency' is no setting of the suite.*" },
        { "Queues:document:MaxDeliveries", "7", "'Pipeline:Queues:document' configures 'document', which is not declared in code; declared are: 'documents'.*" },
        { "Workers:document:Concurrency", "7", "'Pipeline:Workers:document' configures 'document', which is not declared*'documents'. Correct the name, or remove*" },
        { "Steps:counts:MaxQueued", "7", "'Pipeline:Steps:counts' configures 'counts'*'count'*" },
        { "Chains:ingests:Enabled", "true", "'Pipeline:Chains:ingests' configures 'ingests'*'ingest'*" },
        { "Caching:Presets:answer:FreshFor", "00:01:00",
            "'Pipeline:Caching:Presets:answer' configures the cache preset 'answer', which is not declared in code; declared are: 'answers'. Correct the name, or declare it with AddCachePreset." },
        { "RateLimiting:Rules:per-user", "100/60",
            "'Pipeline:RateLimiting:Rules:per-user' gives a limit to 'per-user', which is no rate limit rule*declared are: 'per-tenant'. Correct the name, or declare it with AddRateLimitRule." },

        // A misspelt setting.
        { "Caching:Deflaut:FreshFor", "00:01:00", "'Pipeline:Caching' cannot be read as TieredCacheOptions*'Deflaut'*Correct the setting, or remove it." },
        { "Caching:Default:FreshForever", "00:01:00", "'Pipeline:Caching' cannot be read as TieredCacheOptions*'FreshForever'*Correct the setting, or remove it." },
        { "Caching:Memory:Entries", "7", "'Pipeline:Caching' cannot be read as TieredCacheOptions*'Entries'*Correct the setting, or remove it." },
        { "Caching:Presets:answers:Fresh", "00:01:00", "'Pipeline:Caching' cannot be read as TieredCacheOptions*'Fresh'*Correct the setting, or remove it." },
        { "RateLimiting:Budget", "00:00:01", "'Pipeline:RateLimiting' cannot be read as RateLimitingOptions*'Budget'*Correct the setting, or remove it." },
        { "Queues:documents:MaxDelivery", "7", "'Pipeline:Queues:documents' cannot be read as QueueOptions*'MaxDelivery'*Correct the setting, or remove it." },
        { "Workers:documents:Concurency", "7", "'Pipeline:Workers:documents' cannot be read as QueueWorkerOptions*'Concurency'*Correct the setting, or remove it." },
        { "Steps:count:Retry:Attempts", "7", "'Pipeline:Steps:count' cannot be read as StepOptions*'Attempts'*Correct the setting, or remove it." },
        { "Chains:ingest:Disabled", "true", "'Pipeline:Chains:ingest' cannot be read as ChainOptions*'Disabled'*Correct the setting, or remove it." },

        // A value of the wrong kind.
        { "Queues:documents:MaxDeliveries", "eight", "*'Pipeline:Queues:documents:MaxDeliveries' to type 'System.Int32'*Correct the setting, or remove it." },
        { "Queues:documents:WhenFull", "Explode", "*'Pipeline:Queues:documents:WhenFull' to type *QueueFullMode'*" },
        { "Queues:documents:TenantWeights:acme", "much", "*'Pipeline:Queues:documents:TenantWeights:acme' to type 'System.Int32'*" },
        { "Workers:documents:Lease", "soon", "*'Pipeline:Workers:documents:Lease' to type 'System.TimeSpan'*" },
        { "Workers:documents:RetrySchedule:0", "soon", "*'Pipeline:Workers:documents:RetrySchedule:0' to type 'System.TimeSpan'*" },
        { "Steps:count:Retry:UseJitter", "maybe", "*'Pipeline:Steps:count:Retry:UseJitter' to type 'System.Boolean'*" },
        { "Chains:ingest:Enabled", "perhaps", "*'Pipeline:Chains:ingest:Enabled' to type 'System.Boolean'*" },
        { "Caching:MaxValueBytes", "much", "*'Pipeline:Caching:MaxValueBytes' to type 'System.Int32'*Correct the setting, or remove it." },
        { "Caching:Memory:MaxBytes", "1e9", "*'Pipeline:Caching:Memory:MaxBytes' to type 'System.Int64'*" },
        { "Caching:Default:FreshFor", "soon", "*'Pipeline:Caching:Default:FreshFor' to type 'System.TimeSpan'*" },
        { "Caching:Presets:answers:Jitter", "some", "*'Pipeline:Caching:Presets:answers:Jitter' to type 'System.Double'*" },
        { "RateLimiting:OutageBudget", "soon", "*'Pipeline:RateLimiting:OutageBudget' to type 'System.TimeSpan'*" },

        // A limit that is none.
        { "RateLimiting:Rules:per-tenant", "100", "'Pipeline:RateLimiting:Rules:per-tenant': *" },
        { "RateLimiting:Rules:per-tenant", "", "'Pipeline:RateLimiting:Rules:per-tenant': *" },
        { "RateLimiting:Rules:per-tenant", "0/60", "'Pipeline:RateLimiting:Rules:per-tenant': *" },
        { "RateLimiting:Rules:per-tenant", "1e9/1", "'Pipeline:RateLimiting:Rules:per-tenant': *" },
        { "RateLimiting:Rules:per-tenant", "100/0", "'Pipeline:RateLimiting:Rules:per-tenant': *" },
        { "RateLimiting:Rules:per-tenant", "-1/60", "'Pipeline:RateLimiting:Rules:per-tenant': *" },
        { "RateLimiting:Rules:per-tenant", "NaN/60", "'Pipeline:RateLimiting:Rules:per-tenant': *" },

        // A value out of range.
        { "Caching:MaxValueBytes", "0", "The cache: MaxValueBytes is 0. Give a value from 1 to 67108863 bytes." },
        { "Caching:Memory:MaxEntries", "0", "The cache's memory: MaxEntries is 0. Give a value from 1 to 1000000000 entries." },
        { "Caching:Default:FreshFor", "-00:00:01", "The default cache entry: FreshFor is -00:00:01. Give a value from *" },
        { "Caching:Default:Jitter", "NaN", "The default cache entry: Jitter is NaN. Give a value from 0 to 0.99." },
        { "Caching:Presets:answers:Jitter", "1", "Cache preset 'answers': Jitter is 1. Give a value from 0 to 0.99." },
        { "RateLimiting:OutageBudget", "00:01:00", "RateLimiting: OutageBudget is 00:01:00. Give a value from *" },
        { "RateLimiting:BlockSize", "0", "RateLimiting: BlockSize is 0. Give a value from 1 to 100000 permits." },
        { "RateLimiting:BlockSize", "-5", "RateLimiting: BlockSize is -5. Give a value from 1 to 100000 permits." },
        { "RateLimiting:BlockSize", "100001", "RateLimiting: BlockSize is 100001. Give a value from 1 to 100000 permits." },
        { "Queues:documents:MaxDeliveries", "0", "Queue 'documents': MaxDeliveries is 0. Give a value from 1 to 1000." },
        { "Queues:documents:TenantWeights:acme", "101", "Queue 'documents': TenantWeights:acme is 101. Give a value from 1 to 100." },
        { "Workers:documents:Concurrency", "1001", "Worker 'documents': Concurrency is 1001. Give a value from 1 to 1000." },
        { "Steps:count:MaxConcurrency", "0", "Step 'count': MaxConcurrency is 0. Give a value from 1 to 100000 calls." },
        { "Chains:ingest:Timeout", "2.00:00:00", "Chain 'ingest': Timeout is 2.00:00:00. Give a value from *" },

        // A single value where a section belongs, and the other way round.
        { "Queues", "7", "'Pipeline:Queues' is a single value. Give it a section*" },
        { "Queues:documents", "7", "'Pipeline:Queues:documents' is a single value. Give it a section with settings of QueueOptions." },
        { "Workers:documents", "fast", "'Pipeline:Workers:documents' is a single value. Give it a section with settings of QueueWorkerOptions." },
        { "Queues:documents:TenantWeights", "7", "'Pipeline:Queues:documents:TenantWeights' is a single value.*" },
        { "Workers:documents:RetrySchedule", "00:00:01", "'Pipeline:Workers:documents:RetrySchedule' is a single value.*" },
        { "Steps:count:Retry", "true", "'Pipeline:Steps:count:Retry' is a single value.*" },
        { "Steps:count:CircuitBreaker", "true", "'Pipeline:Steps:count:CircuitBreaker' is a single value.*" },
        { "Steps:count:ModelTimeouts", "00:00:01", "'Pipeline:Steps:count:ModelTimeouts' is a single value.*" },
        { "Caching", "fast", "'Pipeline:Caching' is a single value. Give it a section with settings of TieredCacheOptions." },
        { "Caching:Presets:answers", "fast", "'Pipeline:Caching:Presets:answers' is a single value.*" },
        { "RateLimiting", "off", "'Pipeline:RateLimiting' is a single value. Give it a section with settings of RateLimitingOptions." },
        { "Caching:MaxValueBytes:a", "7", "'Pipeline:Caching:MaxValueBytes' is a section. Give it a single value." },
        { "Caching:Presets:answers:FreshFor:a", "7", "'Pipeline:Caching:Presets:answers:FreshFor' is a section. Give it a single value." },
        { "RateLimiting:Rules:per-tenant:Limit", "7", "'Pipeline:RateLimiting:Rules:per-tenant' is a section. Give it a single value." },
        { "Queues:documents:MaxDeliveries:a", "7", "'Pipeline:Queues:documents:MaxDeliveries' is a section. Give it a single value." },
        { "Queues:documents:TenantWeights:acme:a", "7", "'Pipeline:Queues:documents:TenantWeights:acme' is a section. Give it a single value." },
    };

    public static TheoryData<string> Sections => [.. SectionsOf("Queues:documents", typeof(QueueOptions))
        .Concat(SectionsOf("Workers:documents", typeof(QueueWorkerOptions)))
        .Concat(SectionsOf("Steps:count", typeof(StepOptions)))
        .Concat(SectionsOf("Chains:ingest", typeof(ChainOptions)))
        .Concat(SectionsOf("Caching", typeof(TieredCacheOptions)))
        .Concat(SectionsOf("Caching:Memory", typeof(CacheMemoryOptions)))
        .Concat(SectionsOf("Caching:Default", typeof(CacheEntryPreset)))
        .Concat(SectionsOf("RateLimiting", typeof(RateLimitingOptions)))];

    [Theory(Timeout = WorkerHost.TimeLimit)]
    [MemberData(nameof(Sections))]
    public async Task Every_setting_that_has_settings_of_its_own_is_refused_as_a_single_value(string setting)
    {
        await using var provider = Suite.Build(Declare, Suite.Configure(setting, "true"));

        var act = () => provider.StartPipelineAsync();

        (await act.Should().ThrowAsync<InvalidOperationException>()).WithMessage($"'Pipeline:{setting}' is a single value.*");
    }

    [Theory(Timeout = WorkerHost.TimeLimit)]
    [MemberData(nameof(Mistakes))]
    public async Task A_mistake_names_the_path_the_problem_and_the_mend(string path, string? value, string message)
    {
        await using var provider = Suite.Build(Declare, Suite.Configure(path, value));

        var act = () => provider.StartPipelineAsync();

        (await act.Should().ThrowAsync<Exception>()).WithMessage(message);
    }

    [Theory]
    [MemberData(nameof(Mistakes))]
    public void A_mistake_in_another_configuration_is_found_without_a_start_and_changes_nothing(string path, string? value, string message)
    {
        using var provider = Suite.Build(Declare, Suite.Configure("Queues:documents:MaxDeliveries", "7"));
        var suite = provider.GetRequiredService<SuiteConfiguration>();

        var act = () => suite.Check(Suite.Configure(path, value));

        act.Should().Throw<Exception>().WithMessage(message);
        provider.GetRequiredService<QueueCatalog>().Get("documents").Options.MaxDeliveries.Should().Be(7);
    }

    [Fact(Timeout = WorkerHost.TimeLimit)]
    public async Task A_mistake_fails_the_start_of_a_host()
    {
        var builder = Host.CreateEmptyApplicationBuilder(settings: null);
        builder.Configuration["Pipeline:Workers:documents:Concurrency"] = "eight";
        Declare(builder.Services.AddPipeline(builder.Configuration.GetSection("Pipeline")));
        using var host = builder.Build();

        var act = () => host.StartAsync();

        (await act.Should().ThrowAsync<InvalidOperationException>()).WithMessage("*'Pipeline:Workers:documents:Concurrency' to type 'System.Int32'*");
    }

    [Fact]
    public void Without_a_start_the_first_use_finds_the_same()
    {
        using var provider = Suite.Build(Declare, Suite.Configure("Workers:documents:Concurrency", "eight"));

        var act = () => provider.GetRequiredKeyedService<QueueWorker>("documents");

        act.Should().Throw<InvalidOperationException>().WithMessage("*'Pipeline:Workers:documents:Concurrency' to type 'System.Int32'*");
    }

    private static IEnumerable<string> SectionsOf(string item, Type options) => options.GetProperties()
        .Where(property => property.CanWrite && !property.PropertyType.IsValueType && property.PropertyType != typeof(string))
        .Select(property => $"{item}:{property.Name}");

    private static void Declare(IPipelineBuilder builder) => builder
        .AddQueue<Document>("documents")
        .AddCachePreset("answers")
        .AddRateLimitRule("per-tenant", RateLimitRule.SlidingWindow(10, TimeSpan.FromMinutes(1)))
        .AddStep<Document, int>("count", (_, _, _) => new ValueTask<int>(1))
        .AddChain<Document>("ingest", chain => chain.Then("pass", (item, _, _) => ChainResult.Continue(item)))
        .AddWorker("documents", "ingest");
}
