using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Pipeline.Queues;

namespace Pipeline.DependencyInjection;

/// <summary>A queue that was declared.</summary>
internal sealed record QueueRegistration(string Name, Action<IServiceProvider> Check) : ItemRegistration(Sections.Queues, Name, Check)
{
    /// <summary>Reads the options of all queues of a suite, and so finds what is wrong with them.</summary>
    public static QueueCatalog CreateCatalog(IServiceProvider services, PipelineRegistry registry)
    {
        var options = services.GetRequiredService<IOptionsMonitor<QueueOptions>>();
        return new QueueCatalog(registry.Items
            .OfType<QueueRegistration>()
            .Select(queue => new QueueDefinition(queue.Name, options.Get(registry.KeyOf(queue.Name)))));
    }
}
