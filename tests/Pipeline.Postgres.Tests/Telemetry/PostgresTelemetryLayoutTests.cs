using System.Globalization;
using FluentAssertions;
using Npgsql;
using Pipeline.Backends;
using Pipeline.Postgres.Fixtures;
using Pipeline.Telemetry;
using Xunit;
using static Pipeline.Postgres.Telemetry.TelemetryProcess;

namespace Pipeline.Postgres.Telemetry;

/// <summary>What stands in the table, in which partition, and for how long.</summary>
public sealed class PostgresTelemetryLayoutTests : IAsyncLifetime
{
    private const string Table = "pipeline.telemetry";

    private string _connectionString = "";
    private NpgsqlDataSource _database = null!;
    private TelemetryProcess _process = null!;

    public async Task InitializeAsync()
    {
        _connectionString = await SharedServers.CreateDatabaseAsync();
        _database = NpgsqlDataSource.Create(_connectionString);
        _process = Start(_connectionString);
    }

    public async Task DisposeAsync()
    {
        await _process.DisposeAsync();
        await _database.DisposeAsync();
    }

    [Fact]
    public async Task The_rows_are_those_of_the_documentation()
    {
        var record = new TelemetryRecord
        {
            Id = Guid.Parse("0190a5b6-c7d8-7e8f-8123-456789abcdef"),
            Time = DateTimeOffset.UnixEpoch.AddMicroseconds(-1),
            Duration = TimeSpan.FromTicks(7),
            Step = "größe",
            Tenant = "acme",
            Usage = new TokenUsage { UncachedInput = 1, CachedInput = 2, CacheWrite = 3, Output = 4, Reasoning = long.MaxValue },
            Cost = -123_456_789.000100000012m,
            CostAvoided = 0.10m,
            Outcome = CallOutcome.TimedOut,
            Cache = CacheOutcome.Failed,
            Lane = TelemetryLane.Diagnostic,
            TraceId = System.Diagnostics.ActivityTraceId.CreateFromString("0af7651916cd43dd8448eb211c80319c"),
            CorrectionOf = Guid.Parse("00000000-0000-0000-0000-000000000001"),
            Attributes = [new("b", "\"🙂\\"), new("aa", "x")],
        };

        await _process.Store.WriteAsync((TelemetryRecord[])[record]);

        (await ScalarAsync($"SELECT row_to_json(t)::text FROM {Table} t")).Should().Be(string.Concat(
            """{"time":-1,"id":"0190a5b6-c7d8-7e8f-8123-456789abcdef","duration":7,"day":19916,"version":1""",
            ""","uncached_input":1,"cached_input":2,"cache_write":3,"output":4,"reasoning":9223372036854775807,"lane":1,"outcome":2,"cache":6""",
            ""","trace_id":"0af76519-16cd-43dd-8448-eb211c80319c","correction_of":"00000000-0000-0000-0000-000000000001","cost":-123456789.000100000012,"cost_avoided":0.10,"step":"größe","tenant":"acme","model":null,"request_id":null""",
            ""","price_table":null,"error_type":null,"attributes":{"b": "\"🙂\\", "aa": "x"}}"""));
    }

    [Fact]
    public async Task Zero_is_null_and_read_and_added_up_as_zero()
    {
        var record = Call() with { Cost = 0, Duration = TimeSpan.Zero };
        await _process.Store.WriteAsync((TelemetryRecord[])[record]);

        (await ScalarAsync($"SELECT jsonb_strip_nulls(to_jsonb(t) - '{{time,id,day,step,tenant,model,request_id,price_table}}'::text[])::text FROM {Table} t")).Should()
            .Be("""{"cost": 0, "version": 1, "duration": 0}""", "a call that cost nothing is not one whose cost is unknown");
        (await _process.ReadAsync()).Should().Equal(record);
        var total = await _process.TotalAsync();
        (total.Calls, total.Usage, total.Cost, total.CostAvoided, total.UnpricedCalls).Should().Be((1, default(TokenUsage), 0, 0, 0));
        total.Outcomes.Should().Equal(new Dictionary<CallOutcome, long> { [default] = 1 });
        total.Cache.Should().Equal(new Dictionary<CacheOutcome, long> { [default] = 1 });
    }

    [Fact]
    public async Task A_record_without_any_amount_is_counted()
    {
        var record = Call() with { Cost = null };
        await _process.Store.WriteAsync((TelemetryRecord[])[record]);

        (await _process.ReadAsync()).Should().Equal(record);
        var total = await _process.TotalAsync();
        (total.Calls, total.Cost, total.CostAvoided, total.UnpricedCalls).Should().Be((1, 0, 0, 1));
    }

