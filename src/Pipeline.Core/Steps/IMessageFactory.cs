using Pipeline.Queues;

namespace Pipeline.Steps;

/// <summary>Makes messages of values, for a queue that was declared with their type. The typed queues implement it.</summary>
internal interface IMessageFactory
{
    /// <summary>Encodes a value as a message of a queue, with what the call says of tenant, user, request, baggage and trace.</summary>
    /// <exception cref="ArgumentException">The queue was not declared with this type, the encoding is too long, or an option is invalid.</exception>
    QueueMessage Create<T>(string queue, T value, EnqueueOptions? options, CallContext call);
}
