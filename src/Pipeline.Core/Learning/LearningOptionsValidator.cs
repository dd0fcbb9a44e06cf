using Microsoft.Extensions.Options;
using Pipeline.Backends;

namespace Pipeline.Learning;

/// <summary>Checks <see cref="LearningOptions"/> at start.</summary>
internal sealed class LearningOptionsValidator : IValidateOptions<LearningOptions>
{
    private static readonly TimeSpan Least = TimeSpan.FromMilliseconds(1);
    private static readonly TimeSpan Most = TimeSpan.FromMinutes(1);

    public ValidateOptionsResult Validate(string? name, LearningOptions options)
    {
        var problems = new OptionProblems("Learning");
        problems.Require(
            options.SnapshotPath is null || !string.IsNullOrWhiteSpace(options.SnapshotPath),
            $"{nameof(options.SnapshotPath)} is empty. Give the path of a file, or leave it out.");
        problems.Require(
            options.SnapshotPath is null || !Path.EndsInDirectorySeparator(options.SnapshotPath),
            $"{nameof(options.SnapshotPath)} ends as the path of a folder does. Add the name of a file.");
        problems.Require(
            options.SnapshotInterval is null || options.SnapshotPath is not null,
            $"{nameof(options.SnapshotInterval)} is given, but {nameof(options.SnapshotPath)} is not. Give a path, or leave both out.");
        if (options.SnapshotInterval is { } interval)
        {
            problems.Range(interval, LearningOptions.LeastSnapshotInterval, LearningOptions.MostSnapshotInterval, nameof(options.SnapshotInterval));
        }

        problems.Range(options.RecallBudget, Least, Most, nameof(options.RecallBudget));
        problems.Range(options.EmbeddingBudget, Least, Most, nameof(options.EmbeddingBudget));
        problems.Range(options.RecordBudget, TimeSpan.Zero, Most, nameof(options.RecordBudget));
        return problems.ToResult();
    }
}
