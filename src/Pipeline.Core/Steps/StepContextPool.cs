namespace Pipeline.Steps;

/// <summary>Contexts that can be used again, a few for each thread: as many as calls of steps nest and overlap there in practice.</summary>
internal static class StepContextPool
{
    private const int Capacity = 16;

    [ThreadStatic]
    private static Shelf? _shelf;

    public static StepContext Rent()
    {
        var shelf = _shelf ??= new Shelf();
        return shelf.Count == 0 ? new StepContext() : shelf.Contexts[--shelf.Count];
    }

    /// <summary>Takes a context back, unless work that was left behind may still hold it.</summary>
    public static void Return(StepContext context)
    {
        var shelf = _shelf ??= new Shelf();
        if (context.IsRetained || shelf.Count == Capacity)
        {
            return;
        }

        context.Clear();
        shelf.Contexts[shelf.Count++] = context;
    }

    private sealed class Shelf
    {
        public readonly StepContext[] Contexts = new StepContext[Capacity];
        public int Count;
    }
}
