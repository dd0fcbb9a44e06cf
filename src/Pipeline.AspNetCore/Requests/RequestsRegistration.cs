using Microsoft.AspNetCore.Builder;
using Pipeline.DependencyInjection;

namespace Pipeline.Requests;

/// <summary>Registers the room, and puts its middleware into the application.</summary>
internal static class RequestsRegistration
{
    public static void Add(HttpSettings settings)
    {
    }

    public static void UseOutermost(IApplicationBuilder app)
    {
    }

    public static void UseCallContext(IApplicationBuilder app)
    {
    }
}