    [Theory]
    [InlineData("0")]
    [InlineData("0.000000000001")]
    [InlineData("1000000000")]
    [InlineData("9999")]
    [InlineData("10000")]
    [InlineData("10000.0001")]
    [InlineData("0.00010000")]
    [InlineData("100000000.5")]
    [InlineData("999999999.999999999999")]
    [InlineData("20000000.000000000000")]
    public async Task Amounts_are_what_the_server_would_make_of_them(string amount)
    {
        await _process.Store.WriteAsync((TelemetryRecord[])[Call() with { Cost = decimal.Parse(amount, CultureInfo.InvariantCulture) }]);

        (await ScalarAsync($"SELECT cost::text FROM {Table}")).Should().Be(amount);
        (await ScalarAsync($"SELECT numeric_send(cost) = numeric_send({amount}) FROM {Table}")).Should().Be(true);
        (await _process.TotalAsync()).Cost.Should().Be(decimal.Parse(amount, CultureInfo.InvariantCulture));
    }

    [Fact]
    public async Task Ids_of_now_are_in_a_partition_of_the_day_others_have_a_place_too()
    {
        await _process.Store.WriteAsync(
            (TelemetryRecord[])[Call(), Call() with { Id = Guid.NewGuid() }, Call(Noon.AddYears(-3)), Call(Noon.AddYears(3))]);

        (await ListAsync($"SELECT tableoid::regclass::text FROM {Table} ORDER BY 1")).Should().Equal(
            $"pipeline.telemetry_{Noon.UtcDateTime:yyyyMMdd}", "pipeline.telemetry_default", "pipeline.telemetry_default", "pipeline.telemetry_other");
    }

    [Fact]
    public async Task An_id_is_one_record_whatever_else_differs()
    {
        foreach (var first in new[] { Call(), Call() with { Id = Guid.NewGuid() } })
        {
            await _process.Store.WriteAsync((TelemetryRecord[])[first]);
            await _process.Store.WriteAsync((TelemetryRecord[])[first with { Time = Noon.AddDays(-2), Cost = 7 }, first with { Time = Noon.AddDays(-400), Tenant = "other" }]);
        }

        (await _process.ReadAsync()).Should().HaveCount(2).And.OnlyContain(record => record.Time == Noon && record.Tenant == "acme");
    }

    [Fact]
    public async Task Whole_partitions_go_an_upkeep_after_they_were_announced()
    {
        var old = Noon.AddDays(-40);
        await _process.Store.WriteAsync((TelemetryRecord[])[Call()]);
        await MakePartitionAsync(old);
        await _process.Store.WriteAsync((TelemetryRecord[])[Call(old), Call(old.AddMilliseconds(1)), Call(Noon.AddDays(-20))]);
        var part = $"pipeline.telemetry_{old.UtcDateTime:yyyyMMdd}";
        (await ScalarAsync($"SELECT count(*) FROM {part}")).Should().Be(2L);
        (await _process.ReportAsync()).CompleteSince.Should().BeNull();

        await UpkeepAsync();
        var announced = await _process.ReportAsync();
        await UpkeepAsync();

        (announced.Rows.Single().Calls, announced.CompleteSince).Should().Be((4, old.AddMicroseconds(1_001)), "what is announced is still there");
        (await ScalarAsync($"SELECT to_regclass('{part}') IS NULL")).Should().Be(true);
        var report = await _process.ReportAsync();
        (report.Rows.Single().Calls, report.CompleteSince).Should().Be((2, old.AddMicroseconds(1_001)));
    }

    [Fact]
    public async Task What_has_no_partition_by_time_goes_row_by_row()
    {
        var old = Noon.AddDays(-40);
        await _process.Store.WriteAsync((TelemetryRecord[])[Call(old), Call(old.AddDays(-1)) with { Id = Guid.NewGuid() }, Call() with { Id = Guid.NewGuid() }, Call(Noon.AddYears(1)) with { Time = Noon }]);

        await UpkeepAsync();

        var report = await _process.ReportAsync();
        (report.Rows.Single().Calls, report.CompleteSince).Should().Be((2, old.AddMicroseconds(1)));
    }

    [Fact]
    public async Task Partitions_are_made_ahead_and_grow_with_the_retention()
    {
        await _process.Store.WriteAsync((TelemetryRecord[])[Call()]);
        (await ListAsync("SELECT (past - first)::text FROM pipeline.telemetry_partitions")).Should().OnlyContain(length => length == "1").And.HaveCountGreaterThanOrEqualTo(4);

        await ExecuteAsync("UPDATE pipeline.telemetry_state SET due = 0; SELECT pipeline.telemetry_drop(100000)");
        (await ScalarAsync("SELECT pipeline.telemetry_maintain(365)")).Should().Be(3600);

        (await ListAsync("SELECT (past - first)::text FROM pipeline.telemetry_partitions")).Should().Equal("7");
        (await ScalarAsync("SELECT pipeline.telemetry_maintain(365) > 0")).Should().Be(true, "it is not due again");
    }

