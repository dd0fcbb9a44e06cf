using FluentAssertions;
using Npgsql;
using Pipeline.Backends;
using Pipeline.Learning;
using Pipeline.Postgres.Fixtures;
using Pipeline.Postgres.Servers;
using Pipeline.Postgres.Servers.Proxying;
using Xunit;
using static Pipeline.Postgres.Learning.LearningSamples;

namespace Pipeline.Postgres.Learning;

/// <summary>Replies that are lost, and batches that get into each other's way.</summary>
public sealed class PostgresLearningFaultTests : IAsyncLifetime
{
    private const string Recording = "INSERT INTO \"pipeline\".learnings";
    private const string Reporting = "INSERT INTO \"pipeline\".learning_reports";

    private readonly PostgresFixture _database = new();
    private PostgresProxy _proxy = null!;

    public async Task InitializeAsync()
    {
        await _database.InitializeAsync();
        _proxy = PostgresProxy.Start(_database.Node.EndPoint);
    }

    public async Task DisposeAsync()
    {
        await _proxy.DisposeAsync();
        await _database.DisposeAsync();
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_recording_whose_reply_or_request_was_lost_is_repeated_and_written_once(bool isCommitted)
    {
        await using var process = Start();
        await process.Store.RecordAsync(Record("warm") with { Embedding = Embedding(0, 1) });
        LearningRecord[] batch = [Record("a") with { Embedding = Embedding(1, 0) }, Record("b")];
        using var fault = isCommitted ? _proxy.DropReply(Recording) : _proxy.CutBefore(Recording);

        await process.Store.Invoking(store => store.RecordAsync(batch).AsTask()).Should().ThrowAsync<BackendUnavailableException>();
        await fault.Happened;
        (await CountAsync("learnings")).Should().Be(isCommitted ? 3 : 1);
        await process.Store.RecordAsync(batch);

        (await CountAsync("learnings")).Should().Be(3);
        (await CountAsync("learning_embeddings")).Should().Be(2);
    }

    [Fact]
    public async Task A_report_whose_reply_was_lost_is_repeated_and_counted_once()
    {
        await using var process = Start();
        var id = await process.Store.RecordAsync(Record());
        await process.Store.ReportOutcomeAsync(Report(id, LearningOutcome.Worse, "other"));
        using var fault = _proxy.DropReply(Reporting);

        await process.Store.Invoking(store => store.ReportOutcomeAsync(Report(id)).AsTask()).Should().ThrowAsync<BackendUnavailableException>();
        await fault.Happened;
        (await process.Store.ReportOutcomeAsync(Report(id))).Should().BeTrue();

        (await process.Store.GetAsync(Tenant, id))!.Outcomes.Should().Be(new OutcomeCounts { Improved = 1, Worse = 1 });
    }

    [Fact]
    public async Task Whatever_is_cut_what_was_acknowledged_is_there_and_each_report_counts_once()
    {
        await using var process = Start();
        await process.Store.RecordAsync(Record("warm") with { Embedding = Embedding(1, 0) });
        var random = new Random(11);
        var reports = new Dictionary<LearningId, HashSet<string>>();
        for (var i = 0; i < 60; i++)
        {
            using var fault = (random.Next(4), random.Next(2)) switch
            {
                (0, 0) => _proxy.DropReply("learning"),
                (0, 1) => _proxy.CutBefore("learning"),
                (1, 0) => _proxy.DropReply("learning", occurrence: 2),
                _ => null,
            };
            var run = $"run-{random.Next(8)}";
            var id = await RepeatAsync(() => process.Store.RecordAsync(Record(run) with { Embedding = Embedding(1, random.Next(5)) }).AsTask());
            var followUp = $"f-{random.Next(6)}";
            (await RepeatAsync(() => process.Store.ReportOutcomeAsync(Report(id, LearningOutcome.Improved, followUp)).AsTask())).Should().BeTrue();
            reports.TryAdd(id, new HashSet<string>(StringComparer.Ordinal));
            reports[id].Add(followUp);
        }

        var learnings = (await process.Store.QueryAsync(All)).Items.Where(one => one.Record.RunId != "warm").ToList();
        learnings.Select(one => one.Id).Should().BeEquivalentTo(reports.Keys);
        learnings.Should().AllSatisfy(one => one.Outcomes.Should().Be(new OutcomeCounts { Improved = reports[one.Id].Count }));
        (await process.Store.RecallAsync(Anything with { Embedding = Embedding(1, 0) })).Matches.Should().HaveCount(learnings.Count + 1);
    }

    [Fact]
    public async Task Batches_in_random_order_reports_and_forgetting_never_fail_of_each_other()
    {
        await using var process = LearningProcess.Start(_database.ConnectionString);
        var records = Enumerable.Range(0, 40).Select(i => Record($"run-{i}") with { Embedding = Embedding(1, i) }).ToArray();
        await process.Store.RecordAsync(records);
        var filter = All with { Step = "answer" };

        await Task.WhenAll(Enumerable.Range(0, 8).Select(worker => Task.Run(async () =>
        {
            var random = new Random(worker);
            for (var i = 0; i < 15; i++)
            {
                var mixed = records.ToArray();
                random.Shuffle(mixed);
                var ended = random.Next(3) == 0 ? Created : (DateTimeOffset?)null;
                await process.Store.RecordAsync([.. mixed.Select(record => record with { ValidUntil = ended })]);
                await process.Store.ReportOutcomeAsync(Report(LearningId.Of(mixed[0]), LearningOutcome.Improved, $"f-{worker}"));
                switch (random.Next(3))
                {
                    case 0:
                        await process.Store.ForgetAsync(filter);
                        break;
                    case 1:
                        await process.Store.ForgetEmbeddingsAsync(Tenant, "small");
                        break;
                    default:
                        await process.Store.ExpireAsync();
                        break;
                }
            }
        })));

        await process.Store.ExpireAsync();
        await process.Store.RecordAsync(records);
        (await process.Store.QueryAsync(All)).Items.Should().HaveCount(40);
        (await process.Store.RecallAsync(Anything with { Embedding = Embedding(1, 0) })).Matches.Should().HaveCount(40);
    }

    private static async Task<T> RepeatAsync<T>(Func<Task<T>> call)
    {
        while (true)
        {
            try
            {
                return await call();
            }
            catch (BackendUnavailableException)
            {
                // The contract says that it may be repeated.
            }
        }
    }

    private LearningProcess Start() => LearningProcess.Start(_database.Node.ConnectionString(_database.Database, _proxy.EndPoint));

    private async Task<long> CountAsync(string table) => (long)(await _database.Node.ScalarAsync($"SELECT count(*) FROM pipeline.{table}", _database.Database))!;
}
