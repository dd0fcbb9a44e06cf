using System.Runtime.Intrinsics.X86;

namespace Pipeline.Vectors;

/// <summary>Has the processor fetch vectors before they are compared. Without it a scan waits for the memory, most of all where a filter leaves gaps.</summary>
/// <remarks>A hint: it changes no result, and does nothing where the processor has no such instruction.</remarks>
internal static class MemoryPrefetch
{
    private const int BytesPerLine = 64;
    private const int FloatsPerLine = BytesPerLine / sizeof(float);

    // Measured: less comes too late, more pushes out of the cache what is needed first.
    private const int BytesAhead = 6 * 1024;
    private const int MostVectorsAhead = 16;

    // Behind these, the processor has seen a run of lines and goes on by itself.
    private const int MostFloats = 4 * 1024 / sizeof(float);

    /// <summary>How many vectors ahead one is fetched.</summary>
    public static int DistanceOf(int dimension) => Math.Clamp(BytesAhead / (dimension * sizeof(float)), 1, MostVectorsAhead);

    /// <summary>Begins to fetch a vector.</summary>
    public static unsafe void Begin(ReadOnlySpan<float> vector)
    {
        if (!Sse.IsSupported)
        {
            return;
        }

        fixed (float* first = vector)
        {
            for (var i = 0; i < Math.Min(vector.Length, MostFloats); i += FloatsPerLine)
            {
                Sse.Prefetch0(first + i);
            }
        }
    }
}
