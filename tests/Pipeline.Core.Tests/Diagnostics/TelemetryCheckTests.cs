using FluentAssertions;
using Microsoft.Extensions.DependencyInjection;
using Pipeline.Backends;
using Pipeline.DependencyInjection;
using Pipeline.Steps;
using Pipeline.Telemetry;
using Xunit;

namespace Pipeline.Diagnostics;

public sealed class TelemetryCheckTests
{
    private const string Set = ", in the configuration or where the code sets it.";

    [Fact]
    public async Task Records_that_were_lost_are_an_error_where_they_are_billed_and_else_a_warning()
    {
        const string Diagnostic = "The telemetry sink 'lossy' has lost 2 records (Closed: 2) of the diagnostic lane.";
        const string See = "See that its backend answers and takes what it is given.";

        (await LossesAsync(new TelemetryDropCount(TelemetryLane.Diagnostic, TelemetryDropReason.Closed, 2))).Should().Be(DoctorResult.Warning(Diagnostic, See));
        (await LossesAsync(
            new TelemetryDropCount(TelemetryLane.Diagnostic, TelemetryDropReason.Closed, 2),
            new TelemetryDropCount(TelemetryLane.Accounting, TelemetryDropReason.CountLimit, 1000),
            new TelemetryDropCount(TelemetryLane.Accounting, TelemetryDropReason.SpillFailed, 1))).Should().Be(DoctorResult.Error(
            "The telemetry sink 'lossy' has lost 1,001 records (CountLimit: 1,000, SpillFailed: 1) that are billed. " + Diagnostic,
            "See that its backend answers and takes what it is given; set Telemetry:Spill:Directory, or raise Telemetry:Accounting:MaxRecords, to outlast an outage. " + See));
        (await LossesAsync(new TelemetryDropCount(TelemetryLane.Accounting, TelemetryDropReason.Invalid, 0))).Should().Be(DoctorResult.Ok("5 records emitted to 2 sinks, none lost."));
    }

    [Fact]
    public async Task Records_that_wait_in_memory_alone_are_a_warning()
    {
        (await new DoctorHost().AskAsync("telemetry.spill", builder => builder.AddTelemetryStore(_ => new NullStore()))).Should().Be(DoctorResult.Warning(
            "What is billed waits in memory for 'null': a process that is killed loses it.", "Set Telemetry:Spill:Directory to a folder on a disk that outlives the process" + Set));
        (await new DoctorHost().AskAsync("telemetry.spill", _ => { })).Should().Be(DoctorResult.Ok("No telemetry store was added."));
    }

