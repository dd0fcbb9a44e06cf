using Pipeline.Conformance.Queues.History;
using Pipeline.Queues;

namespace Pipeline.Crash;

/// <summary>What one process writes down.</summary>
internal sealed class CrashHistory(string folder, string process) : IDisposable
{
    private const string Extension = ".history";

    private readonly HistoryFile _file = new(Path.Combine(folder, process + Extension));

    /// <summary>A moment of the clock that all processes of the machine share.</summary>
    public static long Now => TimeProvider.System.GetTimestamp();

    /// <summary>Reads what all processes wrote.</summary>
    public static IEnumerable<HistoryEvent> ReadAll(string folder) => Directory.GetFiles(folder, "*" + Extension).SelectMany(HistoryFile.Read);

    public void Add(HistoryEventKind kind, long began, params IEnumerable<QueueReceipt> receipts) =>
        _file.Append(receipts.Select(receipt => Event(kind, began) with { MessageId = receipt.MessageId, Token = receipt.AttemptToken }).ToArray());

    public void AddMessages(HistoryEventKind kind, long began, IEnumerable<(QueueMessage Message, int Sequence, string? Key)> messages) =>
        _file.Append(messages.Select(one => Event(kind, began) with
        {
            MessageId = one.Message.Id,
            OrderingKey = one.Key,
            Sequence = one.Sequence,
            MaxDeliveries = one.Message.MaxDeliveries!.Value,
        }).ToArray());

    /// <summary>Adds an event that is about no message.</summary>
    public void AddPlain(HistoryEventKind kind, long began) => _file.Append(Event(kind, began));

    /// <summary>Writes that a process was killed.</summary>
    public void AddKilled(string other) => _file.Append(Event(HistoryEventKind.ProcessKilled, Now) with { Process = other });

    public void Dispose() => _file.Dispose();

    private HistoryEvent Event(HistoryEventKind kind, long began) => new() { Kind = kind, Process = process, Began = began, Ended = Now };
}
