using Microsoft.AspNetCore.Builder;
using Pipeline.DependencyInjection;

namespace Pipeline.Admin;

/// <summary>Registers the room, and puts its middleware into the application.</summary>
internal static class AdminRegistration
{
    public static void Add(HttpSettings settings)
    {
    }
}
