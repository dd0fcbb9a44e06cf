using System.Collections.Concurrent;
using FluentAssertions;
using Npgsql;
using Pipeline.Backends;
using Pipeline.Conformance;
using Pipeline.Learning;
using Pipeline.Postgres.Fixtures;
using Xunit;
using static Pipeline.Postgres.Learning.LearningSamples;

namespace Pipeline.Postgres.Learning;

/// <summary>
/// Generated recordings and reports of two processes over a network that cuts connections, before a statement or after it: what was answered is there, once; a report that
/// is repeated until it answers counts once; and nothing is there that nobody wrote.
/// </summary>
public sealed class PostgresLearningFaultHistoryTests
{
    private const int Callers = 4;
    private const int CallsEach = 50;
    private const int Most = 1_000;

    private readonly ConcurrentDictionary<LearningId, ConcurrentDictionary<string, LearningOutcome>> _known = new();
    private readonly ConcurrentDictionary<LearningId, bool> _unanswered = new();

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public async Task Whatever_is_cut_each_learning_and_each_report_is_there_once(int seed)
    {
        var node = await SharedServers.NodeAsync();
        var database = new NpgsqlConnectionStringBuilder(await SharedServers.CreateDatabaseAsync()).Database!;
        await using var network = LossyNetwork.Start(node.EndPoint, "learning", (ulong)seed);
        await using var first = LearningProcess.Start(node.ConnectionString(database, network.EndPoint));
        await using var second = LearningProcess.Start(node.ConnectionString(database, network.EndPoint));
        LearningProcess[] processes = [first, second];

        await SideBySide.RunAsync(Callers, async caller =>
        {
            var random = new SeededRandom((ulong)((seed * Callers) + caller + 3_000));
            for (var call = 0; call < CallsEach; call++)
            {
                if (_known.IsEmpty || random.Chance(50))
                    await RecordAsync(processes[caller % 2].Store, random, $"{caller}-{call}");
                else
                    await ReportAsync(processes[caller % 2].Store, random);
            }
        });
        await network.CalmAsync();

        await using var after = LearningProcess.Start(node.ConnectionString(database));
        var stored = (await after.Store.QueryAsync(All, Most)).Items.ToDictionary(static one => one.Id);
        network.Faults.Should().BePositive();
        _unanswered.Should().NotBeEmpty("recordings stayed without an answer");
        _known.Keys.Should().BeSubsetOf(stored.Keys);
        stored.Keys.Should().BeSubsetOf([.. _known.Keys, .. _unanswered.Keys]);
        foreach (var (id, reports) in _known)
        {
            var outcomes = stored[id].Outcomes;
            (outcomes.Improved, outcomes.NoChange, outcomes.Worse, outcomes.Unknown).Should().Be((
                Count(reports, LearningOutcome.Improved), Count(reports, LearningOutcome.NoChange), Count(reports, LearningOutcome.Worse), Count(reports, LearningOutcome.Unknown)));
        }
    }

    private static long Count(ConcurrentDictionary<string, LearningOutcome> reports, LearningOutcome outcome) => reports.Values.LongCount(one => one == outcome);

    private async Task RecordAsync(PostgresLearningStore store, SeededRandom random, string run)
    {
        LearningRecord[] batch =
        [
            .. Enumerable.Range(0, random.Between(1, 3)).Select(number =>
                Record(run, $"finding {number}") with { Embedding = random.Chance(50) ? Embedding(number, 1) : null }),
        ];
        do
        {
            try
            {
                foreach (var id in await store.RecordAsync(batch))
                    _known.TryAdd(id, new());
                return;
            }
            catch (BackendUnavailableException)
            {
                foreach (var one in batch)
                    _unanswered[LearningId.Of(one)] = true;
            }
        }
        while (random.Chance(50));
    }

    private async Task ReportAsync(PostgresLearningStore store, SeededRandom random)
    {
        var id = random.Pick(_known.Keys.ToArray());
        // No two callers report under one name: the last report under a name counts, and between two at once nobody knows which was last.
        var report = Report(id, (LearningOutcome)random.Between(1, 4), $"f-{random.NextGuid()}");
        while (true)
        {
            try
            {
                (await store.ReportOutcomeAsync(report)).Should().BeTrue();
                _known[id][report.FollowUpId] = report.Outcome;
                return;
            }
            catch (BackendUnavailableException)
            {
                // It is repeated until it answers.
            }
        }
    }
}
