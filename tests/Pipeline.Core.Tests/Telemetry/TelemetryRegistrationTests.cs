using FluentAssertions;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Pipeline.DependencyInjection;
using Pipeline.Steps;
using Xunit;

namespace Pipeline.Telemetry;

public sealed class TelemetryRegistrationTests
{
    public static TheoryData<string, string, string> Mistakes => new()
    {
        { "Telemetry:BatchSize", "0", "*Telemetry: BatchSize is 0. Give a value from 1 to 10000 records.*" },
        { "Telemetry:BatchSize", "many", "*'Pipeline:Telemetry:BatchSize' to type 'System.Int32'*" },
        { "Telemetry:FlushInterval", "00:11:00", "*Telemetry: FlushInterval is 00:11:00. Give a value from 00:00:00.0010000 to 00:10:00.*" },
        { "Telemetry:WriteTimeout", "00:00:00", "*Telemetry: WriteTimeout is 00:00:00. Give a value from*" },
        { "Telemetry:MaxRetryDelay", "02:00:00", "*Telemetry: MaxRetryDelay is 02:00:00. Give a value from*" },
        { "Telemetry:CloseTimeout", "-00:00:01", "*Telemetry: CloseTimeout is -00:00:01. Give a value from 00:00:00 to 01:00:00.*" },
        { "Telemetry:Memory:MaxRecords", "0", "*Telemetry: Memory:MaxRecords is 0. Give a value from 1 to 1000000 records.*" },
        { "Telemetry:Memory:MaxBytes", "1", "*Telemetry: Memory:MaxBytes is 1. Give a value from 1048576 to 68719476736 bytes.*" },
        { "Telemetry:Accounting:MaxRecords", "0", "*Telemetry: Accounting:MaxRecords is 0.*" },
        { "Telemetry:Accounting:MaxBytes", "0", "*Telemetry: Accounting:MaxBytes is 0.*" },
        { "Telemetry:Diagnostic:MaxRecords", "1000001", "*Telemetry: Diagnostic:MaxRecords is 1000001.*" },
        { "Telemetry:Diagnostic:MaxBytes", "0", "*Telemetry: Diagnostic:MaxBytes is 0.*" },
        { "Telemetry:Spill:MaxBytes", "1", "*Telemetry: Spill:MaxBytes is 1. Give a value from 1048576 to 1099511627776 bytes.*" },
        { "Telemetry:Spill:Directory", "", "*Telemetry: Spill:Directory is empty. Give a folder, or leave the setting out.*" },
        { "Telemetry:Spill:Directory", "/proc/pipeline", "*Telemetry: Spill:Directory cannot be used: '/proc/pipeline/test'*" },
        { "Telemetry:Spill:Folder", "/tmp", "*'Pipeline:Telemetry' cannot be read as TelemetryOptions*'Folder'*" },
        { "Telemetry:Spill", "/tmp", "*'Pipeline:Telemetry:Spill' is a single value.*" },
        { "Telemetry:BatchSize:a", "7", "*'Pipeline:Telemetry:BatchSize' is a section.*" },
        { "Telemetry", "on", "*'Pipeline:Telemetry' is a single value.*" },
    };

    [Theory]
    [MemberData(nameof(Mistakes))]
    public async Task A_setting_that_is_wrong_stops_the_start_and_is_named(string path, string value, string message)
    {
        await using var services = Suite.Build(builder => builder.AddTelemetryStore(_ => new RingTelemetryStore()), Suite.Configure(path, value));

        var act = () => services.StartPipelineAsync();

        (await act.Should().ThrowAsync<Exception>()).WithMessage(message);
    }

    [Fact]
    public async Task Every_setting_can_come_from_the_configuration()
    {
        using var folder = new TemporaryFolder();
        await using var services = Suite.Build(
            builder => builder.AddTelemetryStore(_ => new RingTelemetryStore()),
            Suite.ConfigureJson($$"""
            {
              "Telemetry": {
                "Memory": { "MaxRecords": 7, "MaxBytes": 2000000 },
                "Accounting": { "MaxRecords": 8, "MaxBytes": 3000000 },
                "Diagnostic": { "MaxRecords": 9, "MaxBytes": 4000000 },
                "BatchSize": 10, "FlushInterval": "00:00:02", "WriteTimeout": "00:00:03", "MaxRetryDelay": "00:00:04", "CloseTimeout": "00:00:05",
                "Spill": { "Directory": "{{folder.Path}}", "MaxBytes": 5000000, "WriteThrough": true }
              }
            }
            """));
        await services.StartPipelineAsync();

        services.GetRequiredService<IOptionsMonitor<TelemetryOptions>>().Get("").Should().BeEquivalentTo(new TelemetryOptions
        {
            Memory = new TelemetryMemoryOptions { MaxRecords = 7, MaxBytes = 2_000_000 },
            Accounting = new TelemetryLaneOptions { MaxRecords = 8, MaxBytes = 3_000_000 },
            Diagnostic = new TelemetryLaneOptions { MaxRecords = 9, MaxBytes = 4_000_000 },
            BatchSize = 10,
            FlushInterval = TimeSpan.FromSeconds(2),
            WriteTimeout = TimeSpan.FromSeconds(3),
            MaxRetryDelay = TimeSpan.FromSeconds(4),
            CloseTimeout = TimeSpan.FromSeconds(5),
            Spill = new TelemetrySpillOptions { Directory = folder.Path, MaxBytes = 5_000_000, WriteThrough = true },
        });
        Directory.Exists(Path.Combine(folder.Path, "test")).Should().BeTrue();
    }

