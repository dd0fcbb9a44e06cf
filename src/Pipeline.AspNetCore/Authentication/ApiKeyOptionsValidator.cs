using Microsoft.Extensions.Options;
using Pipeline.Backends;

namespace Pipeline.Authentication;

/// <summary>Checks <see cref="ApiKeyOptions"/> at start, with all keys but the file's, which <see cref="ApiKeyRing"/> reads.</summary>
internal sealed class ApiKeyOptionsValidator : IValidateOptions<ApiKeyOptions>
{
    public const string Owner = "ApiKeys";

    public ValidateOptionsResult Validate(string? name, ApiKeyOptions options)
    {
        var problems = new OptionProblems(Owner);
        problems.Range(options.MinKeyLength, 16, 256, nameof(options.MinKeyLength), "characters");
        problems.Range(options.RotationGrace, TimeSpan.Zero, TimeSpan.FromDays(30), nameof(options.RotationGrace));
        problems.Range(options.StoreOutageTolerance, TimeSpan.Zero, TimeSpan.FromDays(7), nameof(options.StoreOutageTolerance));
        problems.Range(options.StoreCacheSize, 100, 1_000_000, nameof(options.StoreCacheSize), "keys");
        problems.Range(options.FailuresBeforeBan, 0, 1_000, nameof(options.FailuresBeforeBan));
        problems.Range(options.BanWindow, TimeSpan.FromSeconds(1), TimeSpan.FromDays(1), nameof(options.BanWindow));
        problems.Range(options.BanDuration, TimeSpan.FromSeconds(1), TimeSpan.FromDays(30), nameof(options.BanDuration));
        problems.Require(
            !string.IsNullOrEmpty(options.Realm) && !options.Realm.AsSpan().ContainsAnyExceptInRange(' ', '~') && options.Realm.AsSpan().IndexOfAny('"', '\\') < 0,
            $"{nameof(options.Realm)} is empty, or holds characters that it may not. Give visible ASCII and spaces, without quotes and backslashes.");
        problems.Require(
            options.File is null || !string.IsNullOrWhiteSpace(options.File),
            $"{nameof(options.File)} is empty. Give a path, or remove the setting.");
        problems.Require(
            options.TokenScheme is null || options.TokenScheme.Length > 0,
            $"{nameof(options.TokenScheme)} is empty. Give the name of a scheme, or remove the setting.");
        CheckKeys(options, problems);
        return problems.ToResult();
    }

    private static void CheckKeys(ApiKeyOptions options, OptionProblems problems)
    {
        if (options.List is null || options.AllowedScopes is null || options.List.Any(static entry => entry is { Scopes: null } or { AllowedNetworks: null }))
        {
            problems.Require(condition: false, "a list is null. Leave it empty, or fill it.");
            return;
        }

        var builder = new ApiKeySetBuilder(options, problems);
        foreach (var scope in options.AllowedScopes)
        {
            if (ApiKeyTexts.FindScopeProblem(scope) is { } problem)
            {
                builder.Refuse(nameof(options.AllowedScopes), problem);
            }
        }

        ApiKeyTextParser.Parse(options, builder);
        var isAnySource = options.Store || options.File is not null || options.List.Count > 0
            || !string.IsNullOrWhiteSpace(options.Keys) || !string.IsNullOrWhiteSpace(options.Entries);
        problems.Require(isAnySource || !options.Required, NoKeys);
    }

    public const string NoKeys =
        "keys are required, and none is configured. Give ApiKeys:File a file of name=key lines, or ApiKeys:Keys, Entries or List, or set ApiKeys:Store to true; "
        + "for an API that is open to all, set ApiKeys:Required to false.";
}
