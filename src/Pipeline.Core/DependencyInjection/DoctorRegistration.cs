using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging;
using Pipeline.Diagnostics;

namespace Pipeline.DependencyInjection;

/// <summary>Registers the doctor, once a container, and the checks of each suite. Nothing of it is made before the doctor is asked for.</summary>
internal static class DoctorRegistration
{
    public static void Add(IServiceCollection services, PipelineRegistry registry)
    {
        if (services.All(static descriptor => descriptor.ServiceType != typeof(Doctor)))
        {
            services.TryAddSingleton<Func<ProcessFacts>>(ProcessFacts.Read);
            services.AddSingleton(new DoctorCheckSource(ProcessChecks.Create));
            services.AddSingleton(Create);
        }

        services.AddSingleton(new DoctorCheckSource(provider => SuiteChecks.Create(new SuiteServices(provider, registry))));
    }

    private static Doctor Create(IServiceProvider provider)
    {
        List<IDoctorCheck> checks = [.. provider.GetServices<DoctorCheckSource>().SelectMany(source => source.Create(provider))];
        Exception? problem = null;
        var own = checks.Count;
        try
        {
            checks.AddRange(provider.GetServices<IDoctorCheck>());
        }
#pragma warning disable CA1031 // A check of somebody else's that cannot be made must not keep the others from running.
        catch (Exception e)
#pragma warning restore CA1031
        {
            problem = e;
        }

        var logger = provider.GetRequiredService<ILogger<Doctor>>();
        checks.Add(new DoctorChecksCheck(checks.Count - own, problem, logger));
        return new Doctor(checks, provider.GetRequiredService<TimeProvider>(), logger);
    }
}
