using Pipeline.DependencyInjection;

namespace Pipeline.Diagnostics;

/// <summary>The checks that each suite has.</summary>
internal static class SuiteChecks
{
    public static IEnumerable<IDoctorCheck> Create(SuiteServices services)
    {
        var suite = new SuiteFacts(services);
        return
        [
            new CacheInvalidationCheck(suite),
            new CacheMemoryCheck(suite),
            new ChainEnabledCheck(suite),
            new ConfigurationCheck(suite),
            new ConfigurationSectionCheck(suite),
            new LearningSnapshotCheck(suite),
            new QueueBacklogCheck(suite),
            new QueueCapacityCheck(suite),
            new QueueDeadLettersCheck(suite),
            new QueueDeliveriesCheck(suite),
            new QueueDurabilityCheck(suite),
            new QueueWorkersCheck(suite),
            new RateLimitOffCheck(suite),
            new RateLimitOutageCheck(suite),
            new RateLimitScopeCheck(suite),
            new StepRetryCheck(suite),
            new StepTimeoutCheck(suite),
            new StepVersionCheck(suite),
            new TelemetryLossCheck(suite),
            new TelemetryPricesCheck(suite),
            new TelemetrySpillCheck(suite),
            new TelemetryUnpricedCheck(suite),
            new WorkerConcurrencyCheck(suite),
            new WorkerLeaseCheck(suite),
            new WorkerMemoryCheck(suite),
            new WorkerPrefetchCheck(suite),
            new WorkerRetriesCheck(suite),
            new WorkerTimeoutCheck(suite),
        ];
    }
}
