using System.Runtime.CompilerServices;
using System.Text;

namespace Pipeline.Queues;

/// <summary>The checks that every backend's queue makes at its public edge, so that bad input gets the same clear error everywhere.</summary>
/// <remarks>Called by backends. Thread safe.</remarks>
public static class QueueArguments
{
    /// <summary>Returns if the arguments of a receive are in range, and throws otherwise.</summary>
    /// <param name="maxMessages">The most messages to lease.</param>
    /// <param name="lease">The lease.</param>
    /// <param name="wait">The wait.</param>
    /// <exception cref="ArgumentOutOfRangeException">An argument is out of range.</exception>
    public static void CheckReceive(int maxMessages, TimeSpan lease, TimeSpan wait)
    {
        CheckCount(maxMessages, nameof(maxMessages));
        CheckLease(lease);
        if (wait < TimeSpan.Zero && wait != Timeout.InfiniteTimeSpan)
        {
            throw new ArgumentOutOfRangeException(nameof(wait), wait, "Give zero or more, or Timeout.InfiniteTimeSpan.");
        }
    }

    /// <summary>Returns if a lease is in range, and throws otherwise.</summary>
    /// <param name="lease">The lease.</param>
    /// <exception cref="ArgumentOutOfRangeException">The lease is out of range.</exception>
    public static void CheckLease(TimeSpan lease)
    {
        if (lease < QueueLimits.MinLease || lease > QueueLimits.MaxLease)
        {
            throw new ArgumentOutOfRangeException(
                nameof(lease), lease, $"Give a lease from {QueueLimits.MinLease} to {QueueLimits.MaxLease}, and renew it for longer work.");
        }
    }

    /// <summary>Returns if a batch has a size that one call can take, and throws otherwise.</summary>
    /// <typeparam name="T">The items' type.</typeparam>
    /// <param name="items">The batch.</param>
    /// <param name="argument">The name of the caller's argument.</param>
    /// <exception cref="ArgumentNullException"><paramref name="items"/> is <see langword="null"/>.</exception>
    /// <exception cref="ArgumentException">The batch is empty or too large, or holds a null.</exception>
    public static void CheckBatch<T>(IReadOnlyList<T> items, [CallerArgumentExpression(nameof(items))] string? argument = null)
    {
        ArgumentNullException.ThrowIfNull(items, argument);
        if (items.Count is < 1 or > QueueLimits.MaxBatchSize)
        {
            throw new ArgumentException(
                $"The batch has {items.Count} items. Give 1 to {QueueLimits.MaxBatchSize}, and send more in several calls.", argument);
        }

        // Where a value type cannot be null, asking would box every item in a build without optimisation.
        for (var i = 0; i < items.Count && !typeof(T).IsValueType; i++)
        {
            if (items[i] is null)
            {
                throw new ArgumentException($"The item at index {i} is null. Leave it out.", argument);
            }
        }
    }

    /// <summary>Returns if messages can be enqueued on a queue as they are, and throws otherwise.</summary>
    /// <param name="messages">The messages.</param>
    /// <param name="queue">The queue.</param>
    /// <exception cref="ArgumentException">
    /// There are none or too many, one is null, a body or the headers are too long, or the batch exceeds the queue's capacity.
    /// </exception>
    public static void CheckMessages(IReadOnlyList<QueueMessage> messages, QueueDefinition queue)
    {
        ArgumentNullException.ThrowIfNull(queue);
        CheckBatch(messages);
        if (messages.Count > queue.Options.Capacity)
        {
            throw new ArgumentException(
                $"The batch of {messages.Count} messages can never fit queue '{queue.Name}', whose Capacity is {queue.Options.Capacity}. "
                + "Send smaller batches, or raise Capacity.",
                nameof(messages));
        }

        for (var i = 0; i < messages.Count; i++)
        {
            CheckMessage(messages[i], queue, nameof(messages));
        }
    }

