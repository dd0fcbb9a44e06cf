using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Metadata;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Pipeline.Admin;
using Pipeline.Authentication;
using Pipeline.DependencyInjection;
using Pipeline.RequestLimits;

namespace Microsoft.AspNetCore.Builder;

/// <summary>Maps what operators need.</summary>
public static class PipelineAdminEndpointExtensions
{
    /// <summary>
    /// Maps the administration: queues and their dead letters, keys, what was spent, the configuration, the doctor and the version. It is closed until a policy says who may
    /// use it.
    /// </summary>
    /// <param name="endpoints">The application, or a group of its endpoints.</param>
    /// <param name="prefix">Where it is. Default: <c>/admin</c>.</param>
    /// <param name="policy">The authorization policy of those who may use it; <see langword="null"/> where <c>RequireAuthorization("…")</c> on the result names it.</param>
    /// <returns>The group, for whatever else is to be said of it.</returns>
    /// <remarks>
    /// Without a named policy, a role or a policy object the application does not start, and with <c>AllowAnonymous</c> neither; that a caller is known is not enough. The
    /// bodies and headers of dead letters are never shown. Every change is logged with who made it (12700). An exported configuration has the hashes of stored keys, and no
    /// secret of the host's; settings are imported into <see cref="AdminOptions.SettingsFile"/>, from bodies of up to 1 MiB unless <c>WithBodyLimit</c> says otherwise.
    /// </remarks>
    /// <exception cref="InvalidOperationException"><c>AddPipelineHttp</c> was not called.</exception>
    public static RouteGroupBuilder MapPipelineAdmin(this IEndpointRouteBuilder endpoints, string prefix = "/admin", string? policy = null)
    {
        ArgumentNullException.ThrowIfNull(prefix);
        var room = RoomOf(endpoints);
        var group = endpoints.MapGroup(prefix);
        group.WithMetadata(AdminMetadata.Instance);
        MapClosed(HttpMethods.Get, "/version", static (room, context) => room.Version.GetAsync(context));
        MapClosed(HttpMethods.Get, "/doctor", static (room, context) => room.Doctor.GetAsync(context));
        MapClosed(HttpMethods.Get, "/spend", static (room, context) => room.Spend.GetAsync(context));
        MapClosed(HttpMethods.Get, "/queues", static (room, context) => room.Queues.ListAsync(context));
        MapClosed(HttpMethods.Get, "/queues/{queue}", static (room, context) => room.Queues.GetAsync(context));
        MapClosed(HttpMethods.Get, "/queues/{queue}/dead-letters", static (room, context) => room.Queues.BrowseAsync(context));
        MapClosed(HttpMethods.Post, "/queues/{queue}/dead-letters/redrive", static (room, context) => room.Queues.RedriveAsync(context));
        MapClosed(HttpMethods.Post, "/queues/{queue}/dead-letters/discard", static (room, context) => room.Queues.DiscardAsync(context));
        MapClosed(HttpMethods.Get, "/configuration", static (room, context) => room.Configuration.ExportAsync(context));
        MapClosed(HttpMethods.Post, "/configuration", static (room, context) => room.Configuration.ImportAsync(context)).Add(LimitBody);
        if (endpoints.ServiceProvider.GetService<IServiceProviderIsService>()?.IsService(typeof(ApiKeyDirectory)) ?? false)
        {
            MapClosed(HttpMethods.Get, "/keys", static (room, context) => room.Keys!.ListAsync(context));
            MapClosed(HttpMethods.Post, "/keys", static (room, context) => room.Keys!.CreateAsync(context));
            MapClosed(HttpMethods.Post, "/keys/{key}/rotate", static (room, context) => room.Keys!.RotateAsync(context));
            MapClosed(HttpMethods.Delete, "/keys/{key}", static (room, context) => room.Keys!.RevokeAsync(context));
        }

        if (policy is not null)
        {
            group.RequireAuthorization(policy);
        }

        return group;

        // The start checks this too. Until it has, and whatever else happens to the metadata, nobody comes in.
        IEndpointConventionBuilder MapClosed(string method, string pattern, Func<AdminRoom, HttpContext, Task> handle) => group.MapMethods(
            pattern,
            [method],
            context => AdminGate.FindProblem(context.GetEndpoint()!) is { } problem ? throw new InvalidOperationException(problem) : handle(room.Value, context));
    }

    /// <summary>Maps which program runs: its name and version, and those of the runtime and this package.</summary>
    /// <param name="endpoints">The application, or a group of its endpoints.</param>
    /// <param name="pattern">Where it is. Default: <c>/version</c>.</param>
    /// <returns>The endpoint, which is open to all callers unless more is said of it.</returns>
    /// <exception cref="InvalidOperationException"><c>AddPipelineHttp</c> was not called.</exception>
    public static IEndpointConventionBuilder MapPipelineVersion(this IEndpointRouteBuilder endpoints, string pattern = "/version") =>
        MapOpen(endpoints, pattern, static (room, context) => room.Version.GetAsync(context));

    /// <summary>Maps the statistics of the queue that the query names: <c>?name=documents</c>.</summary>
    /// <param name="endpoints">The application, or a group of its endpoints.</param>
    /// <param name="pattern">Where they are. Default: <c>/stats/queue</c>.</param>
    /// <returns>The endpoint, which is open to all callers unless more is said of it.</returns>
    /// <exception cref="InvalidOperationException"><c>AddPipelineHttp</c> was not called.</exception>
    public static IEndpointConventionBuilder MapPipelineQueueStats(this IEndpointRouteBuilder endpoints, string pattern = "/stats/queue") =>
        MapOpen(endpoints, pattern, static (room, context) => room.Queues.GetAsync(context));

    // What is said of the group comes first, and counts.
    private static void LimitBody(EndpointBuilder endpoint)
    {
        if (!endpoint.Metadata.OfType<IRequestSizeLimitMetadata>().Any())
        {
            endpoint.Metadata.Add(new BodyLimit(AdminConfiguration.MaxBytes));
        }
    }

    private static IEndpointConventionBuilder MapOpen(IEndpointRouteBuilder endpoints, string pattern, Func<AdminRoom, HttpContext, Task> handle)
    {
        var room = RoomOf(endpoints);
        return endpoints.MapMethods(pattern, [HttpMethods.Get], context => handle(room.Value, context));
    }

    // Made by the first request: what is configured wrongly is the start's to tell, or the doctor's, which has to come as far as that.
    private static Lazy<AdminRoom> RoomOf(IEndpointRouteBuilder endpoints)
    {
        var services = endpoints.EdgeServices();
        return new Lazy<AdminRoom>(services.GetRequiredService<AdminRoom>);
    }
}
