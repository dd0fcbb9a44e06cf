namespace Pipeline.Workers;

/// <summary>A handler that takes no messages for a while: its worker receives none meanwhile, so that others can.</summary>
internal interface IPausableHandler : IMessageHandler
{
    Task WaitUntilActiveAsync(CancellationToken cancellationToken);
}
