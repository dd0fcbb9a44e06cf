using Pipeline.Queues;

namespace Pipeline.Steps;

/// <summary>What a chain's step knows of the run that it is part of, and where it leaves its follow-up messages.</summary>
/// <remarks>
/// One instance serves one run of a chain over one item, and is valid until the run ends. <see cref="FollowUp(string, QueueMessage)"/> is thread
/// safe; the properties belong to the step that runs.
/// </remarks>
public sealed class ChainContext
{
    private readonly IMessageFactory? _messages;
    private readonly Lock _gate = new();
    private List<QueueFollowUp>? _followUps;
    private int _confirmed;
    private bool _closed;

    /// <summary>Makes a context. For tests of steps; the chain makes its own.</summary>
    /// <param name="chainName">The chain's name.</param>
    /// <param name="stepName">The name of the step that runs.</param>
    /// <param name="call">The call, or <see langword="null"/> for the current one.</param>
    public ChainContext(string chainName, string stepName, CallContext? call = null)
        : this(chainName, new ChainRunOptions { Call = call }, messages: null)
    {
        ArgumentException.ThrowIfNullOrEmpty(chainName);
        ArgumentException.ThrowIfNullOrEmpty(stepName);
        StepName = stepName;
    }

    internal ChainContext(string chainName, ChainRunOptions run, IMessageFactory? messages)
    {
        ChainName = chainName;
        Call = run.Call ?? CallContext.Current;
        Attempt = run.Attempt;
        MessageId = run.MessageId;
        EnqueuedAt = run.EnqueuedAt;
        _messages = messages;
    }

    /// <summary>On whose behalf the chain runs.</summary>
    public CallContext Call { get; }

    /// <summary>The chain's name.</summary>
    public string ChainName { get; }

    /// <summary>The name of the step that runs.</summary>
    public string StepName { get; private set; } = "";

    /// <summary>Which attempt at the item this is, from 1.</summary>
    public int Attempt { get; }

    /// <summary>The id of the message that the item came in, or <see langword="null"/> where the chain runs without a queue.</summary>
    public Guid? MessageId { get; }

    /// <summary>When that message was enqueued, by the backend's clock, or <see langword="null"/> where the chain runs without a queue.</summary>
    public DateTimeOffset? EnqueuedAt { get; }

    /// <summary>The follow-ups of the steps that have answered so far, and of the one that runs.</summary>
    public IReadOnlyList<QueueFollowUp> FollowUps
    {
        get
        {
            lock (_gate)
            {
                return _followUps is null ? [] : [.. _followUps];
            }
        }
    }

    /// <summary>Adds a message that comes to exist in the same act that completes the item's own message.</summary>
    /// <param name="queue">The name of the queue that gets it.</param>
    /// <param name="message">The message.</param>
    /// <exception cref="ArgumentException"><paramref name="queue"/> is no valid name.</exception>
    /// <exception cref="InvalidOperationException">The run has ended, or its time has run out.</exception>
    /// <remarks>
    /// The follow-ups of a step that fails are dropped. If a later step fails, the item is resumed no later than at the first step that
    /// added a follow-up, because nothing but the completion of the item sends them: so add them as late in the chain as possible.
    /// </remarks>
    public void FollowUp(string queue, QueueMessage message)
    {
        var followUp = new QueueFollowUp(queue, message);
        lock (_gate)
        {
            if (_closed)
            {
                throw new InvalidOperationException(
                    $"The run of chain '{ChainName}' has ended: a follow-up to queue '{queue}' cannot be added any more. Add it before the step returns.");
            }

            (_followUps ??= []).Add(followUp);
        }
    }

    /// <summary>Adds a message with a value, for a queue that was declared with the value's type.</summary>
    /// <typeparam name="TValue">The value's type.</typeparam>
    /// <param name="queue">The name of the queue that gets it.</param>
    /// <param name="value">The value.</param>
    /// <param name="options">What else to say of it; <see langword="null"/> for the defaults.</param>
    /// <exception cref="ArgumentException">The queue was not declared with this type, the value's encoding is too long, or an option is invalid.</exception>
    /// <exception cref="InvalidOperationException">The run has ended, or no typed queue was declared.</exception>
    /// <remarks>See <see cref="FollowUp(string, QueueMessage)"/>.</remarks>
    public void FollowUp<TValue>(string queue, TValue value, EnqueueOptions? options = null)
    {
        if (_messages is null)
        {
            throw new InvalidOperationException(
                $"Queue '{queue}' is not known to chain '{ChainName}'. Declare it with AddQueue, or hand in a QueueMessage.");
        }

        FollowUp(queue, _messages.Create(queue, value, options, Call));
    }

    internal void BeginStep(string name) => StepName = name;

    /// <summary>Keeps the follow-ups of the step that answered.</summary>
    /// <returns>Whether it had added any.</returns>
    internal bool ConfirmFollowUps()
    {
        lock (_gate)
        {
            var count = _followUps?.Count ?? 0;
            var added = count > _confirmed;
            _confirmed = count;
            return added;
        }
    }

    /// <summary>Drops what an unfinished step added, and refuses all that comes later.</summary>
    internal IReadOnlyList<QueueFollowUp> Close()
    {
        lock (_gate)
        {
            _closed = true;
            return _followUps is null || _confirmed == 0 ? [] : _followUps.GetRange(0, _confirmed);
        }
    }
}
