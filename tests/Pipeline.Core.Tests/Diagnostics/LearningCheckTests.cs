using FluentAssertions;
using Microsoft.Extensions.DependencyInjection;
using Pipeline.DependencyInjection;
using Pipeline.Learning;
using Xunit;

namespace Pipeline.Diagnostics;

public sealed class LearningCheckTests
{
    private const string Set = ", in the configuration or where the code sets it.";

    [Fact]
    public async Task Learnings_that_end_with_the_process_are_a_warning()
    {
        var expected = DoctorResult.Warning(
            "1 step with learnings in this process's memory ('answer'): the end of the process loses them.",
            $"Set Learning:SnapshotPath to a file that only this process uses{Set} Or name a backend for learnings, for instance with UsePostgres on the builder.");

        (await new DoctorHost().AskAsync("learning.snapshot", Recall)).Should().Be(expected);
        (await new DoctorHost().AskAsync("learning.snapshot", builder => builder.AddStep<string, string>(
            "answer", (input, _, _) => new(input), step => step.Learn((input, _, _) => input)))).Should().Be(expected);
    }

    [Fact]
    public async Task Learnings_that_a_killed_process_loses_are_a_warning() =>
        (await new DoctorHost().AskAsync("learning.snapshot", builder => builder.ConfigureLearning(options => options.SnapshotPath = "learnings"))).Should().Be(DoctorResult.Warning(
            "Learnings in memory are written to their file at the end of the process alone: one that is killed loses what it learned.",
            "Set Learning:SnapshotInterval, for instance to 00:01:00" + Set));

    [Fact]
    public async Task Learnings_that_are_kept_or_need_not_be_are_well()
    {
        (await new DoctorHost().AskAsync("learning.snapshot", builder => builder.ConfigureLearning(options =>
            (options.SnapshotPath, options.SnapshotInterval) = ("learnings", TimeSpan.FromMinutes(1))))).Should().Be(DoctorResult.Ok("Learnings in memory are written to their file every 00:01:00."));
        (await new DoctorHost().AskAsync("learning.snapshot", _ => { })).Should().Be(DoctorResult.Ok("No step uses learnings."));
        (await new DoctorHost { Environment = "Development" }.AskAsync("learning.snapshot", Recall)).Should().Be(DoctorResult.Ok("Learnings are in memory, which will do for development."));
        (await new DoctorHost().AskAsync("learning.snapshot", builder =>
        {
            Recall(builder);
            builder.SetRole<ILearningStore>("UseBackend", services => new InMemoryLearningStore(services.GetRequiredService<TimeProvider>()));
        })).Should().Be(DoctorResult.Ok("Learnings are kept by a backend."));
    }

    [Fact]
    public async Task A_file_of_learnings_that_another_process_has_is_told_with_its_mend()
    {
        var folder = Directory.CreateTempSubdirectory("doctor");
        try
        {
            var path = Path.Combine(folder.FullName, "learnings");
            await using var other = new InMemoryLearningStore(path);

            var result = await new DoctorHost().AskAsync("configuration.valid", builder => builder.ConfigureLearning(options => options.SnapshotPath = path));

            result.Status.Should().Be(DoctorStatus.Error);
            result.Summary.Should().Contain("cannot be taken");
            result.Mend.Should().Be("Give each a file of its own, or end the other first.");
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private static void Recall(IPipelineBuilder builder) =>
        builder.AddStep<string, string>("answer", (input, _, _) => new(input), step => step.Recall(input => input));
}
