using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Pipeline.DependencyInjection;

namespace Pipeline.Problems;

/// <summary>Registers the room, and puts its middleware into the application.</summary>
internal static class ProblemsRegistration
{
    public static void Add(HttpSettings settings)
    {
        settings.Services.AddSingleton<ProblemMapper>();

        // So that a body which cannot be bound says why, instead of being an empty 400.
        settings.Services.Configure<RouteHandlerOptions>(static options => options.ThrowOnBadRequest = true);
    }

    public static void Use(IApplicationBuilder app) => app.UsePipelineProblems();
}
