using FluentAssertions;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using Pipeline.Backends;
using Pipeline.DependencyInjection;
using Pipeline.Postgres.Backends;
using Pipeline.Postgres.Fixtures;
using Pipeline.Postgres.Servers;
using Xunit;

namespace Pipeline.Diagnostics;

/// <summary>What the role may do, and servers that are not there.</summary>
public sealed partial class PostgresDoctorTests
{
    private const string Grants =
        "GRANT USAGE ON SCHEMA pipeline TO <role>; GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA pipeline TO <role>; GRANT USAGE ON ALL SEQUENCES IN SCHEMA pipeline TO <role>; "
        + "GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA pipeline TO <role>";

    [Theory]
    [InlineData("", "may not use the schema", "GRANT USAGE ON SCHEMA pipeline")]
    [InlineData("GRANT USAGE ON SCHEMA pipeline TO <role>", "DELETE, INSERT, SELECT, UPDATE on queue_counts", "ON ALL TABLES IN SCHEMA pipeline")]
    [InlineData(Grants + "; REVOKE DELETE ON pipeline.queues FROM <role>", "lacks in the schema 'pipeline': DELETE on queues.", "DELETE")]
    [InlineData(Grants + "; REVOKE USAGE ON SEQUENCE pipeline.queue_numbers FROM <role>", "USAGE on queue_numbers", "ON ALL SEQUENCES")]
    public async Task Rights_that_the_role_lacks_are_named(string grants, string summary, string mend)
    {
        await using var connection = await ConnectAsApplicationAsync(grants);

        var result = await new PostgresRightsCheck(Targets(connection, PipelineRoles.Queues)).CheckAsync();

        result.Status.Should().Be(DoctorStatus.Error);
        result.Summary.Should().Contain(summary);
        result.Mend.Should().Contain(mend);
    }

    [Fact]
    public async Task Tables_of_roles_that_stand_elsewhere_need_no_rights()
    {
        await using var connection = await ConnectAsApplicationAsync(
            "GRANT USAGE ON SCHEMA pipeline TO <role>; GRANT SELECT ON pipeline.schema_version TO <role>; GRANT SELECT, INSERT, UPDATE, DELETE ON pipeline.limits, pipeline.limit_leases, pipeline.limit_reservations TO <role>");

        (await new PostgresRightsCheck(Targets(connection, PipelineRoles.RateLimiting)).CheckAsync()).Status.Should().Be(DoctorStatus.Ok);
        (await new PostgresRightsCheck(Targets(connection, PipelineRoles.RateLimiting | PipelineRoles.Queues)).CheckAsync()).Status.Should().Be(DoctorStatus.Error);
    }

    [Fact]
    public async Task A_function_that_the_role_may_not_run_is_named()
    {
        await Node.ExecuteAsync("REVOKE EXECUTE ON FUNCTION pipeline.limiter_now() FROM PUBLIC", Database);
        await using var connection = await ConnectAsApplicationAsync(Grants + "; REVOKE EXECUTE ON FUNCTION pipeline.limiter_now() FROM <role>");

        (await new PostgresRightsCheck(Targets(connection, PipelineRoles.RateLimiting)).CheckAsync()).Summary.Should().Contain("EXECUTE on limiter_now");
    }

    [Fact]
    public async Task A_role_that_may_not_make_the_schema_is_told_before_the_start()
    {
        await Node.ExecuteAsync("DROP SCHEMA pipeline CASCADE", Database);
        await using var connection = await ConnectAsApplicationAsync("");

        (await new PostgresRightsCheck(Targets(connection, All)).CheckAsync()).Should().Match<DoctorResult>(result =>
            result.Status == DoctorStatus.Error && result.Mend!.Contains("GRANT CREATE ON DATABASE", StringComparison.Ordinal));
        (await new PostgresRightsCheck(Targets(connection, All, migrates: false)).CheckAsync()).Status.Should().Be(DoctorStatus.Ok, "that is the finding of postgres.schema");
    }

