using Microsoft.Extensions.DependencyInjection;

namespace Pipeline.DependencyInjection;

/// <summary>Sets up the HTTP edge. Returned by <c>AddPipelineHttp()</c>.</summary>
/// <remarks>Used while services are registered, on one thread.</remarks>
public interface IPipelineHttpBuilder
{
    /// <summary>The name of the suite whose roles the edge uses: empty for the only or main one.</summary>
    string Suite { get; }

    /// <summary>The services that are being registered.</summary>
    IServiceCollection Services { get; }
}
