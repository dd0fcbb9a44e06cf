using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Pipeline.State;

namespace Pipeline.DependencyInjection;

/// <summary>Registers the state of a suite, and what stands on it.</summary>
internal static class StateRegistration
{
    public static void Add(IServiceCollection services, PipelineRegistry registry)
    {
        registry.RegisterDefault<IStateStore>(services, provider => new InMemoryStateStore(provider.GetRequiredService<TimeProvider>()));
        registry.Register<IIdempotencyStore>(services, provider => new StateIdempotencyStore(
            provider.GetRequiredPipelineService<IStateStore>(registry.Name),
            provider.GetRequiredService<TimeProvider>(),
            registry.KeyOf(StateIdempotencyStore.DefaultSpace)));
        registry.Register<ITaskTracker>(services, provider => new StateTaskTracker(
            provider.GetRequiredPipelineService<IStateStore>(registry.Name),
            provider.GetRequiredService<TimeProvider>(),
            provider.GetRequiredService<ILogger<StateTaskTracker>>(),
            registry.KeyOf(StateTaskTracker.DefaultSpace)));
    }
}
