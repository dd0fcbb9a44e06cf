using System.Globalization;
using FluentAssertions;
using Pipeline.Conformance;
using Xunit;

namespace Pipeline.Learning;

/// <summary>What the store in memory promises beyond the contract.</summary>
public sealed class InMemoryLearningStoreTests : IDisposable
{
    private static readonly LearningFilter All = new() { Tenant = "acme" };

    private readonly ManualTimeProvider _clock = new(SnapshotSamples.Time);
    private readonly InMemoryLearningStore _store;

    public InMemoryLearningStoreTests() => _store = new InMemoryLearningStore(_clock);

    public void Dispose() => _store.Dispose();

    [Fact]
    public async Task A_clock_that_is_set_back_shows_again_what_has_not_been_deleted()
    {
        var id = await _store.RecordAsync(SnapshotSamples.Plain with { ValidUntil = SnapshotSamples.Time.AddHours(1) });
        _clock.SetUtcNow(SnapshotSamples.Time.AddHours(1));
        (await _store.GetAsync("acme", id)).Should().BeNull();

        _clock.SetUtcNow(SnapshotSamples.Time.AddHours(-5));

        (await _store.GetAsync("acme", id)).Should().NotBeNull();
        (await _store.RecallAsync(new RecallQuery { Filter = All })).Matches.Should().ContainSingle().Which.Score.Recency.Should().Be(1);
    }

    [Fact]
    public async Task Of_two_reports_the_last_call_counts_also_where_the_clock_was_set_back()
    {
        var id = await _store.RecordAsync(SnapshotSamples.Plain);
        await _store.ReportOutcomeAsync(Report(id, LearningOutcome.Improved));
        _clock.SetUtcNow(SnapshotSamples.Time.AddHours(-5));
        await _store.ReportOutcomeAsync(Report(id, LearningOutcome.Worse));

        var learning = await _store.GetAsync("acme", id);

        (learning!.Outcome, learning.Reported).Should().Be((LearningOutcome.Worse, SnapshotSamples.Time.AddHours(-5)));
        learning.Outcomes.Should().Be(new OutcomeCounts { Worse = 1 });
    }

    [Fact]
    public async Task A_tenant_without_learnings_takes_nothing()
    {
        for (var i = 0; i < 100; i++)
        {
            await _store.RecordAsync(SnapshotSamples.Plain with { Tenant = $"t-{i}", ValidUntil = i % 2 == 0 ? SnapshotSamples.Time.AddHours(1) : null });
        }

        _clock.Advance(TimeSpan.FromHours(1));
        (await _store.ExpireAsync()).Should().Be(50);
        _store.TenantCount.Should().Be(50);
        await _store.ForgetAsync(new LearningFilter { Tenant = "t-1" });
        _store.TenantCount.Should().Be(49);

        await _store.GetAsync("t-0", default);
        await _store.RecallAsync(new RecallQuery { Filter = new LearningFilter { Tenant = "t-0" } });
        await _store.ForgetAsync(new LearningFilter { Tenant = "t-0" });
        _store.TenantCount.Should().Be(49);
    }

    [Fact]
    public async Task Recording_while_the_tenant_becomes_empty_loses_nothing()
    {
        await SideBySide.RunAsync(4, async caller =>
        {
            for (var i = 0; i < 5_000; i++)
            {
                var id = await _store.RecordAsync(SnapshotSamples.Plain with { RunId = $"{caller}-{i}" });
                (await _store.GetAsync("acme", id)).Should().NotBeNull();
                (await _store.ForgetAsync(All with { RunId = $"{caller}-{i}" })).Should().Be(1);
            }
        });

        _store.TenantCount.Should().Be(0);
    }

    [Fact]
    public async Task What_comes_and_goes_leaves_nothing_behind()
    {
        await _store.RecordAsync(SnapshotSamples.Plain with { Step = "stays" });
        for (var i = 0; i < 100; i++)
        {
            await _store.RecordAsync([.. Enumerable.Range(0, 100).Select(j => SnapshotSamples.Plain with { RunId = $"{i}-{j}" })]);
            await _store.ForgetAsync(All with { Step = "answer" });

            // As many may wait to be got rid of as make it worth while.
            _store.RowCount.Should().BeLessThan(400);
        }
    }

    [Fact]
    public async Task Words_and_embeddings_are_found_after_most_has_been_forgotten()
    {
        for (var batch = 0; batch < 5; batch++)
        {
            await _store.RecordAsync([.. Enumerable.Range(batch * 1000, 1000).Select(i => SnapshotSamples.Plain with
            {
                RunId = $"{i}",
                Step = i % 50 == 0 ? "stays" : "goes",
                Finding = $"alpha number{i}",
                Embedding = new LearningEmbedding("small", new float[] { 5000, i }),
            })]);
        }

        (await _store.ForgetAsync(All with { Step = "goes" })).Should().Be(4900);

        (await _store.RecallAsync(new RecallQuery { Filter = All, Text = "number2500", MinScore = 0.4 })).Matches.Should().ContainSingle().Which.Learning.Record.RunId.Should().Be("2500");
        (await _store.RecallAsync(new RecallQuery { Filter = All, Text = "number2501", MinScore = 0.4 })).Matches.Should().BeEmpty();
        (await _store.RecallAsync(new RecallQuery { Filter = All, Text = "alpha", Limit = 100, DuplicateSimilarity = null })).Matches.Should().HaveCount(100);
        var near = await _store.RecallAsync(new RecallQuery
        {
            Filter = All,
            Embedding = new LearningEmbedding("small", new float[] { 5000, 2500 }),
            DuplicateSimilarity = null,
        });
        near.Matches.Select(match => match.Learning.Record.RunId).Should().StartWith("2500").And.OnlyContain(id => int.Parse(id, CultureInfo.InvariantCulture) % 50 == 0);
    }

    private static OutcomeReport Report(LearningId id, LearningOutcome outcome) =>
        new() { Tenant = "acme", LearningId = id, FollowUpId = "f", Outcome = outcome };
}
