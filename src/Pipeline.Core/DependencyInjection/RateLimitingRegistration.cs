using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Pipeline.Backends;
using Pipeline.RateLimiting;

namespace Pipeline.DependencyInjection;

/// <summary>Registers the rate limiter of a suite, and reads its options.</summary>
internal static class RateLimitingRegistration
{
    private static readonly RateLimitingOptionsValidator Validator = new();

    public static void Add(IServiceCollection services, PipelineRegistry registry)
    {
        OptionsBinding.AddSingle<RateLimitingOptions>(
            services,
            registry,
            Sections.RateLimiting,
            static (section, options) => section.Bind(options, OptionsBinding.Strictly),
            (_, options) =>
            {
                Validator.ThrowIfInvalid(registry.Name, options);
                RateLimitRuleRegistration.CreateRules(registry, options);
            });
        registry.Register(services, provider => RateLimitRuleRegistration.CreateRules(provider, registry));
        registry.Decorate<IRateLimiter>((provider, limiter) => Decorate(provider, limiter, ReadOptions(provider, registry)));
        registry.RegisterDefault<IRateLimiter>(services, provider => new InMemoryRateLimiter(provider.GetRequiredService<TimeProvider>()));
    }

    /// <summary>Reads and checks the options of a suite's rate limits.</summary>
    /// <exception cref="OptionsValidationException">A setting is out of range.</exception>
    public static RateLimitingOptions ReadOptions(IServiceProvider services, PipelineRegistry registry)
    {
        var options = services.GetRequiredService<IOptionsMonitor<RateLimitingOptions>>().Get(registry.Name);
        Validator.ThrowIfInvalid(registry.Name, options);
        return options;
    }

    private static FallbackRateLimiter Decorate(IServiceProvider provider, IRateLimiter limiter, RateLimitingOptions options)
    {
        var (metrics, time) = (provider.GetRequiredService<RateLimitMetrics>(), provider.GetRequiredService<TimeProvider>());

        // What is in memory decides in less time than a block would save.
        var isDirect = options.BlockSize == 1 || limiter is InMemoryRateLimiter;
        var source = isDirect ? limiter : new BlockRateLimiter(limiter, options, metrics, time, provider.GetRequiredService<ILogger<BlockRateLimiter>>());
        return new FallbackRateLimiter(source, options, metrics, time, provider.GetRequiredService<ILogger<FallbackRateLimiter>>());
    }
}
