using Microsoft.AspNetCore.Builder;
using Pipeline.DependencyInjection;

namespace Pipeline.Idempotency;

/// <summary>Registers the room, and puts its middleware into the application.</summary>
internal static class IdempotencyRegistration
{
    public static void Add(HttpSettings settings)
    {
    }

    public static void Use(IApplicationBuilder app)
    {
    }
}