    [Theory]
    [InlineData(1024 * 1024, DoctorStatus.Ok, "What is billed is kept on disk until 'null' has it, at most 1 MiB.")]
    [InlineData(1024 * 1024 - 1, DoctorStatus.Warning, "What is billed may take 1 MiB on disk while 'null' is away, and 1,048,575 bytes are free.")]
    [InlineData(-1, DoctorStatus.Ok, "What is billed is kept on disk until 'null' has it, at most 1 MiB.")]
    public async Task A_disk_that_is_full_is_a_warning(long free, DoctorStatus status, string summary)
    {
        var folder = Directory.CreateTempSubdirectory("doctor");
        try
        {
            var host = new DoctorHost
            {
                Facts = DoctorHost.LargeMachine with { FreeBytes = path => path == folder.FullName && free >= 0 ? free : null },
                Configuration = Suite.ConfigureJson($$"""{ "Telemetry": { "Spill": { "Directory": "{{folder.FullName}}", "MaxBytes": 1048576 } } }"""),
            };

            var result = await host.AskAsync("telemetry.spill", builder => builder.AddTelemetryStore(_ => new NullStore()));

            (result.Status, result.Summary).Should().Be((status, summary));
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    [Fact]
    public void The_space_on_the_disk_of_a_folder_that_does_not_exist_yet_is_known()
    {
        var free = ProcessFacts.Read().FreeBytes(Path.Combine(Path.GetTempPath(), "not", "there"));

        free.Should().BeGreaterThan(0);
    }

    [Fact]
    public async Task Models_without_prices_are_a_warning()
    {
        (await new DoctorHost().AskAsync("telemetry.prices", NameModel)).Should().Be(DoctorResult.Warning(
            "1 step with a model and no prices ('answer'): what their calls cost is not known.",
            "Give Telemetry:Prices a Version and, under Models, the prices of each model for a million tokens."));
        (await new DoctorHost().AskAsync("telemetry.prices", _ => { })).Should().Be(DoctorResult.Ok("No step names a model, and there are no prices."));
    }

    [Theory]
    [InlineData("2029-07-05", DoctorStatus.Ok, "1 model with prices of version '2029-07-05'.")]
    [InlineData("2029-07-04", DoctorStatus.Warning, "1 model with prices of version '2029-07-04', which are 181 days old.")]
    [InlineData("2029-06", DoctorStatus.Warning, "1 model with prices of version '2029-06', which are 214 days old.")]
    [InlineData("20290101", DoctorStatus.Warning, "1 model with prices of version '20290101', which are 365 days old.")]
    [InlineData("2030-05-01", DoctorStatus.Ok, "1 model with prices of version '2030-05-01'.")]
    [InlineData("v3", DoctorStatus.Ok, "1 model with prices of version 'v3'.")]
    public async Task Prices_of_more_than_half_a_year_ago_are_a_warning(string version, DoctorStatus status, string summary)
    {
        var result = await new DoctorHost().AskAsync("telemetry.prices", builder => Price(builder, version));

        (result.Status, result.Summary).Should().Be((status, summary));
        result.Mend.Should().Be(status == DoctorStatus.Ok ? null : "Compare Telemetry:Prices:Models with the providers' prices, and set Version to the day you did.");
    }

    [Fact]
    public async Task Calls_without_a_price_are_a_warning()
    {
        (await UnpricedAsync(usage => usage("large", 2))).Should().Be(DoctorResult.Warning(
            "2 calls of the last day without a price, by 'large'.", "Give each of them its prices in Telemetry:Prices:Models, with a new Version."));
        (await UnpricedAsync(usage => usage("small", 3))).Should().Be(DoctorResult.Ok("3 calls of the last day, none without a price."));
        (await new DoctorHost().AskAsync("telemetry.unpriced", _ => { })).Should().Be(DoctorResult.Ok("There are no prices, so that none is missed."));
    }

    [Fact]
    public async Task A_telemetry_store_that_does_not_answer_is_an_error()
    {
        var result = await new DoctorHost().AskAsync("telemetry.unpriced", builder =>
        {
            Price(builder, "v1");
            builder.SetRole<ITelemetryReader>("UseAway", _ => new AwayReader());
        });

        result.Should().Be(DoctorResult.Error("Telemetry at x did not answer 'summarize'.", "Start Telemetry at x, or correct its address."));
    }

    private static void NameModel(IPipelineBuilder builder) => builder.AddStep<string, string>("answer", (input, _, _) => new(input), step => step.Model(input => input));

    private static void Price(IPipelineBuilder builder, string version) => builder.ConfigurePrices(prices =>
    {
        prices.Version = version;
        prices.Models["small"] = new ModelPrices { Input = 1, Output = 2 };
    });

    private static Task<DoctorResult> UnpricedAsync(Action<Action<string, int>> call) => new DoctorHost().AskAsync(
        "telemetry.unpriced",
        builder =>
        {
            Price(builder, "v1");
            builder.AddStep<string, string>(
                "answer",
                (input, context, _) =>
                {
                    context.ReportUsage(new TokenUsage { UncachedInput = 10, Output = 1 });
                    return new(input);
                },
                step => step.Model(input => input));
        },
        async provider =>
        {
            List<string> models = [];
            call((model, count) => models.AddRange(Enumerable.Repeat(model, count)));
            foreach (var model in models)
            {
                await provider.GetRequiredService<IStepRunner<string, string>>().RunAsync(model);
            }

            await provider.GetRequiredService<TelemetrySinks>().FlushAsync();
        });

    private static Task<DoctorResult> LossesAsync(params TelemetryDropCount[] drops) => new DoctorHost
    {
        Services = services => services.AddSingleton<ITelemetrySink>(new LossySink(drops)),
    }.AskAsync("telemetry.losses", _ => { });

    private sealed class LossySink(TelemetryDropCount[] drops) : ITelemetrySink
    {
        public string Name => "lossy";

        public bool TryEmit(in TelemetryRecord record) => true;

        public ValueTask FlushAsync(CancellationToken cancellationToken = default) => default;

        public TelemetrySinkStatistics GetStatistics() => new() { Emitted = 5, Written = 5, Pending = 0, Dropped = drops };
    }

    private sealed class NullStore : ITelemetryStore
    {
        public string Name => "null";

        public ValueTask WriteAsync(ReadOnlyMemory<TelemetryRecord> records, CancellationToken cancellationToken = default) => default;
    }

    private sealed class AwayReader : ITelemetryReader
    {
        public ValueTask<TelemetryReport> SummarizeAsync(TelemetryQuery query, CancellationToken cancellationToken = default) =>
            throw new BackendUnavailableException("Telemetry at x", "summarize");

        public IAsyncEnumerable<TelemetryRecord> ReadAsync(TelemetryQuery query, CancellationToken cancellationToken = default) => throw new NotSupportedException();
    }
}
