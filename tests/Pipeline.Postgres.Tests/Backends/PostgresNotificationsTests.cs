using FluentAssertions;
using Npgsql;
using Pipeline.Backends;
using Pipeline.Postgres.Fixtures;
using Pipeline.Postgres.Servers.Proxying;
using Xunit;

namespace Pipeline.Postgres.Backends;

/// <summary>What processes hear of each other, and what they do while they do not.</summary>
public sealed class PostgresNotificationsTests(PostgresFixture fixture) : IClassFixture<PostgresFixture>, IAsyncLifetime
{
    private readonly string _schema = $"s{Guid.NewGuid():N}";
    private readonly LoggedMessages _log = new();
    private readonly RecordingListener _listener = new();
    private PostgresProxy _proxy = null!;
    private PostgresConnection _other = null!;

    public async Task InitializeAsync()
    {
        _proxy = PostgresProxy.Start(fixture.Node.EndPoint);
        _other = Connect(fixture.ConnectionString);
        await _other.PrepareAsync(default);
    }

    public async Task DisposeAsync()
    {
        await _other.DisposeAsync();
        await _proxy.DisposeAsync();
    }

    [Fact]
    public async Task What_one_process_tells_all_hear_by_topic_itself_too()
    {
        await using var connection = Connect(fixture.ConnectionString);
        var (own, elsewhere) = (new RecordingListener(), new RecordingListener());
        await using var subscription = await connection.Notifications.SubscribeAsync(PostgresTopic.State, _listener);
        await using var otherTopic = await connection.Notifications.SubscribeAsync(PostgresTopic.Caching, elsewhere);
        await using var ownSubscription = await _other.Notifications.SubscribeAsync(PostgresTopic.State, own);

        await _other.Notifications.NotifyAsync(PostgresTopic.State, "one");
        await _other.Notifications.NotifyAsync(PostgresTopic.State, "two");

        await _listener.UntilAsync("two");
        await own.UntilAsync("two");
        _listener.Told.Should().Equal("one", "two");
        elsewhere.Told.Should().BeEmpty();
        _log.All.Where(message => message.Id != 11001).Should().BeEmpty();
    }

    [Fact]
    public async Task What_many_tell_at_once_is_told_once_in_few_statements()
    {
        await using var connection = Connect(Through());
        await using var subscription = await connection.Notifications.SubscribeAsync(PostgresTopic.Queues, _listener);
        _proxy.ResetCounts();

        await Task.WhenAll(Enumerable.Range(0, 500).Select(i => connection.Notifications.NotifyAsync(PostgresTopic.Queues, $"{i % 5}")));

        await Waiting.UntilAsync(() => Task.FromResult(_listener.Told.Distinct().Count() == 5), "all five");
        _proxy.Counts()["unnest"].Should().BeLessThan(50);
    }

    [Fact]
    public async Task A_listening_connection_that_is_cut_is_told_made_anew_and_told_again()
    {
        await using var connection = Connect(fixture.ConnectionString, Through());
        await using var subscription = await connection.Notifications.SubscribeAsync(PostgresTopic.State, _listener);

        _proxy.CutConnections();

        await _listener.UntilAsync(RecordingListener.Restored);
        await _other.Notifications.NotifyAsync(PostgresTopic.State, "after");
        await _listener.UntilAsync("after");
        _listener.Told.Should().StartWith([RecordingListener.Interrupted, RecordingListener.Restored]);
        (_log.Count(11002), _log.Count(11003)).Should().Be((1, 1));
    }

    [Fact]
    public async Task A_listening_connection_that_falls_silent_is_found_by_the_beat()
    {
        await using var connection = Connect(fixture.ConnectionString, Through());
        await using var subscription = await connection.Notifications.SubscribeAsync(PostgresTopic.State, _listener);

        _proxy.Mode = ProxyMode.Stalled;
        await _other.Notifications.NotifyAsync(PostgresTopic.State, "unheard");

        await _listener.UntilAsync(RecordingListener.Interrupted);
        await _listener.UntilAsync(RecordingListener.Beat);
        _proxy.Mode = ProxyMode.Forwarding;
        await _listener.UntilAsync(RecordingListener.Restored);
        await _other.Notifications.NotifyAsync(PostgresTopic.State, "heard");
        await _listener.UntilAsync("heard");
    }

