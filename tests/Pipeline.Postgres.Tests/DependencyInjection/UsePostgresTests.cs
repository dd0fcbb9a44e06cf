using FluentAssertions;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Npgsql;
using Pipeline.Backends;
using Pipeline.Caching;
using Pipeline.DependencyInjection;
using Pipeline.Learning;
using Pipeline.Postgres.Backends;
using Pipeline.Postgres.Fixtures;
using Pipeline.Queues;
using Pipeline.RateLimiting;
using Pipeline.State;
using Pipeline.Telemetry;
using Pipeline.Vectors;
using Xunit;

namespace Pipeline.Postgres.DependencyInjection;

public sealed class UsePostgresTests(PostgresFixture fixture) : IClassFixture<PostgresFixture>
{
    private const string Nowhere = "Host=127.0.0.1;Port=1;Database=app;Username=me;Password=secret";

    private readonly string _schema = $"s{Guid.NewGuid():N}";

    [Fact]
    public async Task Every_role_is_on_it()
    {
        await using var suite = await StartAsync();

        foreach (var role in Roles(suite))
            role.GetType().Assembly.GetName().Name.Should().Be("Pipeline.Postgres", role.GetType().Name);
        var dimension = new RateLimitDimension("k", RateLimitRule.SlidingWindow(5, TimeSpan.FromMinutes(1)));
        (await suite.GetRequiredService<IRateLimiter>().AcquireAsync(dimension)).Remaining.Should().Be(4);
        await suite.GetRequiredService<ILearningStore>().RecordAsync(new LearningRecord { Tenant = "t", RunId = "r", Step = "s", Finding = "found", Created = DateTimeOffset.UnixEpoch.AddYears(50) });
        await using var other = await StartAsync();
        (await other.GetRequiredService<IRateLimiter>().PeekAsync(dimension)).Remaining.Should().Be(4, "both share the database");
        (await other.GetRequiredService<ILearningStore>().QueryAsync(new LearningFilter { Tenant = "t" })).Items.Should().ContainSingle();
    }

    [Fact]
    public async Task Roles_narrow_what_is_taken()
    {
        await using var suite = await StartAsync(PipelineRoles.RateLimiting);

        foreach (var role in Roles(suite))
            role.GetType().Assembly.GetName().Name.Should().Be("Pipeline.Core", role.GetType().Name);
        var dimension = new RateLimitDimension("narrow", RateLimitRule.PerDay(5));
        await suite.GetRequiredService<IRateLimiter>().AcquireAsync(dimension);
        await using var other = await StartAsync(PipelineRoles.RateLimiting);
        (await other.GetRequiredService<IRateLimiter>().PeekAsync(dimension)).Remaining.Should().Be(4);
    }

    [Fact]
    public void Two_calls_for_one_role_are_an_error_that_names_both()
    {
        var twice = () => new ServiceCollection().AddPipeline().UsePostgres(Nowhere, PipelineRoles.Vectors).UsePostgres(Nowhere, PipelineRoles.All);

        twice.Should().Throw<InvalidOperationException>().WithMessage("*IVectorIndex*UsePostgres*UsePostgres*");
    }

    [Fact]
    public async Task Two_databases_may_carry_roles_of_their_own()
    {
        var second = await fixture.Node.CreateDatabaseAsync();
        var services = new ServiceCollection();
        services.AddPipeline().ConfigureRateLimiting(Patiently)
            .UsePostgres(fixture.ConnectionString, PipelineRoles.Vectors, options => options.Schema = _schema)
            .UsePostgres(second, PipelineRoles.RateLimiting, options => options.Schema = _schema);
        await using var suite = services.BuildServiceProvider();
        await suite.StartPipelineAsync();

        await suite.GetRequiredService<IRateLimiter>().AcquireAsync(new RateLimitDimension("k", RateLimitRule.PerDay(5)));

        (await fixture.Node.ScalarAsync($"SELECT count(*) FROM {_schema}.limits", new NpgsqlConnectionStringBuilder(second).Database)).Should().Be(1L);
        (await fixture.Node.ScalarAsync($"SELECT count(*) FROM {_schema}.limits", fixture.Database)).Should().Be(0L);
    }

