using FluentAssertions;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Pipeline.DependencyInjection;
using Pipeline.Steps;
using Pipeline.Workers;
using Xunit;

namespace Pipeline.Diagnostics;

public sealed class ConfigurationCheckTests
{
    [Fact]
    public async Task What_can_be_made_is_counted()
    {
        var result = await new DoctorHost().AskAsync("configuration.valid", builder => builder
            .AddQueue("a").AddQueue("b").AddWorker<NullHandler>("a").AddStep<string, string>("answer", (input, _, _) => new(input)));

        result.Should().Be(DoctorResult.Ok("2 queues, 1 worker, 1 step and 0 chains can be made as declared and configured."));
    }

    [Fact]
    public async Task Everything_that_is_wrong_is_told_with_its_mend_and_once()
    {
        var host = new DoctorHost { Configuration = Suite.ConfigureJson("""{ "Steps": { "answr": { "TotalTimeout": "00:00:01" } } }""") };

        var result = await host.AskAsync("configuration.valid", builder => builder
            .AddQueue("a", options => (options.MaxDeliveries, options.MaxBodyBytes) = (0, 0))
            .AddQueue("b")
            .AddWorker("b", "ingest")
            .AddWorker<NullHandler>("a", options => options.Concurrency = 0)
            .AddStep<string, string>("answer", (input, _, _) => new(input), step => step.Timeout(TimeSpan.Zero)));

        result.Status.Should().Be(DoctorStatus.Error);
        result.Summary.Should().Be(
            "'Pipeline:Steps:answr' configures 'answr', which is not declared in code; declared are: 'answer'. "
            + "Queue 'a': MaxBodyBytes is 0. Queue 'a': MaxDeliveries is 0. "
            + "A worker on queue 'b' asks for 'ingest' in Chains, which is not declared. "
            + "Worker 'a': Concurrency is 0. "
            + "Step 'answer': TotalTimeout is 00:00:00.");
        result.Mend.Should().Be(
            "Correct the name, or remove the section. Give a value from 1 to 67108864 bytes. Give a value from 1 to 1000. Declare it, or correct the name. "
            + "Give a value from 00:00:00.0100000 to 1.00:00:00.");
    }

    [Theory]
    [InlineData("Queues:a:MaxDeliveries", "many", "cannot be read as QueueOptions")]
    [InlineData("Queues:a:MaxDeliverys", "3", "cannot be read as QueueOptions")]
    [InlineData("Quues:a:MaxDeliveries", "3", "'Pipeline:Quues' is no setting of the suite")]
    [InlineData("Queues:a", "3", "'Pipeline:Queues:a' is a single value.")]
    [InlineData("RateLimiting:Rules:x", "100/60", "which is no rate limit rule that was declared in code")]
    [InlineData("Caching:Presets:x:FreshFor", "00:00:01", "configures the cache preset 'x'")]
    public async Task A_setting_that_is_wrong_or_names_nothing_is_an_error(string path, string value, string problem)
    {
        var result = await new DoctorHost { Configuration = Suite.Configure(path, value) }.AskAsync("configuration.valid", builder => builder.AddQueue("a"));

        result.Status.Should().Be(DoctorStatus.Error);
        result.Summary.Should().Contain(problem);
    }

    [Fact]
    public async Task What_a_constructor_of_the_hosts_throws_is_told_by_its_type_alone()
    {
        var result = await new DoctorHost().AskAsync("configuration.valid", builder => builder.AddQueue("a").AddWorker<FailingHandler>("a"));

        result.Should().Be(DoctorResult.Error("The suite cannot be made: FileNotFoundException.", "Start the application to see the exception, and mend what it names."));
    }

    [Fact]
    public async Task Other_checks_say_that_they_could_not_look_and_where_the_cause_is_told()
    {
        foreach (var check in new[] { "queue.workers", "queue.deliveries", "queue.dead-letters", "worker.memory" })
        {
            (await new DoctorHost().AskAsync(check, builder => builder.AddQueue("a", options => options.MaxDeliveries = 0))).Should().Be(DoctorResult.Error(
                "This cannot be looked at, since the configuration is wrong.", "Mend what the check configuration.valid reports first."), check);
        }
    }

