using FluentAssertions;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Pipeline.Backends;
using Pipeline.DependencyInjection;
using Pipeline.Postgres.Fixtures;
using Pipeline.Telemetry;
using Xunit;

namespace Pipeline.Postgres.Telemetry;

public sealed class PostgresTelemetryRegistrationTests
{
    [Fact]
    public async Task What_one_process_emits_another_reads()
    {
        var database = await SharedServers.CreateDatabaseAsync();
        await using var emitting = Wire(database);
        await using var reading = Wire(database);
        var record = TelemetryProcess.Call();

        foreach (var sink in emitting.GetRequiredService<TelemetrySinks>())
            sink.TryEmit(record).Should().BeTrue();
        await emitting.GetRequiredService<TelemetrySinks>().FlushAsync();

        var read = new List<TelemetryRecord>();
        await foreach (var found in reading.GetRequiredService<ITelemetryReader>().ReadAsync(TelemetryQuery.ForTenant("acme", record.Time, record.Time.AddSeconds(1))))
            read.Add(found);
        read.Should().Equal(record);
    }

    [Fact]
    public void Settings_that_are_out_of_range_are_named_with_the_mend()
    {
        var options = new PostgresOptions();
        options.Telemetry.Retention = TimeSpan.FromHours(23);
        options.Telemetry.ReportTimeout = TimeSpan.FromHours(2);

        var result = new PostgresOptionsValidator().Validate(name: null, options);

        result.Failures.Should().HaveCount(2);
        foreach (var setting in new[] { "Telemetry:Retention", "Telemetry:ReportTimeout" })
            result.FailureMessage.Should().Contain(setting);
        new PostgresOptionsValidator().Validate(name: null, new PostgresOptions()).Should().BeEquivalentTo(ValidateOptionsResult.Success);
    }

    private static ServiceProvider Wire(string connectionString)
    {
        var services = new ServiceCollection();
        services.AddLogging();
        services.AddPipeline().UsePostgres(connectionString, PipelineRoles.Telemetry);
        return services.BuildServiceProvider();
    }
}