    [Fact]
    public async Task A_server_that_is_not_there_stops_the_start_and_is_named_without_its_secrets()
    {
        var log = new LoggedMessages();
        await using var suite = Build(Nowhere, log: log);

        var thrown = await suite.Invoking(one => one.StartPipelineAsync()).Should().ThrowAsync<BackendUnavailableException>();

        thrown.Which.ToString().Should().Contain("Postgres at 127.0.0.1:1/app").And.NotContain("secret");
        log.All.Should().NotContain(message => message.Text.Contains("secret", StringComparison.Ordinal));
        foreach (var probe in suite.GetServices<IBackendProbe>())
            (probe.Backend + probe).Should().NotContain("secret").And.NotContain("me;");
        PostgresSource.Own(PostgresConnectionString.Parse(Nowhere)).ToString().Should().Be("127.0.0.1:1/app");
    }

    [Fact]
    public async Task A_server_that_may_be_away_does_not_stop_the_start_and_is_used_when_it_comes()
    {
        var log = new LoggedMessages();
        await using var suite = Build(Nowhere, PipelineRoles.RateLimiting, options => options.StartupCheck = StartupCheck.Warn, log);

        await suite.StartPipelineAsync();

        log.All.Should().Contain(message => message.Text.Contains("Postgres at 127.0.0.1:1/app", StringComparison.Ordinal));
        log.All.Should().OnlyContain(message => !message.Text.Contains("secret", StringComparison.Ordinal));
    }

    [Fact]
    public async Task The_hosts_own_data_source_is_used_and_never_disposed()
    {
        await using var source = NpgsqlDataSource.Create(fixture.ConnectionString);
        var services = new ServiceCollection();
        services.AddSingleton(source);
        services.AddPipeline().ConfigureRateLimiting(Patiently).UsePostgres(provider => provider.GetRequiredService<NpgsqlDataSource>(), configure: options => options.Schema = _schema);
        await using (var suite = services.BuildServiceProvider())
        {
            await suite.StartPipelineAsync();
            await suite.GetRequiredService<IRateLimiter>().AcquireAsync(new RateLimitDimension("k", RateLimitRule.PerDay(5)));
        }

        // The container disposes what it made itself; the instance that the host registered is the host's.
        await using var connection = await source.OpenConnectionAsync();
        (await new NpgsqlCommand($"SELECT count(*) FROM {_schema}.limits", connection).ExecuteScalarAsync()).Should().Be(1L);
    }

    [Fact]
    public async Task A_connection_of_the_suites_own_is_closed_with_it()
    {
        var database = await fixture.Node.CreateDatabaseAsync();
        await using (var suite = Build(database))
            await suite.StartPipelineAsync();

        var name = new NpgsqlConnectionStringBuilder(database).Database!;
        await Waiting.UntilAsync(async () => await fixture.Node.ScalarAsync($"SELECT count(*) FROM pg_stat_activity WHERE datname = '{name}'") is 0L, "the sessions to end");
    }

    [Fact]
    public async Task A_suite_with_a_name_has_a_schema_of_its_own()
    {
        var services = new ServiceCollection();
        services.AddPipeline().UsePostgres(fixture.ConnectionString, configure: options => options.Schema = _schema);
        services.AddPipeline("docs").ConfigureRateLimiting(Patiently).UsePostgres(fixture.ConnectionString, configure: options => options.Schema = _schema);
        await using var suite = services.BuildServiceProvider();
        await suite.StartPipelineAsync();

        await suite.GetRequiredKeyedService<IRateLimiter>("docs").AcquireAsync(new RateLimitDimension("k", RateLimitRule.PerDay(5)));

        (await fixture.Node.ScalarAsync($"SELECT count(*) FROM {_schema}_docs.limits", fixture.Database)).Should().Be(1L);
        (await fixture.Node.ScalarAsync($"SELECT count(*) FROM {_schema}.limits", fixture.Database)).Should().Be(0L);
    }

