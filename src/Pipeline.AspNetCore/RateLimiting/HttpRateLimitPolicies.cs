using System.Collections.Frozen;

namespace Pipeline.RateLimiting;

/// <summary>The policies by their names: those that the code declares, with the limits that the configuration gives them.</summary>
/// <remarks>Immutable.</remarks>
internal sealed class HttpRateLimitPolicies
{
    /// <summary>The name that the limit of endpoints without one goes by.</summary>
    public const string DefaultName = "default";

    private const int LongestName = 64;

    private readonly FrozenDictionary<string, HttpRateLimitPolicy> _policies;

    /// <param name="declared">What the code declares.</param>
    /// <param name="options">What the configuration says.</param>
    /// <exception cref="InvalidOperationException">The configuration names an unknown policy, or gives one what it cannot have.</exception>
    public HttpRateLimitPolicies(IEnumerable<HttpRateLimitPolicy> declared, HttpRateLimitOptions options)
    {
        var policies = declared.ToDictionary(static policy => policy.Name, StringComparer.Ordinal);
        foreach (var (name, text) in options.Policies)
        {
            var known = policies.Keys.FirstOrDefault(policy => string.Equals(policy, name, StringComparison.OrdinalIgnoreCase))
                ?? throw new InvalidOperationException(
                    $"'RateLimits:Policies:{name}' gives a limit to a policy that was not declared in code; declared are: {Describe(policies.Keys)}. "
                    + "Correct the name, or declare it with AddRateLimit.");
            policies[known] = policies[known] with { Rule = Apply(policies[known].Rule, text, $"RateLimits:Policies:{name}") };
        }

        _policies = policies.ToFrozenDictionary(StringComparer.Ordinal);
        Default = new HttpRateLimitPolicy(
            DefaultName, HttpRateLimitOptionsValidator.DefaultRule(options), HttpPartition.TryParse(options.DefaultPartition)!);
    }

    /// <summary>The limit of endpoints that name none. Its rule may be without a limit.</summary>
    public HttpRateLimitPolicy Default { get; }

    /// <summary>All that were declared.</summary>
    public IEnumerable<HttpRateLimitPolicy> All => _policies.Values;

    /// <summary>Finds a policy.</summary>
    /// <exception cref="InvalidOperationException">No such policy was declared.</exception>
    public HttpRateLimitPolicy Get(string name, string? endpoint) => _policies.GetValueOrDefault(name)
        ?? throw new InvalidOperationException(
            $"The endpoint '{endpoint}' asks for the rate limit '{name}', which is not declared; declared are: {Describe(_policies.Keys)}. "
            + "Correct the name, or declare it with AddRateLimit.");

    /// <summary>Checks the name of a policy, which callers see in headers.</summary>
    /// <exception cref="ArgumentException">It is none.</exception>
    public static void ThrowIfNoName(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        if (name.Length is 0 or > LongestName || !name.All(static c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.'))
        {
            throw new ArgumentException($"The name of a rate limit is not 1 to {LongestName} letters, digits, '-', '_' and '.'. Give it such a name.", nameof(name));
        }

        if (string.Equals(name, DefaultName, StringComparison.OrdinalIgnoreCase))
        {
            throw new ArgumentException($"'{DefaultName}' is what the setting RateLimits:Default goes by. Give the rate limit another name.", nameof(name));
        }
    }

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
        names.Count == 0 ? "none" : string.Join(", ", names.Order(StringComparer.Ordinal).Select(static name => $"'{name}'"));
}
