using System.Runtime.CompilerServices;

namespace Pipeline.Steps;

/// <summary>Says in which step an exception was thrown, for whoever logs it: an error is logged once, by the one who handles it.</summary>
/// <remarks>Thread safe.</remarks>
public static class StepFailure
{
    private static readonly ConditionalWeakTable<Exception, string> Steps = new();

    /// <summary>Finds the step that failed with an exception, or with one that it wraps.</summary>
    /// <param name="exception">The exception.</param>
    /// <returns>The name of the step, the innermost where steps call steps; <see langword="null"/> where no step failed.</returns>
    public static string? StepOf(Exception exception)
    {
        ArgumentNullException.ThrowIfNull(exception);
        string? found = null;
        for (var inner = exception; inner is not null; inner = inner.InnerException)
        {
            found = Steps.TryGetValue(inner, out var step) ? step : found;
        }

        return found;
    }

    // The innermost step sees the exception first.
    internal static void Note(Exception exception, string step) => Steps.TryAdd(exception, step);
}
