using System.Globalization;

namespace Pipeline.Conformance.Queues.History;

/// <summary>One line of a history.</summary>
/// <remarks>
/// Immutable. <see cref="Began"/> and <see cref="Ended"/> come from one counter or monotonic clock that all processes of the history
/// share; only events that do not overlap have an order. The text form is one line, so that several processes can append to files that
/// are read together.
/// </remarks>
public sealed record HistoryEvent
{
    private const char Separator = ' ';
    private const string None = "-";
    private const int FieldCount = 9;

    /// <summary>What happened.</summary>
    public required HistoryEventKind Kind { get; init; }

    /// <summary>The process, or the part of one, that wrote the event.</summary>
    public required string Process { get; init; }

    /// <summary>When the call began.</summary>
    public required long Began { get; init; }

    /// <summary>When its outcome was known.</summary>
    public required long Ended { get; init; }

    /// <summary>The message; empty for <see cref="HistoryEventKind.ProcessKilled"/> and <see cref="HistoryEventKind.ReceiveUnknown"/>.</summary>
    public Guid MessageId { get; init; }

    /// <summary>The attempt token, for events of a delivery.</summary>
    public long Token { get; init; }

    /// <summary>The ordering key, with its tenant, for <see cref="HistoryEventKind.Enqueuing"/> and <see cref="HistoryEventKind.Enqueued"/>.</summary>
    public string? OrderingKey { get; init; }

    /// <summary>The place among the messages of its ordering key, whose messages one producer must send.</summary>
    public long Sequence { get; init; }

    /// <summary>How many failures and crashes make the message a dead letter; zero where it is not known.</summary>
    public int MaxDeliveries { get; init; }

    /// <summary>Writes the event as a line without an end.</summary>
    /// <returns>The line.</returns>
    public string Format() => string.Join(
        Separator,
        Began.ToString(CultureInfo.InvariantCulture),
        Ended.ToString(CultureInfo.InvariantCulture),
        Escape(Process),
        Kind.ToString(),
        MessageId.ToString("N", CultureInfo.InvariantCulture),
        Token.ToString(CultureInfo.InvariantCulture),
        OrderingKey is null ? None : Escape(OrderingKey),
        Sequence.ToString(CultureInfo.InvariantCulture),
        MaxDeliveries.ToString(CultureInfo.InvariantCulture));

    /// <summary>Reads a line.</summary>
    /// <param name="line">What <see cref="Format"/> wrote.</param>
    /// <returns>The event.</returns>
    /// <exception cref="FormatException">The line is none, or not whole.</exception>
    public static HistoryEvent Parse(string line)
    {
        ArgumentNullException.ThrowIfNull(line);
        var fields = line.Split(Separator);
        if (fields.Length != FieldCount || !Enum.TryParse<HistoryEventKind>(fields[3], out var kind))
        {
            throw new FormatException($"'{line}' is no event of a history: it has {fields.Length} fields of {FieldCount}, or an unknown kind.");
        }

        return new HistoryEvent
        {
            Began = long.Parse(fields[0], CultureInfo.InvariantCulture),
            Ended = long.Parse(fields[1], CultureInfo.InvariantCulture),
            Process = Uri.UnescapeDataString(fields[2]),
            Kind = kind,
            MessageId = Guid.ParseExact(fields[4], "N"),
            Token = long.Parse(fields[5], CultureInfo.InvariantCulture),
            OrderingKey = fields[6] == None ? null : Uri.UnescapeDataString(fields[6]),
            Sequence = long.Parse(fields[7], CultureInfo.InvariantCulture),
            MaxDeliveries = int.Parse(fields[8], CultureInfo.InvariantCulture),
        };
    }

    // A lone hyphen means that there is no key.
    private static string Escape(string text) => text == None ? "%2D" : Uri.EscapeDataString(text);
}
