namespace Pipeline.Workers;

/// <summary>A handler cannot take messages for a while: the message is deferred and charged nothing.</summary>
internal sealed class MessageDeferredException(TimeSpan delay) : Exception("The handler takes no messages at present.")
{
    public TimeSpan Delay { get; } = delay;
}