    /// <summary>Returns if one message can be enqueued on a queue as it is, and throws otherwise.</summary>
    /// <param name="message">The message.</param>
    /// <param name="queue">The queue.</param>
    /// <param name="argument">The name of the caller's argument.</param>
    /// <exception cref="ArgumentException">The body or the headers are too long.</exception>
    public static void CheckMessage(QueueMessage message, QueueDefinition queue, string argument)
    {
        ArgumentNullException.ThrowIfNull(message);
        ArgumentNullException.ThrowIfNull(queue);
        CheckBody(message.Body, queue, argument);
        if (message.Headers.Count > 0)
        {
            CheckHeaders(message.Headers, argument);
        }
    }

    /// <summary>Returns if abandonments can be made on a queue as they are, and throws otherwise.</summary>
    /// <param name="abandonments">The abandonments.</param>
    /// <param name="queue">The queue.</param>
    /// <exception cref="ArgumentException">There are none or too many, one is null, or a checkpoint's body is too long.</exception>
    public static void CheckAbandonments(IReadOnlyList<QueueAbandonment> abandonments, QueueDefinition queue)
    {
        ArgumentNullException.ThrowIfNull(queue);
        CheckBatch(abandonments);
        foreach (var abandonment in abandonments)
        {
            CheckCheckpoint(abandonment.Checkpoint, queue, nameof(abandonments));
        }
    }

    /// <summary>Returns if rejections can be made on a queue as they are, and throws otherwise.</summary>
    /// <param name="rejections">The rejections.</param>
    /// <param name="queue">The queue.</param>
    /// <exception cref="ArgumentException">There are none or too many, one is null, or a checkpoint's body is too long.</exception>
    public static void CheckRejections(IReadOnlyList<QueueRejection> rejections, QueueDefinition queue)
    {
        ArgumentNullException.ThrowIfNull(queue);
        CheckBatch(rejections);
        foreach (var rejection in rejections)
        {
            CheckCheckpoint(rejection.Checkpoint, queue, nameof(rejections));
        }
    }

    /// <summary>Returns if the length of a page is in range, and throws otherwise.</summary>
    /// <param name="maxCount">The length.</param>
    /// <exception cref="ArgumentOutOfRangeException">The length is out of range.</exception>
    public static void CheckPage(int maxCount) => CheckCount(maxCount, nameof(maxCount));

    private static void CheckCount(int count, string argument)
    {
        if (count is < 1 or > QueueLimits.MaxBatchSize)
        {
            throw new ArgumentOutOfRangeException(argument, count, $"Give a number from 1 to {QueueLimits.MaxBatchSize}.");
        }
    }

    private static void CheckCheckpoint(MessageCheckpoint? checkpoint, QueueDefinition queue, string argument)
    {
        if (checkpoint is not null)
        {
            CheckBody(checkpoint.Body, queue, argument);
        }
    }

    private static void CheckBody(ReadOnlyMemory<byte> body, QueueDefinition queue, string argument)
    {
        if (body.Length > queue.Options.MaxBodyBytes)
        {
            throw new ArgumentException(
                $"The body is {body.Length} bytes long; queue '{queue.Name}' takes {queue.Options.MaxBodyBytes}. "
                + "Store it elsewhere and send a reference, or raise MaxBodyBytes.",
                argument);
        }
    }

    private static void CheckHeaders(IReadOnlyDictionary<string, string> headers, string argument)
    {
        var bytes = 0;
        foreach (var (name, value) in headers)
        {
            if (name.Length == 0)
            {
                throw new ArgumentException("A header has an empty name. Name it, or leave it out.", argument);
            }

            bytes += Encoding.UTF8.GetByteCount(name) + Encoding.UTF8.GetByteCount(value ?? "");
        }

        if (bytes > QueueLimits.MaxHeaderBytes)
        {
            throw new ArgumentException(
                $"The headers take {bytes} bytes; {QueueLimits.MaxHeaderBytes} are allowed. Put what is larger into the body.", argument);
        }
    }
}
