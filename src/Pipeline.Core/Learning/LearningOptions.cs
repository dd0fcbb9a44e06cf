namespace Pipeline.Learning;

/// <summary>How learnings are kept, and how long steps wait for them.</summary>
/// <remarks>Bound from <c>Learning</c> of the suite's configuration section. Read once, when the store or the step is made.</remarks>
public sealed class LearningOptions
{
    internal static readonly TimeSpan LeastSnapshotInterval = TimeSpan.FromSeconds(1);
    internal static readonly TimeSpan MostSnapshotInterval = TimeSpan.FromDays(1);

    /// <summary>
    /// The file in which the store in memory keeps what it knows: read when it is made, written when it is disposed. Relative to the working directory of the
    /// process. Each suite and each process needs its own. <see langword="null"/>, the default, for none. A suite whose learnings are in a backend does without.
    /// </summary>
    public string? SnapshotPath { get; set; }

    /// <summary>
    /// How often the file is also written while the process runs, if anything has changed: 1 second to 1 day. <see langword="null"/>, the default, for
    /// not at all. Needs <see cref="SnapshotPath"/>.
    /// </summary>
    public TimeSpan? SnapshotInterval { get; set; }

    /// <summary>
    /// How long a step waits for what it recalls before it goes on without, 1 millisecond to 1 minute. Default: 1 second.
    /// </summary>
    public TimeSpan RecallBudget { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>
    /// How long a recall waits for the embedding of its text, where an embedding generator is registered, before it goes by the words instead:
    /// 1 millisecond to 1 minute. Default: 500 milliseconds.
    /// </summary>
    public TimeSpan EmbeddingBudget { get; set; } = TimeSpan.FromMilliseconds(500);

    /// <summary>
    /// How long a step waits until what was learned from it is recorded, zero to 1 minute. Then the answer goes out, and the recording goes on by itself.
    /// Default: 1 second.
    /// </summary>
    public TimeSpan RecordBudget { get; set; } = TimeSpan.FromSeconds(1);
}
