using FluentAssertions;
using Microsoft.Extensions.DependencyInjection;
using Pipeline.Queues;
using Pipeline.Telemetry;
using Xunit;

namespace Pipeline.DependencyInjection;

public sealed class RoleTests
{
    [Fact]
    public void A_backend_takes_the_place_of_the_default_whichever_is_declared_first()
    {
        var services = new ServiceCollection();
        services.AddPipeline().AddQueue("documents").SetRole<IQueueProvider>("UseOther", Make);
        services.AddPipeline();
        using var provider = services.BuildServiceProvider();

        provider.GetServices<IQueueProvider>().Should().ContainSingle().Which.Should().BeOfType<OtherProvider>();
        provider.GetRequiredKeyedService<IQueue>("documents").Should().BeSameAs(provider.GetRequiredService<IQueueProvider>().GetQueue("documents"));
    }

    [Fact]
    public void A_role_that_is_claimed_twice_names_both_calls_and_the_mend()
    {
        var builder = new ServiceCollection().AddPipeline().SetRole<IQueueProvider>("UseRedis", Make);

        var act = () => builder.SetRole<IQueueProvider>("UsePostgres", Make);

        act.Should().Throw<InvalidOperationException>()
            .WithMessage("The role IQueueProvider is claimed twice: by UseRedis and by UsePostgres. Keep one of the calls, or narrow one of them*");
    }

    [Fact]
    public void Roles_of_different_suites_do_not_conflict()
    {
        var services = new ServiceCollection();
        services.AddPipeline().SetRole<IQueueProvider>("UseRedis", Make);
        services.AddPipeline("red").SetRole<IQueueProvider>("UsePostgres", provider => new OtherProvider(provider.GetRequiredKeyedService<QueueCatalog>("red")));
        services.AddPipeline("blue");
        using var provider = services.BuildServiceProvider();

        provider.GetRequiredService<IQueueProvider>().Should().BeOfType<OtherProvider>();
        provider.GetRequiredKeyedService<IQueueProvider>("red").Should().BeOfType<OtherProvider>();
        provider.GetRequiredKeyedService<IQueueProvider>("blue").Should().BeOfType<InMemoryQueueProvider>();
    }

    [Fact]
    public void What_reads_telemetry_can_be_claimed_like_any_role()
    {
        var builder = new ServiceCollection().AddPipeline().SetRole<ITelemetryReader>("UseReader", _ => null!);

        builder.Services.Should().ContainSingle(descriptor => descriptor.ServiceType == typeof(ITelemetryReader));
    }

    [Fact]
    public void The_container_disposes_what_plays_the_role()
    {
        var services = new ServiceCollection();
        services.AddPipeline().SetRole<IQueueProvider>("UseOther", Make);
        var provider = services.BuildServiceProvider();
        var role = (OtherProvider)provider.GetRequiredService<IQueueProvider>();

        provider.Dispose();

        role.IsDisposed.Should().BeTrue();
    }

    [Fact]
    public void Bad_arguments_are_named()
    {
        var builder = new ServiceCollection().AddPipeline();

        var nameless = () => builder.SetRole<IQueueProvider>("", Make);
        var nothing = () => builder.SetRole<IQueueProvider>("UseOther", null!);

        nameless.Should().Throw<ArgumentException>().WithParameterName("claimedBy");
        nothing.Should().Throw<ArgumentNullException>().WithParameterName("factory");
    }

    private static OtherProvider Make(IServiceProvider services) => new(services.GetRequiredService<QueueCatalog>());

    private sealed class OtherProvider(QueueCatalog catalog) : IQueueProvider, IDisposable
    {
        private readonly InMemoryQueueProvider _inner = new(catalog, TimeProvider.System);

        public bool IsDisposed { get; private set; }

        public QueueCatalog Catalog => catalog;

        public IQueue GetQueue(string name) => _inner.GetQueue(name);

        public void Dispose()
        {
            IsDisposed = true;
            _inner.Dispose();
        }
    }
}
