using System.Text.Json.Serialization;

namespace Pipeline.State;

/// <summary>A task as it is stored. See <c>docs/formats.md</c>; the rules by which it changes are those of <see cref="TaskRules"/>.</summary>
internal sealed record TaskRecord
{
    [JsonPropertyOrder(-1)]
    public int Format { get; init; } = StoredStateFormat.Version;

    [JsonConverter(typeof(StoredEnumConverter<TrackedTaskState>))]
    public required TrackedTaskState State { get; init; }

    /// <summary>Tells this task from one of the same id before or after it, and its creator from others that create it at the same time.</summary>
    public required Guid Instance { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    public required DateTimeOffset Deadline { get; init; }

    public TimeSpan? AttemptTimeout { get; init; }

    public required int MaxAttempts { get; init; }

    public required TimeSpan Retention { get; init; }

    public int Attempts { get; init; }

    /// <summary>The fencing token of the last attempt, 0 before the first.</summary>
    public long Token { get; init; }

    /// <summary>Who made the last attempt; null where the time took it away, or there was none.</summary>
    public Guid? Owner { get; init; }

    public DateTimeOffset? StartedAt { get; init; }

    /// <summary>Only while it is processed.</summary>
    public DateTimeOffset? LeaseUntil { get; init; }

    public DateTimeOffset? EndedAt { get; init; }

    public double Progress { get; init; }

    public string? ProgressMessage { get; init; }

    public bool IsCancellationRequested { get; init; }

    public byte[]? Result { get; init; }

    public TaskError? Error { get; init; }

    [JsonIgnore]
    public bool IsEnded => State >= TrackedTaskState.Completed;

    /// <summary>Until when the attempt may go on, as things are.</summary>
    [JsonIgnore]
    public DateTimeOffset? AttemptUntil => LeaseUntil is { } lease
        ? AttemptTimeout is { } timeout && StartedAt + timeout < lease ? StartedAt + timeout : lease
        : null;

    /// <summary>When the time changes the task next, if nobody else does.</summary>
    [JsonIgnore]
    public DateTimeOffset DueAt => AttemptUntil is { } attempt && attempt < Deadline ? attempt : Deadline;

    /// <summary>How long the store is to keep it: what is not ended can still be read as long after its deadline as after its end.</summary>
    public TimeSpan TimeToLive(DateTimeOffset now) => IsEnded || Deadline < now ? Retention : Deadline - now + Retention;

    public TrackedTask ToTask(string tenant, string id) => new()
    {
        Tenant = tenant,
        Id = id,
        State = State,
        Attempts = Attempts,
        Progress = Progress,
        ProgressMessage = ProgressMessage,
        IsCancellationRequested = IsCancellationRequested,
        Result = Result,
        Error = Error?.ToError(),
        CreatedAt = CreatedAt,
        StartedAt = StartedAt,
        LeaseUntil = AttemptUntil is null ? null : DueAt,
        Deadline = Deadline,
        EndedAt = EndedAt,
    };
}
