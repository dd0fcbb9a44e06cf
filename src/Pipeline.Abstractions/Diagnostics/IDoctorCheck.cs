namespace Pipeline.Diagnostics;

/// <summary>Looks at one thing that can be wrong with a configuration or a backend, and says how to mend it.</summary>
/// <remarks>
/// Register any number of them as services; the doctor finds and runs them all, in the order of their names. A check changes nothing, leaves nothing
/// behind, and may run against a system in production. Implementations are thread safe.
/// </remarks>
public interface IDoctorCheck
{
    /// <summary>
    /// A stable name, unique among the checks, of lower-case words: room or backend, a dot, what is looked at, for instance <c>redis.eviction-policy</c>.
    /// </summary>
    string Name { get; }

    /// <summary>Whether the check reaches over the network. The doctor leaves such checks out when it is told to skip the network.</summary>
    bool UsesNetwork { get; }

    /// <summary>Looks.</summary>
    /// <param name="cancellationToken">
    /// Gives up the check. The doctor cancels it when the check's time is over and reports an error in its place.
    /// </param>
    /// <returns>What was found. A backend that cannot be reached is a result, too: an error that says which one, where, and what to check.</returns>
    /// <remarks>An exception is reported as an error of the check itself, by its type; the other checks run on.</remarks>
    ValueTask<DoctorResult> CheckAsync(CancellationToken cancellationToken = default);
}
