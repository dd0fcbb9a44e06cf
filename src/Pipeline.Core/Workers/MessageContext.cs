using Pipeline.Queues;
using Pipeline.Steps;

namespace Pipeline.Workers;

/// <summary>A message that is being handled, and what its handler leaves behind.</summary>
/// <remarks>Serves one attempt. Not thread safe.</remarks>
public sealed class MessageContext
{
    private List<QueueFollowUp>? _followUps;

    internal MessageContext(string worker, ReceivedMessage received, CallContext call)
    {
        Worker = worker;
        Received = received;
        Call = call;
    }

    /// <summary>The worker's name.</summary>
    public string Worker { get; }

    /// <summary>The message, its counters, and the checkpoint of an earlier attempt.</summary>
    public ReceivedMessage Received { get; }

    /// <summary>On whose behalf the message was sent. It is the current call while the handler runs.</summary>
    public CallContext Call { get; }

    /// <summary>Where to resume if this attempt fails. Default: <see langword="null"/>, which keeps an earlier checkpoint.</summary>
    public MessageCheckpoint? Checkpoint { get; set; }

    internal string? FailedStep { get; set; }

    internal IReadOnlyList<QueueFollowUp>? FollowUps => _followUps;

    /// <summary>Adds a message that comes to exist in the same act that completes this one.</summary>
    /// <param name="followUp">The follow-up, for a queue of the same backend.</param>
    public void FollowUp(QueueFollowUp followUp)
    {
        ArgumentNullException.ThrowIfNull(followUp);
        (_followUps ??= []).Add(followUp);
    }

    /// <summary>The context in which the same attempt goes on after a wait: from the checkpoint, and without the follow-ups.</summary>
    internal MessageContext Resume()
    {
        var receipt = Received.Receipt;
        var resumed = new ReceivedMessage(Received.Message, receipt.AttemptToken, Received.EnqueuedAt, receipt.Locator)
        {
            Deliveries = Received.Deliveries,
            Failures = Received.Failures,
            Crashes = Received.Crashes,
            MaxDeliveries = Received.MaxDeliveries,
            Checkpoint = Checkpoint ?? Received.Checkpoint,
        };
        return new MessageContext(Worker, resumed, Call) { Checkpoint = Checkpoint };
    }
}
