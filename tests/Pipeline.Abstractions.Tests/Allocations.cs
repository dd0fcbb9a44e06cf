namespace Pipeline.Abstractions.Tests;

/// <summary>Counts what a piece of code allocates on this thread.</summary>
internal static class Allocations
{
    private const int Warmups = 100;

    public static long Of(Action action)
    {
        // The first calls may allocate for the runtime's own sake: type initialisers, tiering.
        for (var i = 0; i < Warmups; i++)
        {
            action();
        }

        var before = GC.GetAllocatedBytesForCurrentThread();
        action();
        return GC.GetAllocatedBytesForCurrentThread() - before;
    }
}
