namespace Pipeline.State;

/// <summary>How much of a task is done.</summary>
/// <remarks>Immutable, hence thread safe.</remarks>
public readonly record struct TrackedTaskProgress
{
    /// <summary>The most characters of a message that are kept: 1,024.</summary>
    public const int MaxMessageLength = 1_024;

    /// <summary>Says how much of a task is done.</summary>
    /// <param name="fraction">The part that is done, from 0 to 1.</param>
    /// <param name="message">What a person may read of it, or <see langword="null"/>. A longer text than <see cref="MaxMessageLength"/> is cut.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="fraction"/> is not a number from 0 to 1.</exception>
    public TrackedTaskProgress(double fraction, string? message = null)
    {
        if (!(fraction is >= 0 and <= 1))
        {
            throw new ArgumentOutOfRangeException(nameof(fraction), fraction, "Give a number from 0 to 1.");
        }

        Fraction = fraction;
        Message = message is { Length: > MaxMessageLength } ? Cut(message) : message;
    }

    /// <summary>The part that is done, from 0 to 1.</summary>
    public double Fraction { get; }

    /// <summary>What a person may read of it, or <see langword="null"/>.</summary>
    public string? Message { get; }

    // Half of a surrogate pair has no UTF-8 form, and no backend could store it.
    private static string Cut(string text) => text[..(char.IsHighSurrogate(text[MaxMessageLength - 1]) ? MaxMessageLength - 1 : MaxMessageLength)];
}
