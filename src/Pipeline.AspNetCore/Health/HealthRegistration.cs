using Microsoft.AspNetCore.Builder;
using Pipeline.DependencyInjection;

namespace Pipeline.Health;

/// <summary>Registers the room, and puts its middleware into the application.</summary>
internal static class HealthRegistration
{
    public static void Add(HttpSettings settings)
    {
    }

    public static void Use(IApplicationBuilder app)
    {
    }
}
