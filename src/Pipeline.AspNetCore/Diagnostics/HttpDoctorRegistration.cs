using Microsoft.AspNetCore.Builder;
using Pipeline.DependencyInjection;

namespace Pipeline.Diagnostics;

/// <summary>Registers the room, and puts its middleware into the application.</summary>
internal static class HttpDoctorRegistration
{
    public static void Add(HttpSettings settings)
    {
    }
}
