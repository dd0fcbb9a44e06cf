using Microsoft.Extensions.Options;
using Pipeline.RateLimiting;

namespace Pipeline.DependencyInjection;

/// <summary>A rate limit rule that was declared.</summary>
internal sealed record RateLimitRuleRegistration(string Name, RateLimitRule Rule, Action<IServiceProvider> Check)
    : ItemRegistration(Sections.RateLimiting, Name, Check)
{
    /// <summary>Applies the configuration to the rules of a suite, and so finds what is wrong with it.</summary>
    /// <exception cref="InvalidOperationException">The configuration names an unknown rule, or gives one what it cannot have.</exception>
    /// <exception cref="OptionsValidationException">A setting is out of range.</exception>
    public static RateLimitRules CreateRules(IServiceProvider services, PipelineRegistry registry) =>
        CreateRules(registry, RateLimitingRegistration.ReadOptions(services, registry));

    /// <summary>Applies options to the rules of a suite.</summary>
    /// <exception cref="InvalidOperationException">The options name an unknown rule, or give one what it cannot have.</exception>
    public static RateLimitRules CreateRules(PipelineRegistry registry, RateLimitingOptions options)
    {
        var section = registry.Configuration?.GetSection(Sections.RateLimiting).GetSection(nameof(RateLimitingOptions.Rules));
        return new RateLimitRules(
            registry.Items.OfType<RateLimitRuleRegistration>().Select(item => KeyValuePair.Create(item.Name, item.Rule)),
            options.Rules,
            name => section?.GetSection(name).Path ?? $"{nameof(RateLimitingOptions)}.{nameof(RateLimitingOptions.Rules)}:{name}");
    }
}