    [Fact]
    public async Task A_start_that_may_not_migrate_needs_the_schema_and_makes_none()
    {
        await using var verifying = Build(fixture.ConnectionString, configure: options => options.MigrateOnStart = false);

        (await verifying.Invoking(one => one.StartPipelineAsync()).Should().ThrowAsync<BackendRefusedException>()).Which.Message.Should().Contain("is not there").And.Contain("CreateScript");
        (await fixture.Node.ScalarAsync($"SELECT to_regnamespace('{_schema}') IS NULL", fixture.Database)).Should().Be(true);

        await fixture.Node.ExecuteAsync(PostgresSchema.CreateScript(_schema), fixture.Database);
        await verifying.StartPipelineAsync();
    }

    [Theory]
    [InlineData("Host=localhost;Nonsense=1;Password=secret", "cannot be read")]
    [InlineData("Host=localhost;Port=many;Password=secret", "cannot be read")]
    [InlineData("Password=secret", "names no host")]
    [InlineData("secret", "cannot be read")]
    [InlineData("", "connectionString")]
    public void A_connection_string_that_cannot_be_read_is_an_error_without_its_text(string connectionString, string wording)
    {
        var use = () => new ServiceCollection().AddPipeline().UsePostgres(connectionString);
        var notify = () => new ServiceCollection().AddPipeline().UsePostgres(Nowhere, configure: options => options.NotificationConnectionString = connectionString);

        use.Should().Throw<ArgumentException>().Which.ToString().Should().Contain(wording).And.NotContain("secret");
        notify.Should().Throw<OptionsValidationException>().Which.ToString().Should().Contain("NotificationConnectionString").And.NotContain("secret");
    }

    [Theory]
    [InlineData("", 5, "Schema")]
    [InlineData("Mine", 5, "Schema")]
    [InlineData("1a", 5, "Schema")]
    [InlineData("a\"b", 5, "Schema")]
    [InlineData("aaaaaaaaaabbbbbbbbbbccccccccccddddddddddd", 5, "40")]
    [InlineData("p", 0.001, "CommandTimeout")]
    [InlineData("p", 301, "CommandTimeout")]
    public void A_setting_that_is_out_of_range_is_an_error_that_names_it(string schema, double seconds, string setting)
    {
        var use = () => new ServiceCollection().AddPipeline().UsePostgres(Nowhere, configure: options =>
        {
            options.Schema = schema;
            options.CommandTimeout = TimeSpan.FromSeconds(seconds);
        });

        use.Should().Throw<OptionsValidationException>().WithMessage($"*{setting}*");
    }

    [Fact]
    public void What_the_user_says_in_the_connection_string_stays_and_the_rest_suits_the_suite()
    {
        var silent = PostgresConnectionString.WithDefaults(PostgresConnectionString.Parse("Host=a"));
        var said = PostgresConnectionString.WithDefaults(PostgresConnectionString.Parse("Host=a;Max Auto Prepare=0;No Reset On Close=false;Application Name=mine;Auto Prepare Min Usages=9;Cancellation Timeout=7"));

        silent.Should().Match<NpgsqlConnectionStringBuilder>(one => one.MaxAutoPrepare == 100 && one.NoResetOnClose && one.ApplicationName == "Pipeline" && one.AutoPrepareMinUsages == 2 && one.CancellationTimeout == 500);
        said.Should().Match<NpgsqlConnectionStringBuilder>(one => one.MaxAutoPrepare == 0 && !one.NoResetOnClose && one.ApplicationName == "mine" && one.AutoPrepareMinUsages == 9 && one.CancellationTimeout == 7);
    }

