using Microsoft.Extensions.Options;
using Npgsql;

namespace Pipeline.Backends;

/// <summary>Says which setting of a <see cref="PostgresOptions"/> is out of range, and the mend.</summary>
internal sealed class PostgresOptionsValidator : IValidateOptions<PostgresOptions>
{
    public ValidateOptionsResult Validate(string? name, PostgresOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        var problems = new OptionProblems("Postgres");
        problems.Require(
            PostgresSchema.IsName(options.Schema),
            $"{nameof(options.Schema)} is not the name of a schema. Give 1 to {PostgresSchema.MostNameLength} lower-case letters, digits and underscores, not beginning with a digit.");
        problems.Range(options.CommandTimeout, TimeSpan.FromMilliseconds(10), TimeSpan.FromMinutes(5), nameof(options.CommandTimeout));
        problems.Defined(options.StartupCheck, nameof(options.StartupCheck));
        problems.Require(
            options.NotificationConnectionString is null || PostgresConnectionString.TryParse(options.NotificationConnectionString, out _),
            $"{nameof(options.NotificationConnectionString)} cannot be read, or names no host. {PostgresConnectionString.Mend}");
        problems.Range(options.Telemetry.Retention, TimeSpan.FromDays(1), TimeSpan.FromDays(3_650), "Telemetry:Retention");
        problems.Range(options.Telemetry.ReportTimeout, TimeSpan.FromSeconds(1), TimeSpan.FromHours(1), "Telemetry:ReportTimeout");
        return problems.ToResult();
    }
}
