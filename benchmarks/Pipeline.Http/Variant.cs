using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;

namespace Pipeline.Http;

/// <summary>One set of middleware before the endpoint.</summary>
/// <param name="Name">What the table calls it.</param>
/// <param name="Services">Registers what it needs.</param>
/// <param name="Middleware">Adds it.</param>
/// <param name="Endpoint">Asks for it at the endpoint.</param>
internal sealed record Variant(
    string Name, Action<WebApplicationBuilder> Services, Action<WebApplication> Middleware, Action<IEndpointConventionBuilder> Endpoint)
{
    public const string Bare = "bare";

    /// <summary>An API key of the servers under load, which is no secret.</summary>
    public const string Key = "benchmark-key-of-no-worth-0123456789";

    public static IReadOnlyList<Variant> All { get; } =
    [
        new(Bare, static _ => { }, static _ => { }, static _ => { }),
        new("everything", static builder => AddEdge(builder), static app => app.UsePipeline(), static _ => { }),
    ];

    public static Variant Find(string name) => All.First(one => string.Equals(one.Name, name, StringComparison.Ordinal));

    private static void AddEdge(WebApplicationBuilder builder)
    {
        builder.Services.AddPipeline();
        builder.Services.AddPipelineHttp();
    }
}