    [Fact]
    public async Task A_suite_with_every_role_in_use_that_is_idle_makes_one_statement_in_five_seconds()
    {
        var database = await fixture.Node.CreateDatabaseAsync();
        await using var suite = Build(database);
        await suite.StartPipelineAsync();
        await suite.GetRequiredService<IRateLimiter>().AcquireAsync(new RateLimitDimension("k", RateLimitRule.PerDay(5)));
        var queue = suite.GetRequiredService<IQueueProvider>().GetQueue("q");
        await queue.EnqueueAsync([new QueueMessage("a"u8.ToArray())]);
        await queue.CompleteAsync((await queue.ReceiveAsync(1, TimeSpan.FromMinutes(1), TimeSpan.Zero)).Single().Receipt);
        using var ending = new CancellationTokenSource();
        var receiving = queue.ReceiveAsync(1, TimeSpan.FromMinutes(1), TimeSpan.FromMinutes(5), ending.Token).AsTask();
        await suite.GetRequiredService<IStateStore>().CompareAndSetAsync(new StateKey("space", "key"), "value"u8.ToArray(), StateEntry.NoVersion);
        await suite.GetRequiredService<TieredCache>().GetOrCreateAsync("k", static _ => ValueTask.FromResult("made"));
        var counter = StatementCounter.Of(fixture.Node, database);

        // What the first uses left to do.
        await Task.Delay(TimeSpan.FromSeconds(3));
        await counter.ResetAsync();
        await Task.Delay(TimeSpan.FromSeconds(11));

        var counts = await counter.ReadAsync();
        counts.Operations.Should().BeLessThanOrEqualTo(3, "{0}", counts);
        await ending.CancelAsync();
        await receiving.ContinueWith(static _ => { }, TaskScheduler.Default);
    }

    [Fact]
    public async Task The_start_calls_the_limiters_function_once_so_that_the_first_decision_is_not_late()
    {
        var database = await fixture.Node.CreateDatabaseAsync();
        var counter = StatementCounter.Of(fixture.Node, database);
        await counter.ResetAsync();
        await using var suite = Build(database);
        await suite.StartPipelineAsync();

        var counts = await counter.ReadAsync();
        counts["limiter_acquire($1"].Should().Be(1, "{0}", counts);
        (await fixture.Node.ScalarAsync($"SELECT count(*) FROM {_schema}.limits", new NpgsqlConnectionStringBuilder(database).Database)).Should().Be(0L);
    }

    // A busy machine may take longer over a first call than the default budget, and what is decided without the server is not what is tested here.
    private static void Patiently(RateLimitingOptions limits) => limits.OutageBudget = TimeSpan.FromSeconds(5);

    // Limits and learnings stand behind parts of the suite's own.
    private static IEnumerable<object> Roles(IServiceProvider suite) =>
    [
        suite.GetRequiredService<ICacheBackend>(), suite.GetRequiredService<IQueueProvider>(), suite.GetRequiredService<IStateStore>(),
        suite.GetRequiredService<ITelemetryReader>(), suite.GetRequiredService<IVectorIndex>(),
    ];

    private ServiceProvider Build(string connectionString, PipelineRoles roles = PipelineRoles.All, Action<PostgresOptions>? configure = null, LoggedMessages? log = null)
    {
        var services = new ServiceCollection();
        if (log is not null)
            services.AddLogging(logging => logging.AddProvider(new LoggedMessagesProvider(log)).SetMinimumLevel(LogLevel.Debug));
        services.AddPipeline().ConfigureRateLimiting(Patiently).UsePostgres(connectionString, roles, options =>
        {
            options.Schema = _schema;
            configure?.Invoke(options);
        }).AddQueue("q");
        return services.BuildServiceProvider();
    }

    private async Task<ServiceProvider> StartAsync(PipelineRoles roles = PipelineRoles.All)
    {
        var suite = Build(fixture.ConnectionString, roles);
        await suite.StartPipelineAsync();
        return suite;
    }
}
