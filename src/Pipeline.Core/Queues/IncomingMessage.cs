using System.Diagnostics;
using Pipeline.Backends;
using Pipeline.Steps;

namespace Pipeline.Queues;

/// <summary>Reads from a message the call that it was sent by: the other side of <see cref="OutgoingMessage"/>.</summary>
internal static class IncomingMessage
{
    public static CallContext CallOf(QueueMessage message)
    {
        if (message.Headers.Count == 0)
        {
            return string.Equals(message.Tenant, CallContext.DefaultTenant, StringComparison.Ordinal) ? CallContext.Default : new CallContext { Tenant = message.Tenant };
        }

        Dictionary<string, string>? baggage = null;
        foreach (var (name, value) in message.Headers)
        {
            if (value is not null
                && name.StartsWith(MessageHeaders.BaggagePrefix, StringComparison.Ordinal)
                && Valid(name[MessageHeaders.BaggagePrefix.Length..]) is { } item)
            {
                (baggage ??= new Dictionary<string, string>(StringComparer.Ordinal))[item] = value;
            }
        }

        var call = new CallContext
        {
            Tenant = message.Tenant,
            User = Valid(message.Headers.GetValueOrDefault(MessageHeaders.User)),
            RequestId = Valid(message.Headers.GetValueOrDefault(MessageHeaders.RequestId)),
        };
        return baggage is null ? call : call with { Baggage = baggage };
    }

    public static ActivityContext? TraceOf(QueueMessage message)
    {
        message.Headers.TryGetValue(MessageHeaders.TraceParent, out var parent);
        message.Headers.TryGetValue(MessageHeaders.TraceState, out var state);
        return ActivityContext.TryParse(parent, state, isRemote: true, out var context) ? context : null;
    }

    // Another system may have written the headers; one that cannot be used is not worth failing the message for.
    private static string? Valid(string? value) => value is not null && StoredName.FindProblem(value) is null ? value : null;
}
