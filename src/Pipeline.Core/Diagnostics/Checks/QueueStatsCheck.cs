using Pipeline.Backends;
using Pipeline.Queues;

namespace Pipeline.Diagnostics;

/// <summary>A check that asks every queue for its figures. Over the network unless the queues are in memory.</summary>
internal abstract class QueueStatsCheck(SuiteFacts suite, string topic) : SuiteCheck(suite, topic, usesNetwork: !suite.HasInMemoryQueues)
{
    protected sealed override async ValueTask<DoctorResult> LookAsync(CancellationToken cancellationToken)
    {
        var findings = new Findings();
        var provider = Suite.GetRequired<IQueueProvider>();
        var all = new List<QueueStats>();
        foreach (var queue in Suite.Queues)
        {
            try
            {
                var stats = await provider.GetQueue(queue.Name).GetStatsAsync(cancellationToken).ConfigureAwait(false);
                all.Add(stats);
                Judge(queue.Name, stats, findings);
            }
            catch (BackendUnavailableException e)
            {
                findings.Fail($"{e.Backend} did not answer '{e.Operation}'.", $"Start {e.Backend}, or correct its address.");
                break;
            }
        }

        return findings.ToResult(Summarize(all));
    }

    protected abstract void Judge(string queue, QueueStats stats, Findings findings);

    protected abstract string Summarize(IReadOnlyCollection<QueueStats> stats);
}
