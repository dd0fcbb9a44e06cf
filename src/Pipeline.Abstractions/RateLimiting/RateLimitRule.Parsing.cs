using System.Diagnostics.CodeAnalysis;
using System.Globalization;

namespace Pipeline.RateLimiting;

public sealed partial record RateLimitRule
{
    private const string Off = "off";
    private const int ShownLength = 40;

    /// <summary>
    /// Reads a rule from configuration: <c>100/60</c> is a sliding window of 100 in any 60 seconds, <c>off</c> is <see cref="Unlimited"/>.
    /// </summary>
    /// <param name="text">
    /// Two whole numbers without sign, separators or exponent, or <c>off</c> in any case; white space around it is ignored. The limit is
    /// from 1 to 10^12, the window from 1 second to 366 days.
    /// </param>
    /// <returns>The rule.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="text"/> is <see langword="null"/>.</exception>
    /// <exception cref="FormatException"><paramref name="text"/> is not a rule. The message says what is wrong and what to write instead.</exception>
    public static RateLimitRule Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        return Read(text, out var problem) ?? throw new FormatException(problem);
    }

    /// <summary>Reads a rule from configuration, as <see cref="Parse"/> does.</summary>
    /// <param name="text">The text, or <see langword="null"/>.</param>
    /// <param name="rule">The rule.</param>
    /// <returns>Whether <paramref name="text"/> is a rule.</returns>
    public static bool TryParse([NotNullWhen(true)] string? text, [NotNullWhen(true)] out RateLimitRule? rule)
    {
        rule = text is null ? null : Read(text, out _);
        return rule is not null;
    }

    /// <summary>
    /// Gives the rule another limit from configuration, as <see cref="Parse"/> reads it: a sliding window, whatever it was, or <c>off</c>. It keeps its name, and what it
    /// says while the backend is away.
    /// </summary>
    /// <param name="text">The text.</param>
    /// <returns>The rule with that limit.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="text"/> is <see langword="null"/>.</exception>
    /// <exception cref="FormatException">
    /// <paramref name="text"/> is not a rule, or its limit is below this rule's <see cref="LocalShare"/>. The message says what is wrong and what to write instead.
    /// </exception>
    public RateLimitRule WithLimit(string text)
    {
        var read = Parse(text).Named(Name);
        if (read.Kind == RateLimitRuleKind.Unlimited)
        {
            return read;
        }

        return LocalShare > read.Limit
            ? throw new FormatException(
                $"The rate limit '{Name}' is lowered to {read.Limit}, but its local share for the time while the backend is away is {LocalShare}. "
                + $"Give a limit of {LocalShare} or more, or lower the local share in code.")
            : read.WhenUnavailable(OnUnavailable, LocalShare);
    }

    private static RateLimitRule? Read(string text, out string? problem)
    {
        var trimmed = text.AsSpan().Trim();
        problem = null;
        if (trimmed.Equals(Off, StringComparison.OrdinalIgnoreCase))
        {
            return Unlimited;
        }

        var slash = trimmed.IndexOf('/');
        if (slash < 0)
        {
            problem = Explain(text, "has no window");
            return null;
        }

        var limit = ReadNumber(trimmed[..slash], MaxLimit);
        var seconds = ReadNumber(trimmed[(slash + 1)..], (long)MaxWindow.TotalSeconds);
        problem = (limit, seconds) switch
        {
            (null, _) => Explain(text, "has no limit that is a whole number from 1 to 1000000000000"),
            (_, null) => Explain(text, "has no window that is a whole number of seconds from 1 to 31622400"),
            _ => null,
        };
        return problem is null ? SlidingWindow(limit!.Value, TimeSpan.FromSeconds(seconds!.Value)) : null;
    }

    private static long? ReadNumber(ReadOnlySpan<char> digits, long most) =>
        long.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number >= 1 && number <= most ? number : null;

    private static string Explain(string text, string problem)
    {
        var shown = text.Length <= ShownLength ? $"The rate limit '{text}'" : "The rate limit";
        return $"{shown} {problem}. Write LIMIT/SECONDS, for instance 100/60 for 100 in any 60 seconds, or off.";
    }
}
