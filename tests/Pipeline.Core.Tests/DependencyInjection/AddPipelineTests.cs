using FluentAssertions;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Pipeline.Queues;
using Pipeline.Workers;
using Pipeline.Telemetry;
using Xunit;

namespace Pipeline.DependencyInjection;

public sealed class AddPipelineTests
{
    [Fact(Timeout = WorkerHost.TimeLimit)]
    public async Task A_bare_collection_will_do()
    {
        var handling = new Tally();
        var services = new ServiceCollection();
        services.AddSingleton(new DelegateHandler((_, _) =>
        {
            handling.Enter();
            return default;
        }));
        services.AddPipeline().AddQueue<Document>("documents").AddWorker<DelegateHandler>("documents");
        await using var provider = services.BuildServiceProvider(new ServiceProviderOptions { ValidateOnBuild = true, ValidateScopes = true });

        await provider.StartPipelineAsync();
        await provider.GetRequiredService<IQueue<Document>>().EnqueueAsync(new Document("a"));
        await provider.GetRequiredKeyedService<QueueWorker>("documents").RunUntilIdleAsync();

        handling.Count.Should().Be(1);
        provider.GetRequiredService<IQueueProvider>().Should().BeOfType<InMemoryQueueProvider>();
    }

    [Fact]
    public void A_suite_with_nothing_declared_starts()
    {
        using var provider = Suite.Build(_ => { });

        provider.StartPipelineAsync().IsCompletedSuccessfully.Should().BeTrue();
    }

    [Fact(Timeout = WorkerHost.TimeLimit)]
    public async Task A_second_call_adds_to_the_same_suite()
    {
        var configuration = Suite.Configure("Queues:documents:MaxDeliveries", "7");
        var services = new ServiceCollection();
        services.AddPipeline().AddQueue("documents");
        services.AddPipeline(configuration).AddQueue("images");
        services.AddPipeline(configuration);
        await using var provider = services.BuildServiceProvider();

        provider.GetServices<IHostedService>().Should().ContainSingle();
        provider.GetServices<IQueueProvider>().Should().ContainSingle().Which.Catalog.Definitions.Keys.Should().BeEquivalentTo("documents", "images");
        provider.GetRequiredKeyedService<IQueue>("documents").Definition.Options.MaxDeliveries.Should().Be(7);
        await provider.StartPipelineAsync();
    }

    [Fact]
    public void Two_sections_for_one_suite_are_refused()
    {
        var services = new ServiceCollection();
        services.AddPipeline(Suite.Configure("Queues:a:MaxDeliveries", "7"));

        var act = () => services.AddPipeline(Suite.Configure("Queues:a:MaxDeliveries", "8"));

        act.Should().Throw<InvalidOperationException>().WithMessage("*two configuration sections for one suite. Give it one, or give the second suite a name.");
    }

    [Fact]
    public void What_the_host_registered_before_is_left_alone()
    {
        var services = new ServiceCollection();
        var clock = new Conformance.ManualTimeProvider();
        services.AddSingleton<TimeProvider>(clock);
        services.AddPipeline();
        using var provider = services.BuildServiceProvider();

        provider.GetRequiredService<TimeProvider>().Should().BeSameAs(clock);
    }

    [Fact]
    public void A_bad_name_is_refused()
    {
        var services = new ServiceCollection();
        var control = () => services.AddPipeline("a\u0001b");
        var length = () => services.AddPipeline(new string('x', 513));
        var nothing = () => services.AddPipeline(name: null!);

        control.Should().Throw<ArgumentException>().WithMessage("*control character U+0001*").WithParameterName("name");
        length.Should().Throw<ArgumentException>().WithMessage("*513 bytes*").WithParameterName("name");
        nothing.Should().Throw<ArgumentNullException>().WithParameterName("name");
    }

    [Fact]
    public void A_builder_of_someone_else_is_refused()
    {
        var act = () => new ForeignBuilder().AddQueue("documents");

        act.Should().Throw<ArgumentException>().WithMessage("*not one that AddPipeline returned*").WithParameterName("builder");
    }

    private sealed class ForeignBuilder : IPipelineBuilder
    {
        public string Name => "";

        public IServiceCollection Services { get; } = new ServiceCollection();

        public IPipelineBuilder SetRole<TRole>(string claimedBy, Func<IServiceProvider, TRole> factory)
            where TRole : class => this;

        public IPipelineBuilder AddTelemetryStore(Func<IServiceProvider, ITelemetryStore> factory) => this;
    }
}
