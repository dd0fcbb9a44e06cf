namespace Pipeline.State;

/// <summary>How long a long-running task may take, how often it is tried, and how long it is remembered.</summary>
/// <remarks>Immutable, hence thread safe. They are stored with the task: processes may have different ones.</remarks>
public sealed record TrackedTaskOptions
{
    /// <summary>The longest time that an option may name: 366 days.</summary>
    public static TimeSpan MaxDuration { get; } = TimeSpan.FromDays(366);

    /// <summary>The shortest time that an option may name: 100 milliseconds.</summary>
    public static TimeSpan MinDuration { get; } = TimeSpan.FromMilliseconds(100);

    /// <summary>How long the task may take from its creation to its end, all waiting and all attempts included. Default: 1 day.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is not <see cref="MinDuration"/> to <see cref="MaxDuration"/>.</exception>
    public TimeSpan Timeout { get; init => field = Checked(value, nameof(Timeout)); } = TimeSpan.FromDays(1);

    /// <summary>How long one attempt may take, however often it is renewed; <see langword="null"/>, the default, for as long as the task.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is not <see cref="MinDuration"/> to <see cref="MaxDuration"/>.</exception>
    public TimeSpan? AttemptTimeout { get; init => field = value is { } time ? Checked(time, nameof(AttemptTimeout)) : null; }

    /// <summary>How many attempts may be lost or given back with a cause before the task has failed: 1 to 1,000. Default: 5.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is out of range.</exception>
    public int MaxAttempts
    {
        get;
        init => field = value is >= 1 and <= 1_000
            ? value
            : throw new ArgumentOutOfRangeException(nameof(value), value, $"{nameof(MaxAttempts)}: give a number from 1 to 1000.");
    } = 5;

    /// <summary>How long the task can still be read after its end. Default: 1 day.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is not <see cref="MinDuration"/> to <see cref="MaxDuration"/>.</exception>
    public TimeSpan Retention { get; init => field = Checked(value, nameof(Retention)); } = TimeSpan.FromDays(1);

    private static TimeSpan Checked(TimeSpan value, string name)
    {
        StateArguments.CheckDuration(value, MinDuration, MaxDuration, name);
        return value;
    }
}
