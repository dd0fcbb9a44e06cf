using System.Diagnostics;

namespace Pipeline.Soak;

/// <summary>What the process holds at a moment, after a full collection.</summary>
/// <param name="Operations">How many operations were done until then.</param>
/// <param name="ManagedBytes">Live objects.</param>
/// <param name="ResidentBytes">Memory of the process.</param>
/// <param name="Handles">Open handles.</param>
/// <param name="Threads">Threads of the process.</param>
internal readonly record struct Sample(long Operations, long ManagedBytes, long ResidentBytes, int Handles, int Threads)
{
    public static Sample Take(long operations)
    {
        var managed = GC.GetTotalMemory(forceFullCollection: true);
        using var process = Process.GetCurrentProcess();
        return new(operations, managed, process.WorkingSet64, process.HandleCount, process.Threads.Count);
    }
}
