using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Pipeline.DependencyInjection;

namespace Pipeline.Learning;

/// <summary>What the stages of a step need to recall and to learn.</summary>
internal sealed record LearningServices(ILearningStore Store, LearningOptions Options, LearningMetrics Metrics, TimeProvider Time, ILogger Logger)
{
    public static LearningServices Of(SuiteServices services, TimeProvider time, ILoggerFactory loggers) => new(
        services.GetRequired<ILearningStore>(),
        LearningRegistration.ReadOptions(services.Provider, services.Registry),
        services.Provider.GetRequiredService<LearningMetrics>(),
        time,
        loggers.CreateLogger("Pipeline.Learning"));
}
