using FluentAssertions;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Pipeline.Backends;
using Pipeline.DependencyInjection;
using Pipeline.Redis.Fixtures;
using Pipeline.Redis.Servers;
using Pipeline.Telemetry;
using Xunit;

namespace Pipeline.Redis.Telemetry;

public sealed class RedisTelemetryRegistrationTests
{
    [Fact]
    public async Task What_one_process_emits_another_reads()
    {
        await using var server = await RedisServer.StartAsync();
        var prefix = RedisTestClient.NewPrefix();
        await using var emitting = Wire(server, prefix);
        await using var reading = Wire(server, prefix);
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
    public void Bounds_that_are_out_of_range_are_named_with_the_mend()
    {
        var options = new RedisOptions();
        options.Telemetry.MaxAccountingRecords = 9_999;
        options.Telemetry.MaxDiagnosticRecords = 100_000_001;
        options.Telemetry.Retention = TimeSpan.FromMinutes(59);

        var result = new RedisOptionsValidator().Validate(name: null, options);

        result.Failures.Should().HaveCount(3);
        foreach (var setting in new[] { "Telemetry:MaxAccountingRecords", "Telemetry:MaxDiagnosticRecords", "Telemetry:Retention" })
            result.FailureMessage.Should().Contain(setting);
        new RedisOptionsValidator().Validate(name: null, new RedisOptions()).Should().BeEquivalentTo(ValidateOptionsResult.Success);
    }

    private static ServiceProvider Wire(RedisServer server, string prefix)
    {
        var services = new ServiceCollection();
        services.AddLogging();
        services.AddPipeline().UseRedis(server.Address, PipelineRoles.Telemetry, options => options.KeyPrefix = prefix);
        return services.BuildServiceProvider();
    }
}
