using System.Diagnostics.CodeAnalysis;
using Pipeline.Backends;

namespace Pipeline.Queues;

/// <summary>The typed face of a queue: values go in, and come out in a worker.</summary>
/// <typeparam name="T">The type of the values.</typeparam>
/// <remarks>
/// Each message carries the type's schema, and the tenant, request id, user, baggage and trace context of the call that enqueued it.
/// Thread safe.
/// </remarks>
public interface IQueue<T>
{
    /// <summary>The queue beneath, for all that producers of values do not need.</summary>
    IQueue Untyped { get; }

    /// <summary>Reads the value of a message, for instance of a dead letter.</summary>
    /// <param name="message">A message of this queue.</param>
    /// <param name="value">The value as it was enqueued, if it could be read.</param>
    /// <returns>Whether type, version, encoding and body could be read.</returns>
    bool TryRead(QueueMessage message, [MaybeNullWhen(false)] out T value);

    /// <summary>Adds one value.</summary>
    /// <param name="value">The value.</param>
    /// <param name="options">What else to say of it; <see langword="null"/> for the defaults.</param>
    /// <param name="cancellationToken">Cancels the call, also while it waits for room.</param>
    /// <returns>What became of it. The message is safe when the task completes.</returns>
    /// <exception cref="ArgumentException">The value's encoding is longer than <see cref="QueueOptions.MaxBodyBytes"/>, or an option is invalid.</exception>
    /// <exception cref="QueueFullException">The queue has no room, and <see cref="QueueOptions.WhenFull"/> says to refuse.</exception>
    /// <exception cref="BackendUnavailableException">The backend does not answer.</exception>
    ValueTask<EnqueueResult> EnqueueAsync(T value, EnqueueOptions? options = null, CancellationToken cancellationToken = default);

    /// <summary>Adds several values, whole or not at all.</summary>
    /// <param name="values">1 to 1,000 values.</param>
    /// <param name="options">What else to say of each; an id or a deduplication key cannot serve several values.</param>
    /// <param name="cancellationToken">Cancels the call, also while it waits for room.</param>
    /// <returns>A result for each value, in their order.</returns>
    /// <exception cref="ArgumentException">There are no values or too many, an encoding is too long, or an option is invalid.</exception>
    /// <exception cref="QueueFullException">The queue has no room, and <see cref="QueueOptions.WhenFull"/> says to refuse.</exception>
    /// <exception cref="BackendUnavailableException">The backend does not answer.</exception>
    ValueTask<IReadOnlyList<EnqueueResult>> EnqueueBatchAsync(
        IReadOnlyList<T> values, EnqueueOptions? options = null, CancellationToken cancellationToken = default);
}
