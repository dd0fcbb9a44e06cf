using FluentAssertions;
using Npgsql;
using Pipeline.Backends;
using Pipeline.Learning;
using Pipeline.Postgres.Servers;
using Xunit;
using static Pipeline.Postgres.Learning.LearningSamples;

namespace Pipeline.Postgres.Learning;

/// <summary>A server that is restarted, full, a standby, or does not allow what is asked.</summary>
public sealed class PostgresLearningServerTests
{
    [Fact]
    public async Task A_server_that_is_restarted_in_the_middle_loses_nothing_that_was_acknowledged()
    {
        await using var server = await PostgresServer.StartAsync();
        await using var process = LearningProcess.Start(await server.CreateDatabaseAsync());
        await process.Store.RecordAsync(Record("warm"));
        var acknowledged = new List<LearningId>();
        using var ending = new CancellationTokenSource();
        var writing = Task.Run(async () =>
        {
            for (var i = 0; !ending.IsCancellationRequested; i++)
            {
                try
                {
                    var id = await process.Store.RecordAsync(Record($"run-{i}") with { Embedding = Embedding(1, i) });
                    if (await process.Store.ReportOutcomeAsync(Report(id)))
                    {
                        acknowledged.Add(id);
                    }
                }
                catch (BackendUnavailableException)
                {
                    // Neither is acknowledged.
                }
            }
        });

        await Waiting.UntilAsync(() => Task.FromResult(acknowledged.Count > 20), "some learnings");
        await server.StopAsync(PostgresStop.Immediate);
        (await process.Store.RecallAsync(Anything)).IsDegraded.Should().BeTrue();
        var before = acknowledged.Count;
        await server.StartAgainAsync();
        await Waiting.UntilAsync(() => Task.FromResult(acknowledged.Count > before + 20), "more learnings");
        await ending.CancelAsync();
        await writing;

        foreach (var id in acknowledged)
        {
            (await process.Store.GetAsync(Tenant, id))!.Outcomes.Improved.Should().Be(1);
        }

        var count = (await process.Store.OutcomesAsync(All)).Sum(one => one.Runs);
        (await process.Store.QueryAsync(All, 1000)).Items.Should().HaveCount((int)Math.Min(1000, count));
        count.Should().BeGreaterThanOrEqualTo(acknowledged.Count + 1);
    }

    [Fact]
    public async Task A_full_disk_refuses_learnings_whole_still_recalls_and_lets_room_be_made()
    {
        await using var server = await PostgresServer.StartAsync(new() { SmallDisk = "8m" });
        var tablespace = await server.CreateTablespaceAsync();
        var connectionString = await server.CreateDatabaseAsync();
        await using var process = LearningProcess.Start(connectionString);
        var kept = await process.Store.RecordAsync(Record() with { Embedding = Embedding(1, 0) });
        await server.ExecuteAsync($"ALTER TABLE pipeline.learnings SET TABLESPACE {PostgresTablespace.Name}", new NpgsqlConnectionStringBuilder(connectionString).Database);
        tablespace.Fill();
        var batch = Enumerable.Range(0, 500).Select(i => Record($"run-{i}", new string('a', 500) + i)).ToArray();

        (await process.Store.Invoking(store => store.RecordAsync(batch).AsTask()).Should().ThrowAsync<BackendUnavailableException>())
            .Which.Reason.Should().Contain("disk is full");
        (await process.Store.QueryAsync(All)).Items.Should().ContainSingle();
        (await process.Store.RecallAsync(Anything with { Embedding = Embedding(1, 0) })).Matches.Should().ContainSingle();
        (await process.Store.ForgetAsync(All)).Should().Be(1);

        tablespace.Free();
        await process.Store.RecordAsync(batch);
        (await process.Store.GetAsync(Tenant, kept)).Should().BeNull();
        (await process.Store.OutcomesAsync(All)).Sum(one => one.Runs).Should().Be(500);
    }

    [Fact]
    public async Task A_standby_recalls_and_takes_no_writes()
    {
        await using var primary = await PostgresServer.StartAsync();
        var connectionString = await primary.CreateDatabaseAsync();
        await using var process = LearningProcess.Start(connectionString);
        var id = await process.Store.RecordAsync(Record() with { Embedding = Embedding(1, 0) });
        await using var standby = await primary.CreateStandbyAsync();
        await primary.WaitForStandbyAsync(standby);
        var there = new NpgsqlConnectionStringBuilder(connectionString) { Port = standby.Port };
        await using var reader = LearningProcess.Start(there.ConnectionString);

        (await reader.Store.RecallAsync(Anything with { Embedding = Embedding(1, 0) })).Matches.Should().ContainSingle();
        (await reader.Store.GetAsync(Tenant, id)).Should().NotBeNull();
        foreach (var write in (Func<Task>[])[
            async () => await reader.Store.RecordAsync(Record("other")),
            async () => await reader.Store.ReportOutcomeAsync(Report(id)),
            async () => await reader.Store.ForgetAsync(All),
            async () => await reader.Store.ExpireAsync()])
        {
            (await write.Should().ThrowAsync<BackendUnavailableException>()).Which.Reason.Should().Contain("takes no writes");
        }
    }

    [Fact]
    public async Task A_role_that_may_only_read_recalls_and_is_refused_what_writes()
    {
        await using var server = await PostgresServer.StartAsync();
        var connectionString = await server.CreateDatabaseAsync();
        await using var process = LearningProcess.Start(connectionString);
        var id = await process.Store.RecordAsync(Record());
        var database = new NpgsqlConnectionStringBuilder(connectionString).Database;
        await server.ExecuteAsync(
            "CREATE ROLE reader LOGIN; GRANT USAGE ON SCHEMA pipeline TO reader; GRANT SELECT ON ALL TABLES IN SCHEMA pipeline TO reader", database);
        await using var reader = LearningProcess.Start(new NpgsqlConnectionStringBuilder(connectionString) { Username = "reader" }.ConnectionString);

        (await reader.Store.RecallAsync(Anything with { Text = "timed" })).Matches.Should().ContainSingle();
        await reader.Store.Invoking(store => store.RecordAsync(Record("other")).AsTask()).Should().ThrowAsync<BackendRefusedException>();
        await reader.Store.Invoking(store => store.ReportOutcomeAsync(Report(id)).AsTask()).Should().ThrowAsync<BackendRefusedException>();
        await server.ExecuteAsync("REVOKE SELECT ON ALL TABLES IN SCHEMA pipeline FROM reader; GRANT SELECT ON pipeline.schema_version TO reader", database);
        (await reader.Store.RecallAsync(Anything)).IsDegraded.Should().BeTrue("memory never breaks a run");
        await reader.Store.Invoking(store => store.GetAsync(Tenant, id).AsTask()).Should().ThrowAsync<BackendRefusedException>();
    }
}
