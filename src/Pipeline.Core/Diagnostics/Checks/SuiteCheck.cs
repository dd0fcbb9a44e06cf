using Pipeline.DependencyInjection;

namespace Pipeline.Diagnostics;

/// <summary>A check of one suite. A suite with a name puts it before the check's: <c>docs/queue.workers</c>.</summary>
internal abstract class SuiteCheck(SuiteFacts suite, string topic, bool usesNetwork = false)
    : BuiltInCheck(ItemKey.Of(suite.Registry.Name, topic), usesNetwork)
{
    protected SuiteFacts Suite => suite;

    // What is wrong with the configuration keeps many checks from looking, and one tells it.
    protected override DoctorResult Obstacle(Exception exception) => ConfigurationCheck.Look(suite).Status == DoctorStatus.Error
        ? DoctorResult.Error(
            "This cannot be looked at, since the configuration is wrong.",
            $"Mend what the check {ItemKey.Of(suite.Registry.Name, ConfigurationCheck.Topic)} reports first.")
        : base.Obstacle(exception);
}
