using Pipeline.Learning;
using Xunit;

namespace Pipeline.Conformance.Learning;

public abstract partial class LearningStoreConformance
{
    [Fact(Timeout = TimeLimit)]
    public async Task What_is_not_there_is_read_as_nothing()
    {
        var store = await OpenAsync();

        Assert.Null(await store.GetAsync(_tenant, LearningId.Of(Record())));
        Assert.Empty((await store.QueryAsync(All)).Items);
        Assert.Null((await store.QueryAsync(All)).Next);
        Assert.Empty(await store.OutcomesAsync(All));
        Assert.Empty((await store.RecallAsync(Anything)).Matches);
        Assert.False((await store.RecallAsync(Anything)).IsDegraded);
        Assert.False(await store.ReportOutcomeAsync(Report(LearningId.Of(Record()), LearningOutcome.Worse)));
        Assert.Equal(0, await store.ForgetAsync(All));
        await store.ForgetEmbeddingsAsync(_tenant, "small");
    }

    [Fact(Timeout = TimeLimit)]
    public async Task Pages_come_newest_first_and_equal_times_by_falling_id()
    {
        var store = await OpenAsync();
        var records = Enumerable.Range(0, 30).Select(i => Record($"run-{i}") with { Created = _start.AddSeconds(-(i / 10)) }).ToArray();
        await store.RecordAsync(records);
        var expected = records.OrderByDescending(record => record.Created).ThenByDescending(LearningId.Of).Select(LearningId.Of).ToArray();

        Assert.Equal(expected, (await ReadAsync(store, All)).Select(learning => learning.Id));
        Assert.Equal(expected, (await ReadAsync(store, All, limit: 7)).Select(learning => learning.Id));
        Assert.Equal(expected, (await ReadAsync(store, All, limit: 1)).Select(learning => learning.Id));
        Assert.Equal(expected, (await ReadAsync(store, All, limit: 30)).Select(learning => learning.Id));
    }

    [Fact(Timeout = TimeLimit)]
    public async Task What_stays_while_pages_are_read_is_read_once()
    {
        var store = await OpenAsync();
        var stays = Enumerable.Range(0, 20).Select(i => Record($"stays-{i}") with { Created = _start.AddSeconds(-2 * i) }).ToArray();
        var goes = Enumerable.Range(0, 20).Select(i => Record($"goes-{i}") with { Step = "other", Created = _start.AddSeconds(-2 * i) }).ToArray();
        await store.RecordAsync([.. stays, .. goes]);

        var read = new List<LearningId>();
        var page = await store.QueryAsync(All, limit: 6);
        for (var i = 0; page.Next is not null; i++)
        {
            read.AddRange(page.Items.Select(learning => learning.Id));

            // One before and one after the place that was reached come; and the one at that place goes.
            await store.RecordAsync([
                Record($"new-{i}") with { Step = "other", Created = _start.AddSeconds(1 + i) },
                Record($"old-{i}") with { Step = "other", Created = _start.AddSeconds(-100 - i) },
            ]);
            await store.ForgetAsync(All with { RunId = $"goes-{i}" });
            page = await store.QueryAsync(All, limit: 6, page.Next);
        }

        read.AddRange(page.Items.Select(learning => learning.Id));
        Assert.Equal(read.Distinct(), read);
        Assert.Subset(read.ToHashSet(), stays.Select(LearningId.Of).ToHashSet());
    }

    [Fact(Timeout = TimeLimit)]
    public async Task A_page_can_begin_at_any_position_also_at_one_of_another_offset()
    {
        var store = await OpenAsync();
        await store.RecordAsync([Record("old") with { Created = _start - Tick }, Record("new")]);
        var between = new LearningPosition((_start - (Tick / 2)).ToOffset(TimeSpan.FromHours(3)), new LearningId(Guid.AllBitsSet));

        Assert.Equal("old", Assert.Single((await store.QueryAsync(All, 10, between)).Items).Record.RunId);
    }

    [Fact(Timeout = TimeLimit)]
    public async Task A_filter_selects_what_fulfils_all_of_its_conditions()
    {
        var store = await OpenAsync();
        var match = Record("match") with
        {
            Collection = "runbook",
            Step = "classify",
            Agent = "planner",
            Severity = LearningSeverity.High,
            Interventions = ["retry", "raise-timeout"],
            Attributes = new Dictionary<string, string>(StringComparer.Ordinal) { ["region"] = "eu", ["tier"] = "gold" },
            Created = _start - (Tick * 10),
        };
        await store.RecordAsync([match, Record("other")]);
        await store.ReportOutcomeAsync(Report(LearningId.Of(match), LearningOutcome.NoChange));
        var full = All with
        {
            Collection = "runbook",
            RunId = "match",
            Step = "classify",
            Agent = "planner",
            MinSeverity = LearningSeverity.High,
            Intervention = "raise-timeout",
            Outcome = LearningOutcome.NoChange,
            Attributes = match.Attributes,
            CreatedFrom = _start - (Tick * 10),
            CreatedBefore = _start - (Tick * 9),
        };

        Assert.Equal("match", Assert.Single(await ReadAsync(store, full)).Record.RunId);
        foreach (var other in new[]
        {
            full with { Collection = "Runbook" },
            full with { RunId = "other" },
            full with { Step = "answer" },
            full with { Agent = "Planner" },
            full with { MinSeverity = LearningSeverity.Critical },
            full with { Intervention = "raise" },
            full with { Outcome = LearningOutcome.Open },
            full with { Attributes = new Dictionary<string, string>(StringComparer.Ordinal) { ["region"] = "eu", ["tier"] = "GOLD" } },
            full with { Attributes = new Dictionary<string, string>(StringComparer.Ordinal) { ["Region"] = "eu" } },
            full with { CreatedFrom = _start - (Tick * 10) + TimeSpan.FromMicroseconds(1) },
            full with { CreatedBefore = _start - (Tick * 10) },
        })
        {
            Assert.Empty(await ReadAsync(store, other));
        }
    }

    [Fact(Timeout = TimeLimit)]
    public async Task An_outcome_filter_goes_by_the_last_outcome()
    {
        var store = await OpenAsync();
        var ids = await store.RecordAsync([Record("a"), Record("b")]);
        await store.ReportOutcomeAsync(Report(ids[0], LearningOutcome.Worse, "f-1"));
        await store.ReportOutcomeAsync(Report(ids[0], LearningOutcome.Improved, "f-2"));

        Assert.Equal(ids[0], Assert.Single(await ReadAsync(store, All with { Outcome = LearningOutcome.Improved })).Id);
        Assert.Equal(ids[1], Assert.Single(await ReadAsync(store, All with { Outcome = LearningOutcome.Open })).Id);
        Assert.Empty(await ReadAsync(store, All with { Outcome = LearningOutcome.Worse }));
    }
}
