using Pipeline.Telemetry;

namespace Pipeline.Steps;

/// <summary>The answer of a step together with what it took to make it, as a store outside of the cache keeps it.</summary>
/// <param name="value">The answer.</param>
/// <param name="origin">What it took (<see cref="StepContext.ToOrigin"/>); <see langword="null"/> where nothing is known of it.</param>
internal sealed class StepValue<TOut>(TOut value, ValueOrigin? origin)
{
    public TOut Value => value;

    /// <summary>What it took to make the answer: whoever answers with it books that as avoided (<see cref="StepContext.Avoid"/>).</summary>
    public ValueOrigin? Origin => origin;
}
