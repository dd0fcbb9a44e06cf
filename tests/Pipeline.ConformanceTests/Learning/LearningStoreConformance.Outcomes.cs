using Pipeline.Learning;
using Xunit;

namespace Pipeline.Conformance.Learning;

public abstract partial class LearningStoreConformance
{
    [Fact(Timeout = TimeLimit)]
    public async Task Reports_of_different_follow_up_runs_add_up_and_the_last_one_shows()
    {
        var store = await OpenAsync();
        var id = await store.RecordAsync(Record());
        LearningOutcome[] outcomes = [LearningOutcome.Improved, LearningOutcome.Improved, LearningOutcome.NoChange, LearningOutcome.Worse, LearningOutcome.Unknown];

        for (var i = 0; i < outcomes.Length; i++)
        {
            Assert.True(await (await OpenAsync()).ReportOutcomeAsync(Report(id, outcomes[i], $"f-{i}") with { Notes = $"Note {i} ä😀" }));
        }

        var learning = await GetAsync(store, id);
        Assert.Equal(new OutcomeCounts { Improved = 2, NoChange = 1, Worse = 1, Unknown = 1 }, learning.Outcomes);
        Assert.Equal(LearningOutcome.Unknown, learning.Outcome);
        Assert.Equal("f-4", learning.FollowUpId);
        Assert.Equal("Note 4 ä😀", learning.Notes);
    }

    [Fact(Timeout = TimeLimit)]
    public async Task A_report_is_dated_by_the_store()
    {
        var store = await OpenAsync();
        var id = await store.RecordAsync(Record());
        await _store.AdvanceAsync(Tick * 3);
        var before = await _store.GetServerTimeAsync();

        await store.ReportOutcomeAsync(Report(id, LearningOutcome.Improved));

        var reported = (await GetAsync(store, id)).Reported;
        Assert.NotNull(reported);
        Assert.Equal(TimeSpan.Zero, reported.Value.Offset);
        Assert.InRange(
            reported.Value, before - _store.ClockTolerance - TimeSpan.FromMicroseconds(1), (await _store.GetServerTimeAsync()) + _store.ClockTolerance);
    }

    [Fact(Timeout = TimeLimit)]
    public async Task A_second_report_of_a_follow_up_run_corrects_the_first()
    {
        var store = await OpenAsync();
        var id = await store.RecordAsync(Record());
        await store.ReportOutcomeAsync(Report(id, LearningOutcome.Improved, "f-1") with { Notes = "Looked well." });
        await store.ReportOutcomeAsync(Report(id, LearningOutcome.Improved, "f-2"));

        await store.ReportOutcomeAsync(Report(id, LearningOutcome.Worse, "f-1"));

        var learning = await GetAsync(store, id);
        Assert.Equal(new OutcomeCounts { Improved = 1, Worse = 1 }, learning.Outcomes);
        Assert.Equal((LearningOutcome.Worse, "f-1", null), (learning.Outcome, learning.FollowUpId, learning.Notes));
    }

    [Fact(Timeout = TimeLimit)]
    public async Task A_report_that_is_repeated_counts_once()
    {
        var store = await OpenAsync();
        var id = await store.RecordAsync(Record());

        for (var i = 0; i < 5; i++)
        {
            Assert.True(await store.ReportOutcomeAsync(Report(id, LearningOutcome.Improved)));
        }

        Assert.Equal(new OutcomeCounts { Improved = 1 }, (await GetAsync(store, id)).Outcomes);
    }

    [Fact(Timeout = TimeLimit)]
    public async Task An_outcome_for_a_learning_that_is_not_there_is_not_stored()
    {
        var store = await OpenAsync();
        var missing = LearningId.Of(Record());

        Assert.False(await store.ReportOutcomeAsync(Report(missing, LearningOutcome.Improved)));

        await store.RecordAsync(Record());
        Assert.Equal(default, (await GetAsync(store, missing)).Outcomes);
    }

    [Fact(Timeout = TimeLimit * 5)]
    public async Task Reports_of_two_processes_at_the_same_time_are_all_counted()
    {
        ILearningStore[] stores = [await OpenAsync(), await OpenAsync()];
        var id = await stores[0].RecordAsync(Record());
        const int Callers = 8;
        var each = _store.Repetitions;

        await SideBySide.RunAsync(Callers, async caller =>
        {
            for (var i = 0; i < each; i++)
            {
                Assert.True(await stores[caller % 2].ReportOutcomeAsync(
                    Report(id, i % 2 == 0 ? LearningOutcome.Improved : LearningOutcome.Worse, $"f-{caller}-{i}")));
            }
        });

        var expected = new OutcomeCounts { Improved = Callers * ((each + 1) / 2), Worse = Callers * (each / 2) };
        Assert.Equal(expected, (await GetAsync(stores[1], id)).Outcomes);
        Assert.Equal(expected, Assert.Single(await stores[0].OutcomesAsync(All)).Outcomes);
    }

    [Fact(Timeout = TimeLimit * 5)]
    public async Task Corrections_at_the_same_time_leave_one_report_for_each_follow_up_run()
    {
        ILearningStore[] stores = [await OpenAsync(), await OpenAsync()];
        var id = await stores[0].RecordAsync(Record());
        LearningOutcome[] outcomes = [LearningOutcome.Improved, LearningOutcome.NoChange, LearningOutcome.Worse, LearningOutcome.Unknown];

        await SideBySide.RunAsync(4, async caller =>
        {
            for (var i = 0; i < _store.Repetitions; i++)
            {
                await stores[caller % 2].ReportOutcomeAsync(Report(id, outcomes[(caller + i) % 4], $"f-{i % 10}"));
            }
        });

        var counts = (await GetAsync(stores[0], id)).Outcomes;
        Assert.Equal(Math.Min(10, _store.Repetitions), counts.Judged + counts.Unknown);
    }

    [Fact(Timeout = TimeLimit)]
    public async Task Outcomes_are_added_up_for_each_step_and_intervention()
    {
        var store = await OpenAsync();
        var ids = await store.RecordAsync([
            Record("1") with { Interventions = ["retry", "wait"] },
            Record("2") with { Interventions = ["retry"] },
            Record("3"),
            Record("4") with { Step = "Classify", Interventions = ["retry"] },
        ]);
        await store.ReportOutcomeAsync(Report(ids[0], LearningOutcome.Improved, "f-1"));
        await store.ReportOutcomeAsync(Report(ids[0], LearningOutcome.Worse, "f-2"));
        await store.ReportOutcomeAsync(Report(ids[2], LearningOutcome.Unknown));

        var outcomes = await store.OutcomesAsync(All);

        // Upper case comes before lower case, and no intervention before any.
        Assert.Equal(
            [
                new OutcomeStatistics("Classify", "retry", 1, 1, default),
                new OutcomeStatistics("answer", null, 1, 0, new OutcomeCounts { Unknown = 1 }),
                new OutcomeStatistics("answer", "retry", 2, 1, new OutcomeCounts { Improved = 1, Worse = 1 }),
                new OutcomeStatistics("answer", "wait", 1, 0, new OutcomeCounts { Improved = 1, Worse = 1 }),
            ],
            outcomes);
        Assert.Equal(["retry", "wait"], (await store.OutcomesAsync(All with { Intervention = "wait" })).Select(one => one.Intervention));
        Assert.Equal(0.5, outcomes[2].Outcomes.SuccessRate);
    }
}
