namespace Pipeline.State;

/// <summary>
/// An entry was changed by others each time that a call was about to change it. The call did nothing, and may be repeated; that others got through each
/// time says that the store works.
/// </summary>
/// <param name="operation">What was tried, for instance <c>task renewal</c>.</param>
/// <param name="attempts">How often.</param>
public sealed class StateContentionException(string operation, int attempts)
    : Exception($"'{operation}' lost {attempts} races for one entry in a row, and did nothing. Repeat it, or let fewer callers change one entry.")
{
    /// <summary>What was tried.</summary>
    public string Operation { get; } = operation;

    /// <summary>How often.</summary>
    public int Attempts { get; } = attempts;
}