    [Fact]
    public async Task A_superuser_has_no_wall_behind_the_wall()
    {
        (await new PostgresRightsCheck(Targets(_connection, PipelineRoles.Vectors)).CheckAsync()).Should().Match<DoctorResult>(result =>
            result.Status == DoctorStatus.Warning && result.Summary.Contains("BYPASSRLS", StringComparison.Ordinal));
        (await new PostgresRightsCheck(Targets(_connection, PipelineRoles.Queues)).CheckAsync()).Status.Should().Be(DoctorStatus.Ok);
    }

    [Fact]
    public async Task All_that_the_schema_holds_is_of_a_role()
    {
        await Node.ExecuteAsync("REVOKE EXECUTE ON ALL FUNCTIONS IN SCHEMA pipeline FROM PUBLIC", Database);
        await using var connection = await ConnectAsApplicationAsync("GRANT USAGE ON SCHEMA pipeline TO <role>");
        var known = (await PostgresTableFacts.ReadAsync(Targets(connection, All).All[0], default)).Select(one => one.Name).ToHashSet(StringComparer.Ordinal);
        const string Everything = """
            SELECT string_agg(DISTINCT name, ' ') FROM (
                SELECT relname::text AS name FROM pg_class WHERE relnamespace = 'pipeline'::regnamespace AND relkind IN ('r', 'p', 'v')
                UNION ALL SELECT proname::text FROM pg_proc WHERE pronamespace = 'pipeline'::regnamespace) AS held
            """;

        ((string)(await Node.ScalarAsync(Everything, Database))!).Split(' ').Except(known).Should().BeEmpty("each name begins with its room's");
    }

    [Fact]
    public async Task A_server_that_is_away_is_one_error_and_the_rest_is_not_seen()
    {
        await using var connection = PostgresTestClient.Connect("Host=127.0.0.1;Port=1;Username=me;Password=secret");

        foreach (var check in Checks(Targets(connection, All)))
        {
            var result = await check.CheckAsync();
            result.Status.Should().Be(check.Name == "postgres.reachable" ? DoctorStatus.Error : DoctorStatus.Warning, check.Name);
            (result.Summary + result.Mend).Should().NotContain("secret");
        }
    }

    [Fact]
    public async Task A_standby_a_database_that_is_read_only_and_a_wrong_password_are_told_apart()
    {
        await using var primary = await PostgresServer.StartAsync(new() { Password = "right" });
        await using var standby = await primary.CreateStandbyAsync();
        var closed = await primary.CreateDatabaseAsync("closed");
        await primary.ExecuteAsync("ALTER DATABASE closed SET default_transaction_read_only = on");

        (await ReachAsync(standby.ConnectionString("postgres"))).Mend.Should().Contain("Target Session Attributes=primary");
        (await ReachAsync(closed)).Summary.Should().Contain("default_transaction_read_only");
        (await ReachAsync(PostgresCalls.With(closed, builder => builder.Password = "wrong"))).Summary.Should().Contain("check the user's name and password");
        (await ReachAsync(primary.ConnectionString("nowhere"))).Summary.Should().Contain("does not exist");
    }

    [Fact]
    public async Task The_checks_of_a_container_are_there_once_and_look_at_every_database()
    {
        var second = await Node.CreateDatabaseAsync();
        var services = new ServiceCollection();
        services.AddPipeline().UsePostgres(_connectionString, PipelineRoles.Vectors).UsePostgres(second, PipelineRoles.RateLimiting);
        await using var provider = services.BuildServiceProvider();

        var report = await provider.GetRequiredService<Doctor>().RunAsync(new DoctorRunOptions { Only = ["postgres.*"] });

        report.Rows.Should().HaveCount(Checks(Targets(_connection, All)).Length);
        var secondName = new NpgsqlConnectionStringBuilder(second).Database!;
        report.Rows.Single(row => row.Name == "postgres.version").Result.Summary.Should().Contain(Database).And.Contain(secondName);
        report.Rows.Single(row => row.Name == "postgres.vector").Result.Summary.Should().Contain(Database).And.NotContain(secondName);
    }

    private static async Task<DoctorResult> ReachAsync(string connectionString)
    {
        await using var connection = PostgresTestClient.Connect(connectionString);
        var result = await new PostgresReachableCheck(Targets(connection, All)).CheckAsync();
        result.Status.Should().Be(DoctorStatus.Error);
        return result;
    }
}
