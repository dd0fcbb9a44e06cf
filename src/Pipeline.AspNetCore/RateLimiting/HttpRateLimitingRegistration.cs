using Microsoft.AspNetCore.Builder;
using Pipeline.DependencyInjection;

namespace Pipeline.RateLimiting;

/// <summary>Registers the room, and puts its middleware into the application.</summary>
internal static class HttpRateLimitingRegistration
{
    public static void Add(HttpSettings settings)
    {
    }

    public static void Use(IApplicationBuilder app)
    {
    }
}
