using FluentAssertions;
using Microsoft.Extensions.DependencyInjection;
using Pipeline.DependencyInjection;
using Pipeline.Workers;
using Xunit;

namespace Pipeline.State;

public sealed class StateRegistrationTests
{
    [Fact(Timeout = WorkerHost.TimeLimit)]
    public async Task A_bare_collection_has_state_keys_and_tasks()
    {
        await using var provider = Suite.Build(_ => { });
        await provider.StartPipelineAsync();

        provider.GetRequiredService<IStateStore>().Should().BeOfType<InMemoryStateStore>();
        (await provider.GetRequiredService<IIdempotencyStore>().BeginAsync(new("acme", "key", "a"))).Status.Should().Be(IdempotencyStatus.Started);
        (await provider.GetRequiredService<ITaskTracker>().CreateAsync("acme", "1")).IsNew.Should().BeTrue();
        provider.GetRequiredService<ITaskTracker>().Should().BeSameAs(provider.GetRequiredService<ITaskTracker>());
        var store = provider.GetRequiredService<IStateStore>();
        (await store.ListAsync("tasks")).Items.Should().ContainSingle("keys and tasks stand on the store");
        (await store.ListAsync("idempotency")).Items.Should().ContainSingle();
    }

    [Fact(Timeout = WorkerHost.TimeLimit)]
    public async Task Suites_that_share_one_backend_do_not_meet()
    {
        var shared = new InMemoryStateStore();
        var services = new ServiceCollection();
        services.AddPipeline().SetRole<IStateStore>("UseShared", _ => shared);
        services.AddPipeline("red").SetRole<IStateStore>("UseShared", _ => shared);
        await using var provider = services.BuildServiceProvider();
        var (main, red) = (provider.GetRequiredService<ITaskTracker>(), provider.GetRequiredKeyedService<ITaskTracker>("red"));

        (await main.CreateAsync("acme", "1")).IsNew.Should().BeTrue();
        (await red.GetAsync("acme", "1")).Should().BeNull();
        (await red.CreateAsync("acme", "1")).IsNew.Should().BeTrue();
        (await provider.GetRequiredService<IIdempotencyStore>().BeginAsync(new("acme", "key", "a"))).Status.Should().Be(IdempotencyStatus.Started);
        (await provider.GetRequiredKeyedService<IIdempotencyStore>("red").BeginAsync(new("acme", "key", "b"))).Status.Should().Be(IdempotencyStatus.Started);

        foreach (var space in new[] { "tasks", "tasks.due", "idempotency", "red/tasks", "red/tasks.due", "red/idempotency" })
        {
            (await shared.ListAsync(space)).Items.Should().ContainSingle(space);
        }
    }

    [Fact]
    public void Each_suite_has_a_store_of_its_own_unless_it_is_given_one()
    {
        var services = new ServiceCollection();
        services.AddPipeline();
        services.AddPipeline("red");
        using var provider = services.BuildServiceProvider();

        provider.GetRequiredService<IStateStore>().Should().NotBeSameAs(provider.GetRequiredKeyedService<IStateStore>("red"));
    }

    [Fact]
    public void A_space_that_is_no_name_is_refused()
    {
        var store = new InMemoryStateStore();
        var tasks = () => new StateTaskTracker(store, space: new string('s', 510));
        var keys = () => new StateIdempotencyStore(store, space: "");

        tasks.Should().Throw<ArgumentException>().WithParameterName("space");
        keys.Should().Throw<ArgumentException>().WithParameterName("space");
    }
}
