using Microsoft.Extensions.DependencyInjection;

namespace Pipeline.DependencyInjection;

/// <summary>Notes which suite serves one of the framework's types, of which a host has one.</summary>
/// <param name="Type">The framework's type.</param>
/// <param name="Suite">The suite's name.</param>
internal sealed record FrameworkFace(Type Type, string Suite)
{
    /// <summary>Registers what serves a type of the framework.</summary>
    /// <param name="services">The services.</param>
    /// <param name="suite">The suite's name.</param>
    /// <param name="call">The call by which it was asked for.</param>
    /// <param name="factory">Makes it.</param>
    /// <exception cref="InvalidOperationException">Another suite serves it already.</exception>
    public static void Register<TService>(IServiceCollection services, string suite, string call, Func<IServiceProvider, TService> factory)
        where TService : class
    {
        var known = services
            .Where(descriptor => !descriptor.IsKeyedService)
            .Select(descriptor => descriptor.ImplementationInstance)
            .OfType<FrameworkFace>()
            .FirstOrDefault(face => face.Type == typeof(TService));
        if (known is null)
        {
            services.AddSingleton(new FrameworkFace(typeof(TService), suite));
            services.AddSingleton(factory);
        }
        else if (!string.Equals(known.Suite, suite, StringComparison.Ordinal))
        {
            throw new InvalidOperationException(
                $"{call} is called on {Describe(known.Suite)} and on {Describe(suite)}, but a host has one {typeof(TService).Name}. "
                + "Keep one of the calls, and take the other suite's cache by its name.");
        }
    }

    private static string Describe(string suite) => suite.Length == 0 ? "the main suite" : $"the suite '{suite}'";
}
