using System.Runtime.CompilerServices;

namespace Pipeline.Benchmarks;

/// <summary>Takes the result of a call that has to complete at once, without the cost of awaiting it.</summary>
internal static class Completed
{
    // A peer's result is used where it is returned, so ours must not be copied once more either.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T ResultOf<T>(ValueTask<T> call) =>
        call.IsCompletedSuccessfully ? call.Result : throw new InvalidOperationException("The call did not complete at once.");
}
