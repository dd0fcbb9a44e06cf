namespace Pipeline.Steps;

/// <summary>Runs the checks that a step's builder was given.</summary>
internal static class StepChecks
{
    public static void ThrowIfInvalid<TIn>(string step, Func<TIn, string?>[] checks, TIn input)
    {
        foreach (var check in checks)
        {
            if (check(input) is { } problem)
            {
                throw new StepRejectedException(step, StepRejectionReason.InvalidInput, problem);
            }
        }
    }
}
