using Microsoft.AspNetCore.Builder;
using Pipeline.DependencyInjection;

namespace Pipeline.RequestLimits;

/// <summary>Registers the room, and puts its middleware into the application.</summary>
internal static class RequestLimitsRegistration
{
    public static void Add(HttpSettings settings)
    {
    }

    public static void UseDeadlines(IApplicationBuilder app)
    {
    }

    public static void UseBodies(IApplicationBuilder app)
    {
    }
}
