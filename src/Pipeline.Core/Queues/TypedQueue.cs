using System.Diagnostics.CodeAnalysis;
using Pipeline.Steps;

namespace Pipeline.Queues;

/// <summary>The typed face of a queue.</summary>
internal sealed class TypedQueue<T>(IQueue queue, MessageCodec<T> codec) : IQueue<T>
{
    public IQueue Untyped => queue;

    public bool TryRead(QueueMessage message, [MaybeNullWhen(false)] out T value)
    {
        ArgumentNullException.ThrowIfNull(message);
        try
        {
            value = codec.Read(message);
            return true;
        }
        catch (UnreadableMessageException)
        {
            value = default;
            return false;
        }
    }

    public async ValueTask<EnqueueResult> EnqueueAsync(T value, EnqueueOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(value);
        var results = await queue.EnqueueAsync([Create(value, options)], cancellationToken).ConfigureAwait(false);
        return results[0];
    }

    public ValueTask<IReadOnlyList<EnqueueResult>> EnqueueBatchAsync(
        IReadOnlyList<T> values, EnqueueOptions? options = null, CancellationToken cancellationToken = default)
    {
        QueueArguments.CheckBatch(values);
        if (values.Count > 1 && (options?.Id is not null || options?.DeduplicationKey is not null))
        {
            throw new ArgumentException(
                "One Id or DeduplicationKey cannot serve several values: all but the first would be dropped. Enqueue them one by one.", nameof(options));
        }

        var messages = new QueueMessage[values.Count];
        for (var i = 0; i < messages.Length; i++)
        {
            messages[i] = Create(values[i], options);
        }

        return queue.EnqueueAsync(messages, cancellationToken);
    }

    private QueueMessage Create(T value, EnqueueOptions? options) =>
        OutgoingMessage.Create(codec.Write(value), codec.Schema, options ?? OutgoingMessage.NoOptions, CallContext.Current);
}
