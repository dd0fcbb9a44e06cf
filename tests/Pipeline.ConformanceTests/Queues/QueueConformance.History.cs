using Pipeline.Conformance.Queues.History;
using Pipeline.Queues;
using Xunit;

namespace Pipeline.Conformance.Queues;

public abstract partial class QueueConformance
{
    private const int MostProblemsShown = 10;

    [Theory(Timeout = TimeLimit * 5)]
    [InlineData(1, 2)]
    [InlineData(3, 4)]
    [InlineData(4, 8)]
    public async Task A_history_of_failing_crashing_and_stale_consumers_breaks_no_promise(int producers, int consumers)
    {
        var (work, next) = (UniqueName("work"), UniqueName("next"));
        var catalog = new QueueCatalog(new QueueDefinition(work, new QueueOptions()), new QueueDefinition(next, new QueueOptions()));
        IQueueProvider[] processes = [await _store.OpenAsync(catalog), await _store.OpenAsync(catalog)];
        var workload = new HistoryWorkload(_store, processes, work, next);

        await workload.RunAsync(producers, consumers, messagesEach: _store.Repetitions / 4);

        var problems = HistoryChecker.Check(workload.Log.Events);
        Assert.True(
            problems.Count == 0, $"{problems.Count} promises were broken:\n{string.Join('\n', problems.Take(MostProblemsShown))}");
    }
}
