using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;
using Pipeline.Queues;

namespace Pipeline.Workers;

/// <summary>Renews the leases of all messages that a worker holds, in one call for all, every third of the lease.</summary>
internal sealed class LeaseKeeper(IQueue queue, TimeSpan lease, TimeProvider timeProvider, ILogger logger)
{
    private const int RenewalsPerLease = 3;

    private readonly ConcurrentDictionary<QueueReceipt, Delivery> _held = new();

    public void Add(Delivery delivery) => _held[delivery.Received.Receipt] = delivery;

    public void Remove(Delivery delivery) => _held.TryRemove(delivery.Received.Receipt, out _);

    public IReadOnlyCollection<Delivery> Held => [.. _held.Values];

    public async Task RunAsync(CancellationToken cancellationToken)
    {
        using var timer = new PeriodicTimer(lease / RenewalsPerLease, timeProvider);
        while (await timer.WaitForNextTickAsync(cancellationToken).ConfigureAwait(false))
        {
            foreach (var chunk in _held.Values.Chunk(QueueLimits.MaxBatchSize))
            {
                await RenewAsync(chunk, cancellationToken).ConfigureAwait(false);
            }
        }
    }

    private async Task RenewAsync(Delivery[] deliveries, CancellationToken cancellationToken)
    {
        var asked = timeProvider.GetTimestamp();
        try
        {
            var lost = await queue.RenewAsync([.. deliveries.Select(d => d.Received.Receipt)], lease, cancellationToken).ConfigureAwait(false);
            foreach (var delivery in deliveries)
            {
                delivery.LeasedAt = asked;
            }

            foreach (var receipt in lost)
            {
                Lose(receipt);
            }
        }
        catch (Exception exception) when (exception is not OperationCanceledException || !cancellationToken.IsCancellationRequested)
        {
            Log.RenewalFailed(logger, queue.Definition.Name, exception);
            foreach (var delivery in deliveries.Where(d => timeProvider.GetElapsedTime(d.LeasedAt) >= lease))
            {
                Lose(delivery.Received.Receipt);
            }
        }
    }

    // A message that was settled while the renewal was under way is reported as lost too, but is no longer held.
    private void Lose(QueueReceipt receipt)
    {
        if (_held.TryGetValue(receipt, out var delivery))
        {
            delivery.Cancel(DeliveryEnd.LeaseLost);
        }
    }
}
