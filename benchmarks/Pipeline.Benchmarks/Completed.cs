namespace Pipeline.Benchmarks;

/// <summary>Takes the result of a call that has to complete at once, without the cost of awaiting it.</summary>
internal static class Completed
{
    public static T ResultOf<T>(ValueTask<T> call) =>
        call.IsCompletedSuccessfully ? call.Result : throw new InvalidOperationException("The call did not complete at once.");
}
