using Microsoft.Extensions.Options;
using Pipeline.Backends;

namespace Pipeline.Admin;

/// <summary>Checks <see cref="AdminOptions"/> at start.</summary>
internal sealed class AdminOptionsValidator : IValidateOptions<AdminOptions>
{
    public const string Owner = "Admin";

    public ValidateOptionsResult Validate(string? name, AdminOptions options)
    {
        var problems = new OptionProblems(Owner);
        problems.Require(
            options.SettingsFile is null || !string.IsNullOrWhiteSpace(options.SettingsFile),
            $"{nameof(options.SettingsFile)} is empty. Give the path of a file, or remove the setting.");
        return problems.ToResult();
    }
}
