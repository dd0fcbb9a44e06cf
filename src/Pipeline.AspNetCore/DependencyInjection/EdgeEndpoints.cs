using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace Pipeline.DependencyInjection;

/// <summary>The endpoints of the application that the edge stands in front of, before its start, too.</summary>
internal sealed class EdgeEndpoints(IServiceProvider services)
{
    private IEndpointRouteBuilder? _application;

    /// <summary>All that is mapped; empty where the application has not started and was not noted.</summary>
    public IReadOnlyList<Endpoint> All => services.GetService<EndpointDataSource>()?.Endpoints is { Count: > 0 } endpoints
        ? endpoints
        : [.. (_application?.DataSources ?? []).SelectMany(static source => source.Endpoints)];

    /// <summary>Notes the application: the framework tells the services of its endpoints only when it starts, and the doctor is asked without that.</summary>
    /// <param name="builder">What is put together. A group is passed over: what is said of it shows from outside alone.</param>
    public void Note(object builder)
    {
        if (builder is IEndpointRouteBuilder application and IApplicationBuilder)
        {
            _application = application;
        }
    }
}
