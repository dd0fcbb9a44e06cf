using Pipeline.DependencyInjection;
using Pipeline.Queues;

namespace Pipeline.Diagnostics;

/// <summary>Whether a message survives one crash, and whether a poisoned one is ever given up.</summary>
internal sealed class QueueDeliveriesCheck(SuiteFacts suite) : SuiteCheck(suite, "queue.deliveries")
{
    public const int Many = 100;

    protected override ValueTask<DoctorResult> LookAsync(CancellationToken cancellationToken)
    {
        var findings = new Findings();
        foreach (var queue in Suite.Queues)
        {
            var setting = $"{Sections.Queues}:{queue.Name}:{nameof(QueueOptions.MaxDeliveries)}";
            if (queue.Options.MaxDeliveries == 1)
            {
                findings.Warn(
                    $"Queue '{queue.Name}' has MaxDeliveries 1: a single failure, or a process that is killed, makes a message a dead letter.",
                    Suite.Set(setting, "3 or more"));
            }
            else if (queue.Options.MaxDeliveries > Many)
            {
                findings.Warn(
                    $"Queue '{queue.Name}' has MaxDeliveries {queue.Options.MaxDeliveries}: a message that can never succeed is tried so often.",
                    Suite.Set(setting, $"{Many} or less"));
            }
        }

        return new(findings.ToResult($"{Wording.Count(Suite.Queues.Count, "queue")} with 2 to {Many} deliveries of a message."));
    }
}
