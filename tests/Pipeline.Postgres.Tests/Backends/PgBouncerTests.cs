using FluentAssertions;
using Npgsql;
using Pipeline.Backends;
using Pipeline.Diagnostics;
using Pipeline.DependencyInjection;
using Pipeline.Postgres.Servers;
using Pipeline.Queues;
using Xunit;

namespace Pipeline.Postgres.Backends;

/// <summary>Behind a pooler in transaction mode.</summary>
public sealed class PgBouncerTests : IAsyncLifetime
{
    private const string Database = "pooled";

    private readonly LoggedMessages _log = new();
    private readonly RecordingListener _listener = new();
    private PostgresServer _server = null!;
    private PgBouncerServer _pooler = null!;
    private string _direct = "";

    public async Task InitializeAsync()
    {
        _server = await PostgresServer.StartAsync();
        _pooler = await PgBouncerServer.StartAsync(_server, sessions: 2);
        _direct = await _server.CreateDatabaseAsync(Database);
    }

    public async Task DisposeAsync()
    {
        await _pooler.DisposeAsync();
        await _server.DisposeAsync();
    }

    [Fact]
    public async Task Notifications_do_not_come_and_that_is_said_once_while_the_beat_goes_on()
    {
        await using var connection = Connect(_pooler.ConnectionString(Database));

        await using var subscription = await connection.Notifications.SubscribeAsync(PostgresTopic.State, _listener);

        _listener.Told.Should().StartWith([RecordingListener.Interrupted], "that is known before the first wait");
        await _listener.UntilAsync(RecordingListener.Beat, count: 2);
        (_log.Count(11002), _log.Count(11004)).Should().Be((1, 1));
        _log.All.Single(message => message.Id == 11004).Text.Should().Contain("NotificationConnectionString");
        _log.Count(11007).Should().Be(0, "nothing is prepared");
    }

    [Fact]
    public async Task A_connection_string_that_leads_to_the_server_brings_them_back()
    {
        await using var connection = Connect(_pooler.ConnectionString(Database), _direct);
        await using var subscription = await connection.Notifications.SubscribeAsync(PostgresTopic.State, _listener);

        await connection.Notifications.NotifyAsync(PostgresTopic.State, "heard");

        await _listener.UntilAsync("heard");
        _listener.Told.Should().Equal("heard");
        (_log.Count(11002), _log.Count(11004)).Should().Be((0, 0));
    }

    [Fact]
    public async Task The_statements_of_the_queues_work_over_few_sessions()
    {
        var catalog = new QueueCatalog(new QueueDefinition("q", new QueueOptions()));
        await using var connection = Connect(_pooler.ConnectionString(Database), _direct);
        await using var provider = new PostgresQueueProvider(connection, catalog);
        var queue = provider.GetQueue("q");

        await Task.WhenAll(Enumerable.Range(0, 20).Select(i => queue.EnqueueAsync([.. Enumerable.Range(0, 10).Select(_ => new QueueMessage(new byte[] { (byte)i }))]).AsTask()));
        var done = 0;
        await Task.WhenAll(Enumerable.Range(0, 4).Select(async _ =>
        {
            while (await queue.ReceiveAsync(20, TimeSpan.FromMinutes(1), TimeSpan.Zero) is { Count: > 0 } received)
            {
                foreach (var message in received)
                    await queue.CompleteAsync(message.Receipt);
                Interlocked.Add(ref done, received.Count);
            }
        }));

        done.Should().Be(200);
        (await queue.GetStatsAsync()).Should().BeEquivalentTo(new { TotalEnqueued = 200, TotalCompleted = 200, Depth = 0 });
    }

    [Fact]
    public async Task Statements_that_are_prepared_automatically_are_refused_with_the_mend_and_a_warning_at_the_start()
    {
        await using var connection = Connect(PostgresCalls.With(_pooler.ConnectionString(Database), builder => builder.Remove("Max Auto Prepare")));
        await connection.PrepareAsync(default);
        _log.Count(11007).Should().Be(1);

        // Sessions change hands, and with them the names of what was prepared.
        BackendRefusedException? refused = null;
        for (var round = 0; refused is null && round < 200; round++)
        {
            try
            {
                await Task.WhenAll(Enumerable.Range(0, 6).Select(async i => await connection.AskAsync($"SELECT {i}, pg_sleep(0.002)")));
            }
            catch (BackendRefusedException exception)
            {
                refused = exception;
            }
        }

        refused.Should().NotBeNull();
        refused!.Message.Should().Contain("pooler in transaction mode").And.Contain("Max Auto Prepare=0;No Reset On Close=true");
    }

    [Fact]
    public async Task The_doctor_sees_the_pooler()
    {
        await using var quiet = Connect(_pooler.ConnectionString(Database));
        await using var mended = Connect(_pooler.ConnectionString(Database), _direct);
        await using var preparing = Connect(PostgresCalls.With(_pooler.ConnectionString(Database), builder => builder.Remove("Max Auto Prepare")));
        await using var direct = Connect(_direct);

        (await LookAsync(quiet, targets => new PostgresNotificationsCheck(targets))).Mend.Should().Contain("NotificationConnectionString");
        (await LookAsync(mended, targets => new PostgresNotificationsCheck(targets))).Status.Should().Be(DoctorStatus.Ok);
        (await LookAsync(direct, targets => new PostgresNotificationsCheck(targets))).Status.Should().Be(DoctorStatus.Ok);
        (await LookAsync(preparing, targets => new PostgresPoolerCheck(targets))).Mend.Should().Contain("Max Auto Prepare=0");
        (await LookAsync(quiet, targets => new PostgresPoolerCheck(targets))).Summary.Should().Contain("no statement is prepared");
        (await LookAsync(direct, targets => new PostgresPoolerCheck(targets))).Summary.Should().Contain("No pooler");
        (await LookAsync(quiet, targets => new PostgresPoolCheck(targets))).Summary.Should().Contain("A pooler shares");
    }

    private static async Task<DoctorResult> LookAsync(PostgresConnection connection, Func<PostgresDoctorTargets, IDoctorCheck> create) =>
        await create(new PostgresDoctorTargets([new PostgresDoctorTarget(connection, PipelineRoles.All, Migrates: true)])).CheckAsync();

    private PostgresConnection Connect(string connectionString, string? notifications = null) => new(
        PostgresSource.Own(PostgresConnectionString.Parse(connectionString)),
        new PostgresOptions { NotificationConnectionString = notifications, CommandTimeout = TimeSpan.FromSeconds(30) },
        suite: "",
        TimeProvider.System,
        _log);
}
