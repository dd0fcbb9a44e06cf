namespace Pipeline.Steps;

/// <summary>What is known of an item beside itself when a chain runs over it.</summary>
/// <remarks>Immutable and thread safe.</remarks>
public sealed record ChainRunOptions
{
    internal static readonly ChainRunOptions Default = new();

    /// <summary>On whose behalf the chain runs. Default: <see langword="null"/>, the current call.</summary>
    public CallContext? Call { get; init; }

    /// <summary>The step to begin at, from a checkpoint. Default: <see langword="null"/>, the first.</summary>
    public string? ResumeAt { get; init; }

    /// <summary>Which attempt at the item this is, 1 or more. Default: 1.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is less than 1.</exception>
    public int Attempt
    {
        get;
        init
        {
            ArgumentOutOfRangeException.ThrowIfLessThan(value, 1);
            field = value;
        }
    } = 1;

    /// <summary>The id of the message that the item came in. Default: none.</summary>
    public Guid? MessageId { get; init; }

    /// <summary>When that message was enqueued, by the backend's clock. Default: not known.</summary>
    public DateTimeOffset? EnqueuedAt { get; init; }
}