    [Fact]
    public async Task Every_section_of_the_suite_is_looked_at()
    {
        var host = new DoctorHost
        {
            Configuration = Suite.ConfigureJson(
                """{ "Caching": { "MaxValueBytes": 0 }, "RateLimiting": { "OutageBudget": "0" }, "Learning": { "RecallBudget": "0" }, "Telemetry": { "BatchSize": 0 } }"""),
        };

        var result = await host.AskAsync("configuration.valid", _ => { });

        result.Summary.Should().Contain("MaxValueBytes is 0").And.Contain("OutageBudget is 00:00:00").And.Contain("RecallBudget is 00:00:00").And.Contain("BatchSize is 0");
    }

    [Fact]
    public async Task A_named_suites_checks_name_its_own_configuration_check()
    {
        var result = await new DoctorHost { SuiteName = "docs" }.AskAsync("docs/queue.workers", builder => builder.AddQueue("a", options => options.MaxDeliveries = 0));

        result.Mend.Should().Be("Mend what the check docs/configuration.valid reports first.");
    }

    [Fact]
    public async Task What_else_keeps_a_check_from_looking_is_told_as_it_is()
    {
        var result = await new DoctorHost().AskAsync("cache.invalidation", builder => builder.SetRole<Caching.ICacheBackend>(
            "UseBroken", _ => throw new InvalidOperationException("The cache is upside down. Turn it over.")));

        result.Should().Be(DoctorResult.Error("This cannot be looked at: The cache is upside down.", "Turn it over."));
    }

    [Fact]
    public async Task No_check_of_the_suite_fails_by_itself_whatever_is_wrong()
    {
        var host = new DoctorHost
        {
            Configuration = Suite.ConfigureJson(
                """{ "Queues": { "a": { "Capacity": "x" } }, "Workers": "3", "Steps": { "answer": { "Retry": { "MaxRetryAttempts": 2147483647 } } }, "Caching": { "Memory": 1 }, "RateLimiting": { "Rules": { "r": "1/0" } } }"""),
        };
        await using var provider = host.Build(builder => builder
            .AddQueue("a").AddWorker<NullHandler>("a").AddRateLimitRule("r", RateLimiting.RateLimitRule.PerDay(1)).AddStep<string, string>("answer", (input, _, _) => new(input)));

        var report = await provider.GetRequiredService<Doctor>().RunAsync();

        report.ExitCode.Should().Be(1);
        report.Rows.Should().NotContain(row => row.Result.Summary.Contains("check itself failed", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_suite_without_anything_has_no_error()
    {
        await using var provider = new DoctorHost().Build(_ => { });

        var report = await provider.GetRequiredService<Doctor>().RunAsync();

        report.Rows.Where(row => row.Result.Status == DoctorStatus.Error).Should().BeEmpty();
    }

    [Fact]
    public async Task Nothing_of_the_configuration_checks_writes_to_what_was_declared()
    {
        await using var provider = new DoctorHost().Build(builder => builder.AddQueue<string>("a").AddStep<string, int>("count", (_, _, _) => new(1)).AddStepWorker("a", "count"));

        await provider.GetRequiredService<Doctor>().RunAsync();

        // The doctor has made the worker, and left it alone: it can still be run.
        await provider.GetRequiredKeyedService<QueueWorker>("a").RunUntilIdleAsync();
    }

    [Fact]
    public async Task An_empty_section_is_a_warning()
    {
        var missing = new ConfigurationBuilder().AddInMemoryCollection([new("Pipeline:Queues:a:Capacity", "1")]).Build();

        (await new DoctorHost { Configuration = missing.GetSection("Pipelin") }.AskAsync("configuration.section", _ => { })).Should().Be(DoctorResult.Warning(
            "The section 'Pipelin' was given to AddPipeline and is empty, so that every setting has its default.",
            "Correct the section's name in the code or in the configuration; where all settings are meant to be the code's, call AddPipeline without a section."));
        (await new DoctorHost { Configuration = new ConfigurationBuilder().Build() }.AskAsync("configuration.section", _ => { })).Summary.Should().StartWith("The configuration was given");
        (await new DoctorHost { Configuration = missing.GetSection("Pipeline") }.AskAsync("configuration.section", _ => { })).Should().Be(DoctorResult.Ok("The section 'Pipeline' has 1 section."));
        (await new DoctorHost().AskAsync("configuration.section", _ => { })).Should().Be(DoctorResult.Ok("The suite is set up in code alone."));
    }

    private sealed class NullHandler : IMessageHandler
    {
        public ValueTask HandleAsync(MessageContext context, CancellationToken cancellationToken) => default;
    }

    private sealed class FailingHandler : IMessageHandler
    {
        public FailingHandler() => throw new FileNotFoundException("password=secret");

        public ValueTask HandleAsync(MessageContext context, CancellationToken cancellationToken) => default;
    }
}
