namespace Pipeline.Workers;

/// <summary>A call that a worker made on an <see cref="ObservedQueue"/>.</summary>
/// <param name="Operation">The method, without its ending <c>Async</c>.</param>
/// <param name="Items">The messages or receipts; of a receive, how long it may wait, and once it has ended, what came out.</param>
internal sealed record QueueCall(string Operation, IReadOnlyList<object> Items)
{
    public int Count => Items.Count;

    public bool Is(string operation) => string.Equals(Operation, operation, StringComparison.Ordinal);
}
