using Microsoft.Extensions.Logging;

namespace Pipeline.Diagnostics;

/// <summary>Whether the checks that the host and its backends registered could be made.</summary>
internal sealed class DoctorChecksCheck(int count, Exception? problem, ILogger logger) : ProcessCheck("doctor.checks")
{
    protected override DoctorResult Look()
    {
        if (problem is null)
        {
            return DoctorResult.Ok($"{Wording.Count(count, "check")} of the host's and its backends'.");
        }

        Log.DoctorCheckFailed(logger, problem, Name);
        var (summary, mend) = ConfigurationProblem.Is(problem)
            ? ConfigurationProblem.Split(problem).First()
            : ($"{problem.GetType().Name}.", $"Read the exception in the log (event {Log.DoctorCheckFailedId}), and mend what it names.");
        return DoctorResult.Error($"The checks of the host and its backends could not be made, and none of them was run: {summary}", mend);
    }
}