    [Fact]
    public async Task A_day_whose_rows_are_in_the_default_partition_stays_there()
    {
        await _process.Store.WriteAsync((TelemetryRecord[])[Call()]);
        var tomorrow = Noon.AddDays(5);
        await _process.Store.WriteAsync((TelemetryRecord[])[Call(tomorrow)]);
        var day = (int)(tomorrow - DateTimeOffset.UnixEpoch).TotalDays;

        await ExecuteAsync(string.Create(CultureInfo.InvariantCulture, $"SELECT pipeline.telemetry_extend({day - 1}, {day + 2}, 1)"));

        (await ListAsync(string.Create(CultureInfo.InvariantCulture, $"SELECT (first - {day})::text FROM pipeline.telemetry_partitions WHERE first >= {day - 1} ORDER BY first"))).Should().Equal("-1", "1");
        await _process.Store.WriteAsync((TelemetryRecord[])[Call(tomorrow), Call(tomorrow.AddDays(1))]);
        (await ScalarAsync("SELECT count(*) FROM pipeline.telemetry_default")).Should().Be(2L);
    }

    [Fact]
    public async Task What_cannot_be_read_is_left_out()
    {
        await _process.Store.WriteAsync(Calls(3));
        await ExecuteAsync(
            """
            INSERT INTO pipeline.telemetry SELECT r.* FROM (SELECT * FROM pipeline.telemetry LIMIT 1) AS t,
            unnest(ARRAY['{"version":2}', '{"outcome":9}', '{"duration":-1}', '{"cost":"NaN"}', '{"output":-5}']::jsonb[]) AS change,
            jsonb_populate_record(NULL::pipeline.telemetry, to_jsonb(t) || change || jsonb_build_object('id', gen_random_uuid(), 'day', -1)) AS r
            """);

        (await ScalarAsync($"SELECT count(*) FROM {Table}")).Should().Be(8L);
        (await _process.TotalAsync()).Calls.Should().Be(3);
        (await _process.ReadAsync()).Should().HaveCount(3);
    }

    [Fact]
    public async Task What_was_erased_does_not_come_back_with_a_batch_that_is_repeated()
    {
        var batch = Calls(5);
        await _process.Store.WriteAsync(batch);
        (await _process.Store.ForgetTenantAsync("acme")).Should().Be(5);

        await _process.Store.WriteAsync(batch);

        (await _process.TotalAsync()).Calls.Should().Be(0);
        (await _process.ReadAsync()).Should().BeEmpty();
        (await ScalarAsync($"SELECT count(*) FROM {Table} AS t WHERE t::text LIKE '%acme%' OR t::text LIKE '%large%'")).Should().Be(0L, "nothing but the ids is left");
    }

    [Fact]
    public async Task A_write_is_one_statement_and_a_report_is_one()
    {
        await _process.Store.WriteAsync((TelemetryRecord[])[Call()]);
        await _process.TotalAsync();
        var counter = StatementCounter.Of(await SharedServers.NodeAsync(), _connectionString);

        await counter.ResetAsync();
        await _process.Store.WriteAsync((TelemetryRecord[])[Call()]);
        await _process.Store.WriteAsync(Calls(500));
        var written = await counter.ReadAsync();
        await counter.ResetAsync();
        await _process.TotalAsync();
        await _process.ReadAsync();
        var read = await counter.ReadAsync();

        (written["COPY"], written.Operations).Should().Be((2, 2), "{0}", written);
        read.Operations.Should().Be(2, "{0}", read);
    }

    private async Task MakePartitionAsync(DateTimeOffset at)
    {
        var day = (int)Math.Floor((at - DateTimeOffset.UnixEpoch).TotalDays);
        await ExecuteAsync(string.Create(CultureInfo.InvariantCulture, $"SELECT pipeline.telemetry_extend({day}, {day + 1}, 1); UPDATE pipeline.telemetry_state SET leaving = 0"));
    }

    private Task UpkeepAsync() => ExecuteAsync("UPDATE pipeline.telemetry_state SET due = 0; SELECT pipeline.telemetry_maintain(30)");

    private async Task ExecuteAsync(string sql)
    {
        await using var command = _database.CreateCommand(sql);
        await command.ExecuteNonQueryAsync();
    }

    private async Task<object?> ScalarAsync(string sql)
    {
        await using var command = _database.CreateCommand(sql);
        return await command.ExecuteScalarAsync();
    }

    private async Task<List<string>> ListAsync(string sql)
    {
        await using var command = _database.CreateCommand(sql);
        await using var reader = await command.ExecuteReaderAsync();
        var list = new List<string>();
        while (await reader.ReadAsync())
            list.Add(reader.GetString(0));
        return list;
    }
}
