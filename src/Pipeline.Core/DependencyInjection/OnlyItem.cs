using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace Pipeline.DependencyInjection;

/// <summary>Lets the only queue, step or chain of a type be taken without its name, and says whose names there are where it is not the only one.</summary>
internal static class OnlyItem
{
    public static void Register<TService>(IServiceCollection services, PipelineRegistry registry)
        where TService : class
    {
        if (registry.Name.Length == 0)
        {
            services.TryAddSingleton(provider => Find<TService>(provider, registry));
        }
        else
        {
            services.TryAddKeyedSingleton(registry.Name, (provider, _) => Find<TService>(provider, registry));
        }
    }

    private static TService Find<TService>(IServiceProvider services, PipelineRegistry registry)
        where TService : class
    {
        var items = registry.Items.Where(item => item.ServiceType == typeof(TService)).Select(item => registry.KeyOf(item.Name)).ToList();
        return items.Count == 1
            ? services.GetRequiredKeyedService<TService>(items[0])
            : throw new InvalidOperationException(
                $"{typeof(TService)} could be any of {string.Join(", ", items.Select(item => $"'{item}'"))}. "
                + $"Ask for one by its name, for instance with [FromKeyedServices(\"{items[0]}\")].");
    }
}
