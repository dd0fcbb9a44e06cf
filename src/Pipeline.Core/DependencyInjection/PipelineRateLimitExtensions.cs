using Pipeline.DependencyInjection;
using Pipeline.RateLimiting;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Declares rate limit rules.</summary>
public static class PipelineRateLimitExtensions
{
    /// <summary>Sets up the suite's rate limits in code, over what the configuration says (<c>RateLimiting</c>).</summary>
    /// <param name="builder">The builder.</param>
    /// <param name="configure">The options.</param>
    /// <returns>The builder.</returns>
    public static IPipelineBuilder ConfigureRateLimiting(this IPipelineBuilder builder, Action<RateLimitingOptions> configure)
    {
        ArgumentNullException.ThrowIfNull(configure);
        var registry = PipelineBuilder.RegistryOf(builder);
        builder.Services.Configure(registry.Name, configure);
        return builder;
    }

    /// <summary>
    /// Declares a rule under a name, for steps to refer to. Steps that name the same rule share its budgets; and configuration can give it
    /// another limit: <c>RateLimiting:Rules:&lt;name&gt;</c> = <c>100/60</c> or <c>off</c>.
    /// </summary>
    /// <param name="builder">The builder.</param>
    /// <param name="name">
    /// The rule's name, 1 to 512 bytes of UTF-8. Refusals, metrics and logs bear it (<see cref="RateLimitRule.Named"/>).
    /// </param>
    /// <param name="rule">The rule, with what it says while the backend is away (<see cref="RateLimitRule.WhenUnavailable"/>).</param>
    /// <returns>The builder.</returns>
    /// <remarks>A setting for a rule that is not declared stops the start, and so does one below the rule's local share.</remarks>
    /// <exception cref="ArgumentException"><paramref name="name"/> is no valid name.</exception>
    /// <exception cref="InvalidOperationException">A rule of this name is declared already.</exception>
    public static IPipelineBuilder AddRateLimitRule(this IPipelineBuilder builder, string name, RateLimitRule rule)
    {
        ArgumentNullException.ThrowIfNull(rule);
        var registry = PipelineBuilder.RegistryOf(builder);
        registry.Declare(new RateLimitRuleRegistration(
            name, rule.Named(name), services => services.GetRequiredPipelineService<RateLimitRules>(registry.Name)));
        return builder;
    }
}
