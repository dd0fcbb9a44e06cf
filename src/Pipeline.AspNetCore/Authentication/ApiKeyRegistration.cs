using Microsoft.AspNetCore.Authorization;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Pipeline.DependencyInjection;
using Pipeline.Diagnostics;
using Pipeline.RateLimiting;
using Pipeline.State;

namespace Pipeline.Authentication;

/// <summary>Registers the room. Nothing is made before it is asked for.</summary>
internal static class ApiKeyRegistration
{
    public static void Add(HttpSettings settings, Action<ApiKeyOptions>? configure, string scheme)
    {
        var services = settings.Services;
        var options = settings.AddOptions<ApiKeyOptions, ApiKeyOptionsValidator>(
            ApiKeyOptionsValidator.Owner,
            static (section, options) => section.Bind(options, HttpSettings.Strictly),
            static (provider, factory) => _ = CreateRing(provider, factory).Keys);
        settings.Withhold(ApiKeyOptionsValidator.Owner, nameof(ApiKeyOptions.Keys), nameof(ApiKeyOptions.Entries), nameof(ApiKeyOptions.List));
        if (configure is not null)
        {
            options.Configure(configure);
        }

        services.AddSingleton(static provider => CreateRing(provider, provider.GetRequiredService<IOptionsFactory<ApiKeyOptions>>()));
        services.AddSingleton<ApiKeyMetrics>();
        services.AddSingleton(static provider => new ApiKeyProblems(provider.GetRequiredService<ApiKeyRing>().Options.Realm));
        services.AddSingleton(CreateAuthenticator);
        services.AddSingleton(CreateStored);
        services.AddSingleton(CreateDirectory);
        services.AddSingleton(CreateArchive);
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IHostedService, ApiKeyService>(static provider => new ApiKeyService(
            provider.GetRequiredService<ApiKeyRing>(),
            provider.GetRequiredService<ApiKeyAuthenticator>(),
            provider.GetRequiredService<StoredApiKeys>,
            provider.GetRequiredService<HttpSettings>(),
            provider.GetRequiredService<TimeProvider>(),
            provider.GetRequiredService<ILogger<ApiKeyService>>())));
        services.AddOptions<ApiKeySchemeOptions>(scheme).Configure<ApiKeyRing>(static (options, ring) =>
        {
            if (ring.Options.TokenScheme is { } tokenScheme)
            {
                options.ForwardDefaultSelector = context => ApiKeyHeaders.HasToken(context.Request.Headers) ? tokenScheme : null;
            }
        });
        AddScopes(services);
        AddChecks(services);
    }

    private static void AddScopes(IServiceCollection services)
    {
        services.AddAuthorization();

        // A provider of the host's own is left alone.
        for (var i = 0; i < services.Count; i++)
        {
            if (services[i].ServiceType == typeof(IAuthorizationPolicyProvider)
                && !services[i].IsKeyedService
                && services[i].ImplementationType == typeof(DefaultAuthorizationPolicyProvider))
            {
                services[i] = ServiceDescriptor.Singleton<IAuthorizationPolicyProvider, ScopePolicyProvider>();
            }
        }
    }

    private static void AddChecks(IServiceCollection services)
    {
        services.TryAddEnumerable(
        [
            ServiceDescriptor.Singleton<IDoctorCheck, ApiKeysCheck>(),
            ServiceDescriptor.Singleton<IDoctorCheck, ApiKeyBansCheck>(),
            ServiceDescriptor.Singleton<IDoctorCheck, ApiKeyExpiryCheck>(),
            ServiceDescriptor.Singleton<IDoctorCheck, ApiKeyFileCheck>(),
            ServiceDescriptor.Singleton<IDoctorCheck, ApiKeyPlainCheck>(),
            ServiceDescriptor.Singleton<IDoctorCheck, ApiKeyStoreCheck>(static provider => new ApiKeyStoreCheck(
                provider.GetRequiredService<ApiKeyRing>(),
                provider.GetRequiredService<ApiKeyDirectory>,
                provider.GetRequiredService<TimeProvider>())),
            ServiceDescriptor.Singleton<IDoctorCheck, OpenEndpointsCheck>(),
        ]);
    }

    private static ApiKeyRing CreateRing(IServiceProvider provider, IOptionsFactory<ApiKeyOptions> factory) => new(
        factory,
        provider.GetService<IHostEnvironment>()?.ContentRootPath ?? Environment.CurrentDirectory,
        provider.GetRequiredService<TimeProvider>(),
        provider.GetRequiredService<ILogger<ApiKeyRing>>());

    private static ApiKeyAuthenticator CreateAuthenticator(IServiceProvider provider)
    {
        var ring = provider.GetRequiredService<ApiKeyRing>();
        var metrics = provider.GetRequiredService<ApiKeyMetrics>();
        var time = provider.GetRequiredService<TimeProvider>();
        var suite = provider.GetRequiredService<HttpSettings>().Suite;
        var options = ring.Options;
        var bans = options.FailuresBeforeBan == 0
            ? null
            : new ApiKeyBans(
                provider.GetRequiredPipelineService<IRateLimiter>(suite), options, time, metrics, provider.GetRequiredService<ILogger<ApiKeyBans>>());
        return new ApiKeyAuthenticator(ring, options.Store ? provider.GetRequiredService<StoredApiKeys>() : null, bans, time, metrics);
    }

    private static StoredApiKeys CreateStored(IServiceProvider provider)
    {
        var suite = provider.GetRequiredService<HttpSettings>().Suite;
        return new StoredApiKeys(
            provider.GetRequiredPipelineService<IStateStore>(suite),
            StoredApiKeyFormat.SpaceOf(suite),
            provider.GetRequiredService<ApiKeyRing>().Options,
            provider.GetRequiredService<TimeProvider>(),
            provider.GetRequiredService<ILogger<StoredApiKeys>>());
    }

    private static ApiKeyDirectory CreateDirectory(IServiceProvider provider)
    {
        var suite = provider.GetRequiredService<HttpSettings>().Suite;
        return new ApiKeyDirectory(
            provider.GetRequiredService<ApiKeyRing>(),
            provider.GetRequiredPipelineService<IStateStore>(suite),
            provider.GetRequiredService<StoredApiKeys>(),
            StoredApiKeyFormat.SpaceOf(suite),
            provider.GetRequiredService<TimeProvider>(),
            provider.GetRequiredService<ILogger<ApiKeyDirectory>>());
    }

    private static ApiKeyArchive CreateArchive(IServiceProvider provider)
    {
        var suite = provider.GetRequiredService<HttpSettings>().Suite;
        return new ApiKeyArchive(
            provider.GetRequiredService<ApiKeyRing>(),
            provider.GetRequiredPipelineService<IStateStore>(suite),
            provider.GetRequiredService<StoredApiKeys>(),
            StoredApiKeyFormat.SpaceOf(suite),
            provider.GetRequiredService<TimeProvider>(),
            provider.GetRequiredService<ILogger<ApiKeyArchive>>());
    }
}
