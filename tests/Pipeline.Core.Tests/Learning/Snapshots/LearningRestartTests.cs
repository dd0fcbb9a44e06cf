using FluentAssertions;
using Pipeline.Conformance;
using Xunit;

namespace Pipeline.Learning;

/// <summary>What a store knows after it was closed and opened again.</summary>
public sealed class LearningRestartTests : IDisposable
{
    private static readonly LearningFilter All = new() { Tenant = "acme" };

    private readonly SnapshotFolder _folder = new();
    private readonly ManualTimeProvider _clock = new(SnapshotSamples.Time);

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task A_store_that_is_opened_again_answers_as_before()
    {
        var random = new SeededRandom(7);
        var store = Open();
        foreach (var tenant in new[] { "acme", "other" })
        {
            for (var i = 0; i < 200; i++)
            {
                var id = await store.RecordAsync(RandomRecord(random, tenant, i));
                for (var j = random.Next(4); j > 0; j--)
                {
                    await store.ReportOutcomeAsync(new OutcomeReport
                    {
                        Tenant = tenant,
                        LearningId = id,
                        FollowUpId = $"f-{random.Next(2)}",
                        Outcome = (LearningOutcome)random.Between(1, 4),
                        Notes = random.Chance(50) ? "noted" : null,
                    });
                }

                _clock.Advance(TimeSpan.FromMilliseconds(1.2345));
            }
        }

        await store.ForgetAsync(All with { RunId = "run-3" });
        await store.ForgetEmbeddingsAsync("other", "large");
        var before = await AnswersAsync(store);
        await store.DisposeAsync();

        for (var i = 0; i < 3; i++)
        {
            await using var again = Open();
            (await AnswersAsync(again)).Should().BeEquivalentTo(before, options => options.WithStrictOrdering().Using<double>(
                number => number.Subject.Should().BeApproximately(number.Expectation, 1e-6)).WhenTypeIs<double>());
            await again.RecordAsync(SnapshotSamples.Plain with { Tenant = $"new-{i}" });
        }
    }

    [Fact]
    public async Task A_report_of_before_is_corrected_after()
    {
        await using (var store = Open())
        {
            var id = await store.RecordAsync(SnapshotSamples.Plain);
            await store.ReportOutcomeAsync(Report(id, "f-1", LearningOutcome.Improved));
        }

        await using var again = Open();
        await again.ReportOutcomeAsync(Report(LearningId.Of(SnapshotSamples.Plain), "f-1", LearningOutcome.Worse));

        (await again.QueryAsync(All)).Items[0].Outcomes.Should().Be(new OutcomeCounts { Worse = 1 });
    }

    private static OutcomeReport Report(LearningId id, string followUp, LearningOutcome outcome) =>
        new() { Tenant = "acme", LearningId = id, FollowUpId = followUp, Outcome = outcome };

    private static LearningRecord RandomRecord(SeededRandom random, string tenant, int i) => SnapshotSamples.Full with
    {
        Tenant = tenant,
        RunId = $"run-{random.Next(50)}",
        Finding = $"finding {random.Next(20)} of {tenant}",
        Agent = random.Chance(50) ? "planner" : null,
        Created = SnapshotSamples.Time.AddMinutes(-random.Next(10_000)),
        ValidUntil = random.Chance(50) ? SnapshotSamples.Time.AddDays(1) : null,
        Embedding = random.Next(3) switch
        {
            0 => null,
            1 => new LearningEmbedding("small", new float[] { 1, random.Next(100), i }),
            _ => new LearningEmbedding("large", new float[] { random.Next(100), 1 }),
        },
    };

    private static async Task<object> AnswersAsync(InMemoryLearningStore store)
    {
        var answers = new List<object>();
        foreach (var tenant in new[] { "acme", "other", "none" })
        {
            var filter = new LearningFilter { Tenant = tenant };
            answers.Add((await store.QueryAsync(filter, 1000)).Items);
            answers.Add(await store.OutcomesAsync(filter));
            foreach (var embedding in new[] { new LearningEmbedding("small", new float[] { 1, 2, 3 }), new LearningEmbedding("large", new float[] { 1, 1 }) })
            {
                answers.Add((await store.RecallAsync(new RecallQuery { Filter = filter, Embedding = embedding, Limit = 100, MinScore = 0 })).Matches);
            }

            answers.Add((await store.RecallAsync(new RecallQuery { Filter = filter, Text = "finding 7", Limit = 100 })).Matches);
        }

        return answers;
    }

    private InMemoryLearningStore Open() => new(_folder.Path, snapshotInterval: null, _clock);
}
