using Pipeline.Queues;

namespace Pipeline.State;

/// <summary>An error as it is stored with a task.</summary>
internal sealed record TaskError
{
    public required string Type { get; init; }

    public required string Message { get; init; }

    public string? Step { get; init; }

    public string? TraceId { get; init; }

    public static TaskError From(MessageError error) => new() { Type = error.Type, Message = error.Message, Step = error.Step, TraceId = error.TraceId };

    public MessageError ToError() => new(Type, Message) { Step = Step, TraceId = TraceId };
}
