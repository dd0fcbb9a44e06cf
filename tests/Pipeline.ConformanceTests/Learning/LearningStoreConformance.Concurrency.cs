using Pipeline.Learning;
using Xunit;

namespace Pipeline.Conformance.Learning;

public abstract partial class LearningStoreConformance
{
    [Fact(Timeout = TimeLimit * 5)]
    public async Task The_same_learnings_recorded_by_several_at_once_are_written_once()
    {
        ILearningStore[] stores = [await OpenAsync(), await OpenAsync()];
        var records = Enumerable.Range(0, 50).Select(i => Record($"run-{i}") with { Embedding = Embedding(1, i) }).ToArray();

        await SideBySide.RunAsync(4, async caller =>
        {
            foreach (var part in (caller % 2 == 0 ? records : records.Reverse()).Chunk(7))
            {
                await stores[caller % 2].RecordAsync(part);
            }
        });

        Assert.Equal(50, (await ReadAsync(stores[0], All)).Count);
        Assert.Equal(50, (await stores[1].RecallAsync(Anything with { Embedding = Embedding(1, 0) })).Matches.Count);
    }

    [Fact(Timeout = TimeLimit * 5)]
    public async Task What_a_call_has_written_the_next_sees_while_others_write_and_forget()
    {
        ILearningStore[] stores = [await OpenAsync(), await OpenAsync()];

        await SideBySide.RunAsync(4, async caller =>
        {
            var own = All with { Step = $"step-{caller}" };
            for (var i = 0; i < _store.Repetitions; i++)
            {
                var record = Record($"run-{i}", $"alpha {caller} {i}") with { Step = own.Step, Embedding = Embedding(1, caller, i) };
                var id = await stores[0].RecordAsync(record);
                Assert.Equal([id], IdsOf(await stores[1].RecallAsync(Anything with { Filter = own, Embedding = Embedding(1, caller, i) })));
                Assert.Equal([id], IdsOf(await stores[1].RecallAsync(Anything with { Filter = own, Text = "alpha" })));
                Assert.True(await stores[1].ReportOutcomeAsync(Report(id, LearningOutcome.Improved)));
                Assert.Equal(1, (await GetAsync(stores[0], id)).Outcomes.Improved);
                Assert.Equal(1, await stores[1].ForgetAsync(own));
                Assert.Empty((await stores[0].RecallAsync(Anything with { Filter = own, Embedding = Embedding(1, caller, i) })).Matches);
            }
        });

        Assert.Empty(await ReadAsync(stores[0], All));
    }

    [Fact(Timeout = TimeLimit * 5)]
    public async Task A_recall_while_others_write_and_forget_is_in_order_and_sees_each_learning_once()
    {
        ILearningStore[] stores = [await OpenAsync(), await OpenAsync()];
        var batch = Enumerable.Range(0, 10).Select(i => Record($"run-{i}") with { Embedding = Embedding(1, i) }).ToArray();
        var writing = true;

        await SideBySide.RunAsync(2, async caller =>
        {
            if (caller == 0)
            {
                for (var i = 0; i < _store.Repetitions; i++)
                {
                    await stores[0].RecordAsync(batch);
                    await stores[0].ForgetAsync(All);
                }

                Volatile.Write(ref writing, false);
                return;
            }

            while (Volatile.Read(ref writing))
            {
                var result = await stores[1].RecallAsync(Anything with { Embedding = Embedding(1, 0) });
                Assert.False(result.IsDegraded);
                Assert.Equal(result.Matches.Count, result.Matches.Select(match => match.Learning.Id).Distinct().Count());
                Assert.All(result.Matches, match => Assert.Equal(_tenant, match.Learning.Record.Tenant));
                Assert.All(result.Matches.Zip(result.Matches.Skip(1)), pair => Assert.True(pair.First.Score.Total >= pair.Second.Score.Total));
            }
        });

        Assert.Empty((await stores[1].RecallAsync(Anything with { Embedding = Embedding(1, 0) })).Matches);
    }

    [Fact(Timeout = TimeLimit * 5)]
    public async Task Forgetting_and_recording_at_once_leave_a_learning_with_its_embedding_or_none()
    {
        ILearningStore[] stores = [await OpenAsync(), await OpenAsync()];
        var record = Record() with { Embedding = Embedding(1, 0) };

        for (var i = 0; i < _store.Repetitions; i++)
        {
            await SideBySide.RunAsync(2, async caller =>
            {
                if (caller == 0)
                {
                    await stores[0].RecordAsync(record);
                }
                else
                {
                    await stores[1].ForgetAsync(All);
                }
            });

            var isThere = await stores[0].GetAsync(_tenant, LearningId.Of(record)) is not null;
            Assert.Equal(isThere ? 1 : 0, (await stores[1].RecallAsync(Anything with { Embedding = Embedding(1, 0) })).Matches.Count);
            Assert.Equal(isThere ? 1 : 0, (await stores[1].RecallAsync(Anything with { Text = "timed" })).Matches.Count);
        }
    }
}
