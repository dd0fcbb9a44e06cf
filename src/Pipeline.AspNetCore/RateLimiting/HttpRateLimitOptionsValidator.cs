using Microsoft.Extensions.Options;
using Pipeline.Backends;

namespace Pipeline.RateLimiting;

/// <summary>Checks <see cref="HttpRateLimitOptions"/> at start. What concerns declared policies is checked where they are known (<see cref="HttpRateLimitPolicies"/>).</summary>
internal sealed class HttpRateLimitOptionsValidator : IValidateOptions<HttpRateLimitOptions>
{
    public ValidateOptionsResult Validate(string? name, HttpRateLimitOptions options)
    {
        var problems = new OptionProblems("RateLimits");
        problems.Require(
            HttpPartition.TryParse(options.DefaultPartition) is not null,
            $"{nameof(options.DefaultPartition)} is no partition. Give key, tenant, user, address, endpoint or everyone, or several with + between them.");
        problems.Require(options.Policies is not null, $"{nameof(options.Policies)} is null. Leave it empty, or give each policy a text such as 100/60.");
        problems.Defined(options.DefaultOnUnavailable, nameof(options.DefaultOnUnavailable));
        if (Problem(options) is { } problem)
        {
            problems.Require(condition: false, problem);
        }

        return problems.ToResult();
    }

    private static string? Problem(HttpRateLimitOptions options)
    {
        try
        {
            DefaultRule(options);
            return null;
        }
        catch (FormatException e)
        {
            return $"{nameof(options.Default)}: {e.Message}";
        }
        catch (ArgumentException e)
        {
            return $"{nameof(options.DefaultLocalShare)}: {e.Message}";
        }
    }

    /// <summary>The rule of endpoints that name none.</summary>
    /// <exception cref="FormatException">The text is no rule.</exception>
    /// <exception cref="ArgumentException">The local share is missing, not wanted, or out of range.</exception>
    public static RateLimitRule DefaultRule(HttpRateLimitOptions options)
    {
        var rule = RateLimitRule.Parse(options.Default ?? "").Named(HttpRateLimitPolicies.DefaultName);
        return rule.Kind == RateLimitRuleKind.Unlimited ? rule : rule.WhenUnavailable(options.DefaultOnUnavailable, options.DefaultLocalShare);
    }
}
