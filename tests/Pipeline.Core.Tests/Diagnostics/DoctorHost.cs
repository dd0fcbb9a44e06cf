using FluentAssertions;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.FileProviders;
using Microsoft.Extensions.Hosting;
using Pipeline.Conformance;
using Pipeline.DependencyInjection;

namespace Pipeline.Diagnostics;

/// <summary>Makes a container with a suite in it and asks one of the doctor's checks.</summary>
internal sealed class DoctorHost
{
    public static ProcessFacts LargeMachine { get; } = new()
    {
        AvailableMemoryBytes = 16L * 1024 * 1024 * 1024,
        MemoryLoadBytes = 1024 * 1024 * 1024,
        HighMemoryLoadBytes = 14L * 1024 * 1024 * 1024,
        Processors = 2,
        IsServerGC = true,
        QueuedWorkItems = 0,
        Threads = 8,
        FreeBytes = _ => 1L << 40,
    };

    public ProcessFacts Facts { get; init; } = LargeMachine;

    public IConfiguration? Configuration { get; init; }

    public string? Environment { get; init; }

    public TimeProvider Clock { get; init; } = new ManualTimeProvider();

    public string SuiteName { get; init; } = "";

    public Action<IServiceCollection>? Services { get; init; }

    /// <summary>Runs the one check of a name.</summary>
    public async Task<DoctorResult> AskAsync(string check, Action<IPipelineBuilder> declare, Func<IServiceProvider, Task>? before = null)
    {
        await using var provider = Build(declare);
        if (before is not null)
        {
            await before(provider);
        }

        var report = await provider.GetRequiredService<Doctor>().RunAsync(new DoctorRunOptions { Only = [check] });
        return report.Rows.Should().ContainSingle().Which.Result;
    }

    public ServiceProvider Build(Action<IPipelineBuilder> declare)
    {
        var services = new ServiceCollection();
        services.AddSingleton(Clock);
        services.AddSingleton(() => Facts);
        if (Environment is not null)
        {
            services.AddSingleton<IHostEnvironment>(new NamedEnvironment(Environment));
        }

        Services?.Invoke(services);
        declare(services.AddPipeline(SuiteName, Configuration));
        return services.BuildServiceProvider();
    }

    private sealed class NamedEnvironment(string name) : IHostEnvironment
    {
        public string EnvironmentName { get; set; } = name;

        public string ApplicationName { get; set; } = "tests";

        public string ContentRootPath { get; set; } = "";

        public IFileProvider ContentRootFileProvider { get; set; } = new NullFileProvider();
    }
}
