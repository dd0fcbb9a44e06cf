using System.Collections.Frozen;

namespace Pipeline.RateLimiting;

/// <summary>The rules of a suite by their names: those that the code declares, with the limits that the configuration gives them.</summary>
/// <remarks>Immutable.</remarks>
internal sealed class RateLimitRules
{
    private readonly FrozenDictionary<string, RateLimitRule> _rules;

    /// <param name="declared">What the code declares, by name.</param>
    /// <param name="overrides">What the configuration says, by name in any case.</param>
    /// <param name="pathOf">Where the configuration says it, for errors.</param>
    /// <exception cref="InvalidOperationException">The configuration names an unknown rule, or gives one what it cannot have.</exception>
    public RateLimitRules(
        IEnumerable<KeyValuePair<string, RateLimitRule>> declared,
        IEnumerable<KeyValuePair<string, string>> overrides,
        Func<string, string> pathOf)
    {
        var rules = new Dictionary<string, RateLimitRule>(declared, StringComparer.Ordinal);
        foreach (var (name, text) in overrides)
        {
            var known = rules.Keys.FirstOrDefault(rule => string.Equals(rule, name, StringComparison.OrdinalIgnoreCase))
                ?? throw new InvalidOperationException(
                    $"'{pathOf(name)}' gives a limit to '{name}', which is no rate limit rule that was declared in code; declared are: {Describe(rules.Keys)}. "
                    + "Correct the name, or declare it with AddRateLimitRule.");
            rules[known] = Apply(rules[known], text, pathOf(name));
        }

        _rules = rules.ToFrozenDictionary(StringComparer.Ordinal);
    }

    /// <summary>Finds a rule.</summary>
    /// <param name="name">The rule's name.</param>
    /// <param name="askedBy">Who asks, for the error: <c>Step 'answer'</c>.</param>
    /// <exception cref="InvalidOperationException">No such rule was declared.</exception>
    public RateLimitRule Get(string name, string askedBy) => _rules.GetValueOrDefault(name)
        ?? throw new InvalidOperationException(
            $"{askedBy} asks for the rate limit rule '{name}', which is not declared; declared are: {Describe(_rules.Keys)}. "
            + "Correct the name, or declare it with AddRateLimitRule.");

    private static RateLimitRule Apply(RateLimitRule rule, string? text, string path)
    {
        try
        {
            return rule.WithLimit(text ?? "");
        }
        catch (FormatException e)
        {
            throw new InvalidOperationException($"'{path}': {e.Message}", e);
        }
    }

    private static string Describe(IReadOnlyCollection<string> names) =>
        names.Count == 0 ? "none" : string.Join(", ", names.Order(StringComparer.Ordinal).Select(name => $"'{name}'"));
}
