namespace Pipeline.Queues;

/// <summary>Why a delivery failed, in words that can be stored: never a payload, never a secret.</summary>
/// <remarks>Immutable. A longer text than the bounds below is cut.</remarks>
public sealed record MessageError
{
    /// <summary>The most characters of <see cref="Message"/> that are kept: 1,024.</summary>
    public const int MaxMessageLength = 1_024;

    /// <summary>The most characters of <see cref="Type"/>, <see cref="Step"/> and <see cref="TraceId"/> that are kept: 256.</summary>
    public const int MaxNameLength = 256;

    /// <summary>Makes an error.</summary>
    /// <param name="type">The kind of error, most often the name of an exception's type.</param>
    /// <param name="message">What happened.</param>
    /// <exception cref="ArgumentException"><paramref name="type"/> is null or empty.</exception>
    /// <exception cref="ArgumentNullException"><paramref name="message"/> is <see langword="null"/>.</exception>
    public MessageError(string type, string message)
    {
        ArgumentException.ThrowIfNullOrEmpty(type);
        ArgumentNullException.ThrowIfNull(message);
        Type = Cut(type, MaxNameLength);
        Message = Cut(message, MaxMessageLength);
    }

    /// <summary>The kind of error, most often the name of an exception's type.</summary>
    public string Type { get; }

    /// <summary>What happened.</summary>
    public string Message { get; }

    /// <summary>The step in which it happened, or <see langword="null"/>.</summary>
    public string? Step { get; init => field = value is null ? null : Cut(value, MaxNameLength); }

    /// <summary>The id of the trace of the failed delivery, or <see langword="null"/>.</summary>
    public string? TraceId { get; init => field = value is null ? null : Cut(value, MaxNameLength); }

    /// <summary>Describes an exception by its type and message.</summary>
    /// <param name="exception">The exception.</param>
    /// <returns>The error.</returns>
    public static MessageError From(Exception exception)
    {
        ArgumentNullException.ThrowIfNull(exception);
        return new MessageError(exception.GetType().Name, exception.Message);
    }

    private static string Cut(string text, int length)
    {
        if (text.Length <= length)
        {
            return text;
        }

        // Half of a surrogate pair has no UTF-8 form, and no backend could store it.
        return char.IsHighSurrogate(text[length - 1]) ? text[..(length - 1)] : text[..length];
    }
}
