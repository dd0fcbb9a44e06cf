using Microsoft.Extensions.Options;

namespace Pipeline.Diagnostics;

/// <summary>Takes apart what the suite throws at start: first the problem, and its mend at the end.</summary>
internal static class ConfigurationProblem
{
    private const string DefaultMend = "Correct it in the code or in the configuration.";

    /// <summary>
    /// Whether an exception is of the kind that says what is declared or configured wrongly, and so may be printed. Files that the suite is told to
    /// use are among it; what derives from their exceptions comes from elsewhere, and may hold anything.
    /// </summary>
    public static bool Is(Exception exception) =>
        exception is InvalidOperationException or ArgumentException or OptionsValidationException
        || exception.GetType() == typeof(IOException)
        || exception.GetType() == typeof(InvalidDataException);

    /// <summary>The problems that an exception names, each with its mend.</summary>
    public static IEnumerable<(string Summary, string Mend)> Split(Exception exception) => exception switch
    {
        OptionsValidationException validation => validation.Failures.Select(Split),
        ArgumentException { ParamName: { } parameter } => [Split(exception.Message.Replace($" (Parameter '{parameter}')", "", StringComparison.Ordinal))],
        _ => [Split(exception.Message)],
    };

    private static (string Summary, string Mend) Split(string message)
    {
        var sentences = Sentences(message);
        var mend = sentences.Count - 1;

        // "Or do that." goes on with the mend before it.
        while (mend > 1 && sentences[mend].StartsWith("Or ", StringComparison.Ordinal))
        {
            mend--;
        }

        return mend < 1
            ? (message, DefaultMend)
            : (string.Join(' ', sentences.Take(mend)), string.Join(' ', sentences.Skip(mend)));
    }

    private static List<string> Sentences(string message)
    {
        List<string> sentences = [];
        var start = 0;
        for (var i = 0; i + 2 < message.Length; i++)
        {
            if (message[i] == '.' && message[i + 1] == ' ' && char.IsUpper(message[i + 2]))
            {
                sentences.Add(message[start..(i + 1)]);
                start = i + 2;
            }
        }

        sentences.Add(message[start..]);
        return sentences;
    }
}
