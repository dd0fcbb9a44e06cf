namespace Pipeline.Queues;

/// <summary>The names of the headers that the suite itself reads and writes.</summary>
public static class MessageHeaders
{
    /// <summary>The producer's W3C trace context (<c>traceparent</c>), to which the consumer's span links.</summary>
    public const string TraceParent = "traceparent";

    /// <summary>The producer's W3C trace state (<c>tracestate</c>).</summary>
    public const string TraceState = "tracestate";

    /// <summary>The id of the request that caused the message.</summary>
    public const string RequestId = "request-id";

    /// <summary>The user on whose behalf the message was sent.</summary>
    public const string User = "user";

    /// <summary>What the names of baggage items begin with: <c>baggage-</c>.</summary>
    public const string BaggagePrefix = "baggage-";
}
