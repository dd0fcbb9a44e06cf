using Microsoft.Extensions.DependencyInjection;
using Pipeline.Backends;
using Pipeline.DependencyInjection;
using Pipeline.Diagnostics;
using Pipeline.Steps;

namespace Pipeline.Telemetry;

/// <summary>What a metered client of a model works with. Thread safe.</summary>
internal sealed class ModelClientMeter
{
    /// <exception cref="ArgumentException"><paramref name="name"/> is no valid name.</exception>
    /// <exception cref="InvalidOperationException">There is no such suite.</exception>
    public ModelClientMeter(IServiceProvider services, string name, string suite)
    {
        ArgumentNullException.ThrowIfNull(services);
        ArgumentNullException.ThrowIfNull(suite);
        StoredName.ThrowIfInvalid(name);
        Name = name;
        Environment = services.GetRequiredPipelineService<RunEnvironment>(suite);
        Metrics = services.GetRequiredService<GenAiMetrics>();
        Recorder = new StepRecorder(name, Environment, logs: false);
        Environment.Meter?.AddClient();
    }

    /// <summary>The name in the records of calls outside of a step.</summary>
    public string Name { get; }

    public RunEnvironment Environment { get; }

    public GenAiMetrics Metrics { get; }

    public StepRecorder Recorder { get; }
}
