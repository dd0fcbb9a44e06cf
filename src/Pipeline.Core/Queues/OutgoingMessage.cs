using System.Collections.Frozen;
using System.Diagnostics;
using Pipeline.Steps;

namespace Pipeline.Queues;

/// <summary>Makes messages that carry the current call with them: tenant, user, request id, baggage and trace.</summary>
internal static class OutgoingMessage
{
    public static readonly EnqueueOptions NoOptions = new();

    private static readonly IReadOnlyDictionary<string, string> NoHeaders = FrozenDictionary<string, string>.Empty;

    public static QueueMessage Create(ReadOnlyMemory<byte> body, MessageSchema schema, EnqueueOptions options, CallContext call)
    {
        return new QueueMessage(body)
        {
            Id = options.Id ?? QueueMessage.NewId(),
            Schema = schema,
            Headers = CreateHeaders(call, options.Headers) ?? NoHeaders,
            Tenant = options.Tenant ?? call.Tenant,
            DeduplicationKey = options.DeduplicationKey,
            OrderingKey = options.OrderingKey,
            Priority = options.Priority,
            Delay = options.Delay,
            NotBefore = options.NotBefore,
            MaxDeliveries = options.MaxDeliveries,
        };
    }

    private static Dictionary<string, string>? CreateHeaders(CallContext call, IReadOnlyDictionary<string, string>? own)
    {
        Dictionary<string, string>? headers = null;
        if (Activity.Current is { IdFormat: ActivityIdFormat.W3C } activity)
        {
            Set(ref headers, MessageHeaders.TraceParent, activity.Id);
            Set(ref headers, MessageHeaders.TraceState, activity.TraceStateString);
        }

        Set(ref headers, MessageHeaders.RequestId, call.RequestId);
        Set(ref headers, MessageHeaders.User, call.User);
        foreach (var (name, value) in call.Baggage)
        {
            Set(ref headers, MessageHeaders.BaggagePrefix + name, value);
        }

        foreach (var (name, value) in own ?? NoHeaders)
        {
            Set(ref headers, name, value);
        }

        return headers;
    }

    private static void Set(ref Dictionary<string, string>? headers, string name, string? value)
    {
        if (value is not null)
        {
            headers ??= new Dictionary<string, string>(StringComparer.Ordinal);
            headers[name] = value;
        }
    }
}
