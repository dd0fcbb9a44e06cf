namespace Pipeline.Throughput;

/// <summary>A piece of work done by the bare client and by the suite.</summary>
/// <param name="Name">What is done.</param>
/// <param name="Bare">The raw limit: the same client sending the bare commands.</param>
/// <param name="Ours">The suite.</param>
/// <param name="Demanded">The least ratio of ours to bare that is asked for, for each of <paramref name="Callers"/>; zero for none.</param>
/// <param name="ItemsOfRun">How many items one run of the work moves.</param>
internal sealed record Comparison(string Name, Contender Bare, Contender Ours, double[] Demanded, int ItemsOfRun = 1)
{
    /// <summary>How many do the work at the same time, in turn. Default: 1, 64 and 256.</summary>
    public int[] Callers { get; init; } = [1, 64, 256];
}
