using System.Globalization;
using Pipeline.Queues;
using Xunit;

namespace Pipeline.Conformance.Queues;

public abstract partial class QueueConformance
{
    [Fact(Timeout = TimeLimit)]
    public async Task A_provider_gives_the_declared_queues_and_the_same_instance_for_a_name()
    {
        var catalog = new QueueCatalog(
            new QueueDefinition(UniqueName("one"), new QueueOptions { MaxDeliveries = 7 }), new QueueDefinition(UniqueName("two"), new QueueOptions()));
        var provider = await _store.OpenAsync(catalog);

        Assert.Same(catalog, provider.Catalog);
        foreach (var definition in catalog.Definitions.Values)
        {
            var queue = provider.GetQueue(definition.Name);
            Assert.Same(definition, queue.Definition);
            Assert.Same(queue, provider.GetQueue(definition.Name));
        }
    }

    [Fact(Timeout = TimeLimit)]
    public async Task A_queue_that_was_not_declared_is_an_error_that_names_it()
    {
        var provider = await _store.OpenAsync(new QueueCatalog(new QueueDefinition(UniqueName("declared"), new QueueOptions())));

        var error = Assert.Throws<ArgumentException>(() => provider.GetQueue("mistyped"));

        Assert.Contains("mistyped", error.Message, StringComparison.Ordinal);
        Assert.ThrowsAny<ArgumentException>(() => provider.GetQueue(null!));
        Assert.ThrowsAny<ArgumentException>(() => provider.GetQueue(""));
    }

    [Fact(Timeout = TimeLimit)]
    public async Task An_ability_that_a_queue_lacks_is_null()
    {
        var catalog = new QueueCatalog(new QueueDefinition(UniqueName("queue"), new QueueOptions()));
        var provider = await _store.OpenAsync(catalog);
        var queue = provider.GetQueue(catalog.Definitions.Keys.Single());

        Assert.Null(provider.GetCapability<INobodyHasThis>());
        Assert.Null(queue.GetCapability<INobodyHasThis>());
        Assert.NotNull(provider.GetCapability<IQueueProvider>());
        Assert.NotNull(queue.GetCapability<IQueue>());
    }

    [Fact(Timeout = TimeLimit)]
    public async Task A_name_of_any_valid_form_can_be_a_queue()
    {
        string[] names = [new('q', 512), $"with space, {{brace}} : * ? [x] % ' \" \\ / {Guid.NewGuid():N}", $"名前 🙂 {Guid.NewGuid():N}"];
        names[0] = string.Concat(Guid.NewGuid().ToString("N", CultureInfo.InvariantCulture), names[0].AsSpan(32));
        var provider = await _store.OpenAsync(new QueueCatalog(names.Select(name => new QueueDefinition(name, new QueueOptions()))));

        foreach (var name in names)
        {
            await EnqueueAsync(provider.GetQueue(name), name);
        }

        foreach (var name in names)
        {
            Assert.Equal(name, Body(Assert.Single(await TakeAllAsync(provider.GetQueue(name)))));
        }
    }

    private interface INobodyHasThis;
}
