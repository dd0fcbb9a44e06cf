using Pipeline.DependencyInjection;
using Pipeline.Learning;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Sets up learnings.</summary>
public static class PipelineLearningExtensions
{
    /// <summary>Sets up the suite's learnings in code, over what the configuration says (<c>Learning</c>).</summary>
    /// <param name="builder">The builder.</param>
    /// <param name="configure">The options.</param>
    /// <returns>The builder.</returns>
    public static IPipelineBuilder ConfigureLearning(this IPipelineBuilder builder, Action<LearningOptions> configure)
    {
        ArgumentNullException.ThrowIfNull(configure);
        var registry = PipelineBuilder.RegistryOf(builder);
        builder.Services.Configure(registry.Name, configure);
        return builder;
    }
}