    [Fact]
    public async Task A_LISTEN_that_is_never_answered_holds_nobody_up_for_longer_than_a_call()
    {
        await using var connection = Connect(fixture.ConnectionString, Through(), options => options.CommandTimeout = TimeSpan.FromSeconds(2));
        using var silence = _proxy.Silence("LISTEN");

        await using var subscription = await connection.Notifications.SubscribeAsync(PostgresTopic.State, _listener);

        await silence.Happened;
        await _listener.UntilAsync(RecordingListener.Restored);
        _listener.Told[0].Should().Be(RecordingListener.Interrupted);
    }

    [Fact]
    public async Task Where_nobody_can_listen_the_beat_goes_on_and_says_so()
    {
        _proxy.Mode = ProxyMode.Refusing;
        await using var connection = Connect(fixture.ConnectionString, Through());

        await using var subscription = await connection.Notifications.SubscribeAsync(PostgresTopic.State, _listener);

        await _listener.UntilAsync(RecordingListener.Beat, count: 2);
        _proxy.Mode = ProxyMode.Forwarding;
        await _listener.UntilAsync(RecordingListener.Restored);
        _log.Count(11002).Should().Be(1, "it is said once");
    }

    [Fact]
    public async Task A_listener_that_fails_hears_the_next()
    {
        await using var connection = Connect(fixture.ConnectionString);
        await using var subscription = await connection.Notifications.SubscribeAsync(PostgresTopic.State, _listener);

        await _other.Notifications.NotifyAsync(PostgresTopic.State, "fail");
        await _other.Notifications.NotifyAsync(PostgresTopic.State, "next");

        await _listener.UntilAsync("next");
        _log.Count(11006).Should().Be(1);
    }

    [Fact]
    public async Task A_beat_that_fails_in_a_way_that_nobody_expects_ends_nothing()
    {
        await using var connection = Connect(fixture.ConnectionString);
        connection.Notifications.Beat = new FailingBeat();

        await using var subscription = await connection.Notifications.SubscribeAsync(PostgresTopic.State, _listener);

        await _listener.UntilAsync(RecordingListener.Restored);
        await _other.Notifications.NotifyAsync(PostgresTopic.State, "heard");
        await _listener.UntilAsync("heard");
        _log.Count(11005).Should().Be(2);
    }

    [Fact]
    public async Task A_connection_that_has_listened_goes_back_to_its_pool_and_hears_nothing_more()
    {
        await using var source = NpgsqlDataSource.Create(PostgresCalls.With(fixture.ConnectionString, builder => builder.NoResetOnClose = true));
        await using (var connection = PostgresTestClient.Borrow(source, options => options.Schema = _schema))
        {
            await using var subscription = await connection.Notifications.SubscribeAsync(PostgresTopic.State, _listener);
        }

        await using var all = await source.OpenConnectionAsync();
        await using var next = await source.OpenConnectionAsync();
        foreach (var one in new[] { all, next })
            (await PostgresConnection.Command(one, "SELECT count(*) FROM pg_listening_channels()").ExecuteScalarAsync()).Should().Be(0L);
    }

    private string Through() => fixture.Node.ConnectionString(fixture.Database, _proxy.EndPoint);

    private PostgresConnection Connect(string connectionString, string? notifications = null, Action<PostgresOptions>? configure = null)
    {
        var options = new PostgresOptions { Schema = _schema, NotificationConnectionString = notifications, CommandTimeout = TimeSpan.FromSeconds(10) };
        configure?.Invoke(options);
        return new(PostgresSource.Own(PostgresConnectionString.Parse(connectionString)), options, suite: "", TimeProvider.System, _log);
    }

    private sealed class FailingBeat : IPostgresBeat
    {
        private int _asked;

        public bool IsNeeded => ++_asked <= 2;

        public string Sql => "SELECT pg_notify($1, $2)";

        public void Bind(NpgsqlParameterCollection parameters)
        {
            // Nothing of its own.
        }

        public ValueTask ReadAsync(NpgsqlDataReader reader, CancellationToken cancellationToken) => throw new InvalidDataException("A beat that fails.");
    }
}
