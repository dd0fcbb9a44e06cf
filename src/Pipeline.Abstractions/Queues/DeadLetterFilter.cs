namespace Pipeline.Queues;

/// <summary>Selects dead letters. What is not set selects nothing away; what is set must all hold.</summary>
/// <remarks>Immutable and thread safe.</remarks>
public sealed class DeadLetterFilter
{
    /// <summary>Selects every dead letter of the queue.</summary>
    public static readonly DeadLetterFilter All = new();

    /// <summary>The messages' ids.</summary>
    public IReadOnlyCollection<Guid>? MessageIds { get; init; }

    /// <summary>The messages' tenant.</summary>
    public string? Tenant { get; init; }

    /// <summary>The type that the messages' schema names.</summary>
    public string? Type { get; init; }

    /// <summary>Why the messages are dead.</summary>
    public DeadLetterReason? Reason { get; init; }

    /// <summary>Messages that died at or after this time.</summary>
    public DateTimeOffset? DeadFrom { get; init; }

    /// <summary>Messages that died before this time.</summary>
    public DateTimeOffset? DeadBefore { get; init; }

    /// <summary>Makes a filter for single messages.</summary>
    /// <param name="messageIds">The messages' ids.</param>
    /// <returns>The filter.</returns>
    public static DeadLetterFilter ById(params IReadOnlyCollection<Guid> messageIds)
    {
        ArgumentNullException.ThrowIfNull(messageIds);
        return new DeadLetterFilter { MessageIds = messageIds };
    }

    /// <summary>Whether a dead letter is selected.</summary>
    /// <param name="deadLetter">The dead letter.</param>
    /// <returns><see langword="true"/> if all that is set holds.</returns>
    public bool Matches(DeadLetter deadLetter)
    {
        ArgumentNullException.ThrowIfNull(deadLetter);
        return (MessageIds is null || MessageIds.Contains(deadLetter.Message.Id))
            && (Tenant is null || string.Equals(Tenant, deadLetter.Message.Tenant, StringComparison.Ordinal))
            && (Type is null || string.Equals(Type, deadLetter.Message.Schema.Type, StringComparison.Ordinal))
            && (Reason is null || Reason == deadLetter.Reason)
            && (DeadFrom is null || deadLetter.DeadAt >= DeadFrom)
            && (DeadBefore is null || deadLetter.DeadAt < DeadBefore);
    }
}
