using Microsoft.Extensions.DependencyInjection;
using Pipeline.Queues;
using Pipeline.Steps;

namespace Pipeline.DependencyInjection;

/// <summary>Makes messages for typed queues by the queues' names.</summary>
internal sealed class MessageFactory(IServiceProvider services, PipelineRegistry registry) : IMessageFactory
{
    public QueueMessage Create<T>(string queue, T value, EnqueueOptions? options, CallContext call)
    {
        ArgumentNullException.ThrowIfNull(value);
        var codec = services.GetKeyedService<MessageCodec<T>>(registry.KeyOf(queue))
            ?? throw new ArgumentException(
                $"No queue '{queue}' of {typeof(T).Name} was declared. Declare it with AddQueue<{typeof(T).Name}>, or correct the name or the type.", nameof(queue));
        return OutgoingMessage.Create(codec.Write(value), codec.Schema, options ?? OutgoingMessage.NoOptions, call);
    }
}