    [Fact]
    public async Task Code_wins_over_the_configuration_in_its_own_suite()
    {
        var services = new ServiceCollection();
        services.AddPipeline(Suite.Configure("Telemetry:Memory:MaxRecords", "7")).ConfigureTelemetry(options => options.Memory.MaxRecords = 2);
        services.AddPipeline("red").ConfigureTelemetry(options => options.Memory.MaxRecords = 0);
        await using var provider = services.BuildServiceProvider();
        var ring = provider.GetRequiredService<InMemoryTelemetry>();
        for (var i = 0; i < 5; i++)
        {
            ring.TryEmit(Sample.Accounting());
        }

        (await CallsAsync(ring)).Should().Be(2);
        provider.Invoking(wrong => wrong.GetRequiredKeyedService<InMemoryTelemetry>("red")).Should().Throw<OptionsValidationException>();
    }

    [Fact]
    public async Task A_suite_has_a_ring_of_its_own_that_its_steps_write_to_and_its_reader_reads()
    {
        var services = new ServiceCollection();
        Declare(services.AddPipeline());
        Declare(services.AddPipeline("red"));
        services.AddPipeline("blue");
        await using var provider = services.BuildServiceProvider();
        await provider.StartPipelineAsync();

        await provider.GetRequiredService<IStepRunner<int, int>>().RunAsync(1);
        await provider.GetRequiredKeyedService<IStepRunner<int, int>>("red").RunAsync(1);
        await provider.GetRequiredKeyedService<IStepRunner<int, int>>("red").RunAsync(2);

        (await CallsAsync(provider.GetRequiredService<ITelemetryReader>())).Should().Be(1);
        (await CallsAsync(provider.GetRequiredKeyedService<ITelemetryReader>("red"))).Should().Be(2);
        (await CallsAsync(provider.GetRequiredKeyedService<ITelemetryReader>("blue"))).Should().Be(0);
        provider.GetRequiredService<TelemetrySinks>().GetStatistics().Should().ContainSingle().Which.Value.Written.Should().Be(1);
    }

    [Fact]
    public async Task Sinks_of_one_suite_get_nothing_of_another_and_all_of_a_suite_get_each_record()
    {
        var services = new ServiceCollection();
        var (first, second, red) = (new RingTelemetryStore { Name = "first" }, new RingTelemetryStore { Name = "second" }, new RingTelemetryStore());
        Declare(services.AddPipeline().AddTelemetryStore(_ => first).AddTelemetryStore(_ => second));
        Declare(services.AddPipeline("red").AddTelemetryStore(_ => red));
        await using var provider = services.BuildServiceProvider();

        await provider.GetRequiredService<IStepRunner<int, int>>().RunAsync(1);
        var sinks = provider.GetRequiredService<TelemetrySinks>();
        await sinks.FlushAsync();
        await provider.GetRequiredKeyedService<TelemetrySinks>("red").FlushAsync();

        sinks.Select(sink => sink.Name).Should().Equal("memory", "first", "second");
        (await first.ReadAllAsync()).Should().Equal(await second.ReadAllAsync()).And.ContainSingle();
        (await red.ReadAllAsync()).Should().BeEmpty();
    }

    [Fact]
    public async Task A_sink_of_the_hosts_own_belongs_to_the_suite_whose_name_it_is_keyed_by()
    {
        var services = new ServiceCollection();
        var (main, red) = (new RecordingSink(), new RecordingSink());
        services.AddSingleton<ITelemetrySink>(main).AddKeyedSingleton<ITelemetrySink>("red", red);
        Declare(services.AddPipeline());
        Declare(services.AddPipeline("red"));
        await using var provider = services.BuildServiceProvider();

        await provider.GetRequiredKeyedService<IStepRunner<int, int>>("red").RunAsync(1);

        main.Records.Should().BeEmpty();
        red.Records.Should().ContainSingle();
    }

