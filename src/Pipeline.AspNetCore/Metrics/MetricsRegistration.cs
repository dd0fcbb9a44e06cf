using Microsoft.AspNetCore.Builder;
using Pipeline.DependencyInjection;

namespace Pipeline.Metrics;

/// <summary>Registers the room, and puts its middleware into the application.</summary>
internal static class MetricsRegistration
{
    public static void Add(HttpSettings settings)
    {
    }
}
