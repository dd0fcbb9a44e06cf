using Pipeline.Queues;

namespace Pipeline.State;

/// <summary>A long-running task as it stood when it was read.</summary>
/// <remarks>Immutable, hence thread safe. All times are by the backend's clock.</remarks>
public sealed record TrackedTask
{
    /// <summary>The most bytes of a result: 512 KiB. What is larger is stored elsewhere, and its place is the result.</summary>
    public const int MaxResultBytes = 512 * 1024;

    /// <summary>The tenant whose task it is.</summary>
    public required string Tenant { get; init; }

    /// <summary>The task's id, unique within its tenant.</summary>
    public required string Id { get; init; }

    /// <summary>Where it is.</summary>
    public required TrackedTaskState State { get; init; }

    /// <summary>Whether <see cref="State"/> is final.</summary>
    public bool IsEnded => State >= TrackedTaskState.Completed;

    /// <summary>How often it was started, 0 or more. A start that was given back without a cause is not counted.</summary>
    public required int Attempts { get; init; }

    /// <summary>How much of it is done, from 0 to 1, as the current attempt says. It does not go back within an attempt; 1 once the task is completed.</summary>
    public required double Progress { get; init; }

    /// <summary>What the current attempt last said of its progress, or <see langword="null"/>.</summary>
    public string? ProgressMessage { get; init; }

    /// <summary>Whether somebody asked to cancel it. A task that is processed goes on until its worker takes notice.</summary>
    public bool IsCancellationRequested { get; init; }

    /// <summary>The result; empty unless the task is completed.</summary>
    public ReadOnlyMemory<byte> Result { get; init; }

    /// <summary>Why it failed or timed out; for a task that is not ended, why its last attempt did. <see langword="null"/> where nothing went wrong.</summary>
    public MessageError? Error { get; init; }

    /// <summary>When it was created.</summary>
    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>When its current or last attempt was started, or <see langword="null"/>.</summary>
    public DateTimeOffset? StartedAt { get; init; }

    /// <summary>While it is processed: when the attempt is lost unless it is renewed.</summary>
    public DateTimeOffset? LeaseUntil { get; init; }

    /// <summary>When it times out, however often it is renewed or started.</summary>
    public required DateTimeOffset Deadline { get; init; }

    /// <summary>When it ended, or <see langword="null"/>.</summary>
    public DateTimeOffset? EndedAt { get; init; }
}
