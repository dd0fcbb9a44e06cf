using Microsoft.Extensions.Logging;

namespace Pipeline.Workers;

/// <summary>What every worker of a suite shares.</summary>
internal sealed record WorkerServices(TimeProvider Time, WorkerMetrics Metrics, ILogger<QueueWorker> Logger);
