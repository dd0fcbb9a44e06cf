using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Pipeline.Backends;
using Pipeline.DependencyInjection;

namespace Pipeline.Diagnostics;

/// <summary>The checks that a process has once, however many suites are in it.</summary>
internal static class ProcessChecks
{
    public static IEnumerable<IDoctorCheck> Create(IServiceProvider services)
    {
        var read = services.GetRequiredService<Func<ProcessFacts>>();
        return
        [
            new BackendsReachableCheck(services.GetServices<IBackendProbe>),
            new ClockCheck(services.GetRequiredService<TimeProvider>()),
            new GarbageCollectorCheck(read),
            new LoggingCheck(services.GetRequiredService<ILoggerFactory>(), () => services.GetService<IHostEnvironment>()?.IsDevelopment() ?? false),
            new ProcessMemoryCheck(read),
            new SuiteNamesCheck([.. services.GetServices<PipelineRegistry>()]),
            new ThreadPoolCheck(read),
        ];
    }
}
