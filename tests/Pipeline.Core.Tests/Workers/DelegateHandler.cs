namespace Pipeline.Workers;

internal sealed class DelegateHandler(Func<MessageContext, CancellationToken, ValueTask> handle) : IMessageHandler
{
    public ValueTask HandleAsync(MessageContext context, CancellationToken cancellationToken) => handle(context, cancellationToken);
}
