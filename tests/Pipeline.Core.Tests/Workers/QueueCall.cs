namespace Pipeline.Workers;

/// <summary>A call that a worker made on an <see cref="ObservedQueue"/>.</summary>
/// <param name="Operation">The method, without its ending <c>Async</c>.</param>
/// <param name="Items">What was passed in; for a receive that has ended, what came out.</param>
internal sealed record QueueCall(string Operation, IReadOnlyList<object> Items)
{
    public int Count => Items.Count;

    public bool Is(string operation) => string.Equals(Operation, operation, StringComparison.Ordinal);
}