    [Fact]
    public async Task The_reader_is_that_of_the_first_store_that_can_be_read_back_else_the_rings_unless_a_role_says_otherwise()
    {
        var (blind, first, second) = (new BlindStore(), new RingTelemetryStore { Name = "first" }, new RingTelemetryStore { Name = "second" });
        await using var ring = Suite.Build(builder => builder.AddTelemetryStore(_ => blind));
        await using var store = Suite.Build(builder => builder.AddTelemetryStore(_ => blind).AddTelemetryStore(_ => first).AddTelemetryStore(_ => second));
        var own = new InMemoryTelemetry();
        await using var role = Suite.Build(builder => builder.AddTelemetryStore(_ => first).SetRole<ITelemetryReader>("UseOwn", _ => own));

        ring.GetRequiredService<ITelemetryReader>().Should().BeSameAs(ring.GetRequiredService<InMemoryTelemetry>());
        store.GetRequiredService<ITelemetryReader>().Should().BeSameAs(first.GetCapability<ITelemetryReader>());
        role.GetRequiredService<ITelemetryReader>().Should().BeSameAs(own);
    }

    [Fact]
    public async Task Two_stores_of_one_name_are_refused_at_the_start()
    {
        await using var services = Suite.Build(builder => builder.AddTelemetryStore(_ => new RingTelemetryStore()).AddTelemetryStore(_ => new RingTelemetryStore()));

        var act = () => services.StartPipelineAsync();

        (await act.Should().ThrowAsync<InvalidOperationException>()).WithMessage("Two telemetry sinks are named 'test'.*give one another name.");
    }

    [Fact]
    public async Task A_spill_without_a_store_is_refused_at_the_start()
    {
        await using var services = Suite.Build(_ => { }, Suite.Configure("Telemetry:Spill:Directory", "/tmp/never-made"));

        var act = () => services.StartPipelineAsync();

        (await act.Should().ThrowAsync<InvalidOperationException>()).WithMessage("Telemetry: Spill:Directory is set, but the suite has no telemetry store*");
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task The_end_of_the_container_writes_what_waits_and_then_disposes_the_store(bool isAsync)
    {
        var store = new DisposableStore();
        var services = Suite.Build(builder => Declare(builder.AddTelemetryStore(_ => store)));
        await services.GetRequiredService<IStepRunner<int, int>>().RunAsync(1);

        if (isAsync)
        {
            await services.DisposeAsync();
        }
        else
        {
#pragma warning disable CA1849, MA0042 // The other way to dispose is what is tested.
            services.Dispose();
#pragma warning restore CA1849, MA0042
        }

        store.Events.Should().Equal("write 1", "dispose");
    }

    [Fact]
    public async Task Losses_and_what_waits_are_metrics()
    {
        var services = new ServiceCollection();
        services.AddPipeline().AddTelemetryStore(_ => new RingTelemetryStore());
        services.AddPipeline("red");
        await using var provider = services.BuildServiceProvider();
        await provider.StartPipelineAsync();
        foreach (var sink in provider.GetRequiredService<TelemetrySinks>().Concat(provider.GetRequiredKeyedService<TelemetrySinks>("red")))
        {
            sink.TryEmit(Sample.Diagnostic());
            sink.TryEmit(Sample.Accounting(-1));
        }

        using var metrics = new MeasurementCollector(provider.GetRequiredService<System.Diagnostics.Metrics.IMeterFactory>());
        metrics.Collect();

        metrics.Of("pipeline.telemetry.dropped").Should().BeEquivalentTo(new[]
        {
            (2d, "pipeline.sink=memory pipeline.telemetry.lane=accounting pipeline.telemetry.reason=invalid"),
            (1d, "pipeline.sink=test pipeline.telemetry.lane=accounting pipeline.telemetry.reason=invalid"),
        });
        metrics.Of("pipeline.telemetry.pending").Should().BeEquivalentTo(new[] { (0d, "pipeline.sink=memory"), (1d, "pipeline.sink=test") });
    }

    private static void Declare(IPipelineBuilder builder) => builder.AddStep<int, int>("count", (input, _, _) => new ValueTask<int>(input));

    private static async Task<long> CallsAsync(ITelemetryReader reader) => (await reader.SummarizeAsync(Sample.Everything)).Rows.Single().Calls;

    private sealed class BlindStore : ITelemetryStore
    {
        public string Name => "blind";

        public ValueTask WriteAsync(ReadOnlyMemory<TelemetryRecord> records, CancellationToken cancellationToken = default) => default;
    }

    private sealed class DisposableStore : ITelemetryStore, IDisposable
    {
        public List<string> Events { get; } = [];

        public string Name => "disposable";

        public ValueTask WriteAsync(ReadOnlyMemory<TelemetryRecord> records, CancellationToken cancellationToken = default)
        {
            Events.Add($"write {records.Length}");
            return default;
        }

        public void Dispose() => Events.Add("dispose");
    }
}
