using System.Runtime.ExceptionServices;
using Pipeline.Queues;

namespace Pipeline.Workers;

/// <summary>Completions that go to the queue in one call, and what became of each.</summary>
internal sealed class CompletionBatch
{
    private readonly TaskCompletionSource _settled = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly HashSet<QueueReceipt> _lost = [];
    private readonly Dictionary<QueueReceipt, Exception> _refused = [];

    public List<QueueCompletion> Items { get; } = [];

    public bool IsFull => Items.Count == QueueLimits.MaxBatchSize;

    public void Lose(IReadOnlyList<QueueReceipt> receipts) => _lost.UnionWith(receipts);

    public void Refuse(QueueReceipt receipt, Exception exception) => _refused[receipt] = exception;

    public void Settle() => _settled.SetResult();

    public async Task<bool> IsKeptAsync(QueueReceipt receipt)
    {
        await _settled.Task.ConfigureAwait(false);
        if (_refused.TryGetValue(receipt, out var exception))
        {
            ExceptionDispatchInfo.Throw(exception);
        }

        return !_lost.Contains(receipt);
    }
}
