using FluentAssertions;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Pipeline.Backends;
using Pipeline.Conformance;
using Pipeline.DependencyInjection;
using Xunit;

namespace Pipeline.Diagnostics;

public sealed class ProcessCheckTests
{
    [Theory]
    [InlineData("1970-01-01T00:00:00Z", DoctorStatus.Error, "The clock shows 1970-01-01T00:00:00Z, which is before this version was made.")]
    [InlineData("2026-10-31T23:59:59Z", DoctorStatus.Error, "The clock shows 2026-10-31T23:59:59Z, which is before this version was made.")]
    [InlineData("2026-11-01T00:00:00Z", DoctorStatus.Ok, "The clock shows 2026-11-01T00:00:00Z.")]
    [InlineData("2046-11-01T00:00:01Z", DoctorStatus.Warning, "The clock shows 2046-11-01T00:00:01Z, which is many years after this version was made.")]
    public async Task A_clock_that_cannot_be_right_is_told(string time, DoctorStatus status, string summary)
    {
        var clock = new ManualTimeProvider(DateTimeOffset.Parse(time, System.Globalization.CultureInfo.InvariantCulture));

        var result = await new DoctorHost { Clock = clock }.AskAsync("process.clock", _ => { });

        (result.Status, result.Summary).Should().Be((status, summary));
    }

    [Theory]
    [InlineData(false, 4, DoctorStatus.Warning, "The workstation garbage collector runs on 4 processors: its pauses grow with the number of threads that allocate.")]
    [InlineData(false, 3, DoctorStatus.Ok, "The workstation garbage collector runs on 3 processors.")]
    [InlineData(true, 64, DoctorStatus.Ok, "The server garbage collector runs on 64 processors.")]
    public async Task The_workstation_collector_on_many_processors_is_a_warning(bool isServer, int processors, DoctorStatus status, string summary)
    {
        var result = await OnAsync("process.garbage-collector", DoctorHost.LargeMachine with { IsServerGC = isServer, Processors = processors });

        (result.Status, result.Summary).Should().Be((status, summary));
    }

    [Theory]
    [InlineData(9, 10, DoctorStatus.Ok)]
    [InlineData(10, 10, DoctorStatus.Warning)]
    public async Task Memory_that_runs_out_is_a_warning(long load, long high, DoctorStatus status)
    {
        var result = await OnAsync("process.memory", DoctorHost.LargeMachine with { MemoryLoadBytes = load, HighMemoryLoadBytes = high });

        (result.Status, result.Summary).Should().Be((status, $"{load} bytes of 16 GiB of memory are in use."));
    }

    [Fact]
    public async Task Memory_in_use_is_not_known_before_the_first_collection() =>
        (await OnAsync("process.memory", DoctorHost.LargeMachine with { MemoryLoadBytes = 0, HighMemoryLoadBytes = 0 })).Should().Be(DoctorResult.Ok(
            "The process may use 16 GiB of memory; how much is in use is known from the first garbage collection on."));

    [Theory]
    [InlineData(200, 20, DoctorStatus.Ok)]
    [InlineData(201, 20, DoctorStatus.Warning)]
    [InlineData(100, 2, DoctorStatus.Ok)]
    [InlineData(101, 2, DoctorStatus.Warning)]
    public async Task Work_that_waits_for_threads_is_a_warning(long queued, int threads, DoctorStatus status)
    {
        var result = await OnAsync("process.thread-pool", DoctorHost.LargeMachine with { QueuedWorkItems = queued, Threads = threads });

        (result.Status, result.Summary).Should().Be((status, $"{queued} work items wait for {threads} threads of the pool."));
    }

    [Fact]
    public void The_facts_of_this_process_are_real()
    {
        var facts = ProcessFacts.Read();

        facts.AvailableMemoryBytes.Should().BeGreaterThan(1024 * 1024);
        facts.HighMemoryLoadBytes.Should().BeGreaterThan(0).And.BeLessThanOrEqualTo(facts.AvailableMemoryBytes);
        facts.Processors.Should().Be(Environment.ProcessorCount);
        facts.Threads.Should().BeGreaterThan(0);
        facts.QueuedWorkItems.Should().BeGreaterThanOrEqualTo(0);
        facts.IsServerGC.Should().Be(System.Runtime.GCSettings.IsServerGC);
    }

    [Theory]
    [InlineData(LogLevel.None, null, DoctorStatus.Warning, "Nothing takes the errors that these log: 'Pipeline.Caching.TieredCache', 'Pipeline.Steps', 'Pipeline.Workers.QueueWorker'.")]
    [InlineData(LogLevel.Critical, null, DoctorStatus.Warning, "Nothing takes the errors that these log: 'Pipeline.Caching.TieredCache', 'Pipeline.Steps', 'Pipeline.Workers.QueueWorker'.")]
    [InlineData(LogLevel.Error, null, DoctorStatus.Ok, "Errors are logged, and Trace is off or this is a development host.")]
    [InlineData(LogLevel.Debug, "Production", DoctorStatus.Ok, "Errors are logged, and Trace is off or this is a development host.")]
    [InlineData(LogLevel.Trace, "Production", DoctorStatus.Warning, "Trace is on for 'Pipeline.Caching.TieredCache', 'Pipeline.Steps', 'Pipeline.Workers.QueueWorker': at this level keys and payloads may be logged.")]
    [InlineData(LogLevel.Trace, "Development", DoctorStatus.Ok, "Errors are logged, and Trace is off or this is a development host.")]
    public async Task Errors_that_nobody_logs_and_secrets_that_are_logged_are_a_warning(LogLevel level, string? environment, DoctorStatus status, string summary)
    {
        var host = new DoctorHost
        {
            Environment = environment,
            Services = services => services.AddLogging(logging => logging.SetMinimumLevel(level).AddProvider(new NullProvider())),
        };

        var result = await host.AskAsync("process.logging", _ => { });

        (result.Status, result.Summary).Should().Be((status, summary));
    }

    [Fact]
    public async Task Suites_that_differ_in_letter_case_alone_are_a_warning()
    {
        (await new DoctorHost().AskAsync("suite.names", builder => builder.Services.AddPipeline("docs").Services.AddPipeline("Docs"))).Should().BeEquivalentTo(new
        {
            Status = DoctorStatus.Warning,
            Summary = "2 suites have names that differ in letter case alone: 'Docs', 'docs'. Each has queues, caches and limits of its own.",
        });
        (await new DoctorHost().AskAsync("suite.names", builder => builder.Services.AddPipeline("docs").Services.AddPipeline("docs"))).Should().Be(DoctorResult.Ok("2 suites."));
    }

    [Fact]
    public async Task A_backend_that_does_not_answer_is_an_error_where_it_is_required_and_otherwise_a_warning()
    {
        (await ProbeAsync(Answer("Queue at a"), Fail("Cache at b", StartupCheck.Warn, new BackendUnavailableException("Cache at b", "probe", new TimeoutException("password=secret"))))).Should().Be(DoctorResult.Warning(
            "Cache at b does not answer (TimeoutException); its roles answer as they do in an outage.",
            "Start Cache at b, or correct its address; see that the network lets this machine through to it."));
        (await ProbeAsync(Fail("Queue at a", StartupCheck.Require, new InvalidDataException("password=secret")))).Should().Be(DoctorResult.Error(
            "Queue at a does not answer (InvalidDataException), which stops the start.",
            "Start Queue at a, or correct its address; see that the network lets this machine through to it."));
        (await ProbeAsync(Answer("Queue at a"), Answer("Cache at b"))).Should().Be(DoctorResult.Ok("2 backends answered."));
        (await ProbeAsync()).Should().Be(DoctorResult.Ok("No backend is configured."));
    }

    [Fact]
    public async Task Backends_are_asked_over_the_network_and_all_at_once()
    {
        var both = new TaskCompletionSource();
        var asked = 0;
        var probe = new Probe("Queue at a", StartupCheck.Require, async token =>
        {
            if (Interlocked.Increment(ref asked) == 2)
            {
                both.SetResult();
            }

            await both.Task.WaitAsync(token);
        });

        (await ProbeAsync(probe, probe)).Status.Should().Be(DoctorStatus.Ok);
        await using var provider = new DoctorHost().Build(_ => { });
        var report = await provider.GetRequiredService<Doctor>().RunAsync(new DoctorRunOptions { SkipNetwork = true });
        report.Skipped.Should().Contain("backend.reachable").And.NotContain("queue.backlog");
    }

    private static Task<DoctorResult> OnAsync(string check, ProcessFacts facts) => new DoctorHost { Facts = facts }.AskAsync(check, _ => { });

    private static Task<DoctorResult> ProbeAsync(params Probe[] probes) => new DoctorHost
    {
        Services = services =>
        {
            foreach (var probe in probes)
            {
                services.AddSingleton<IBackendProbe>(probe);
            }
        },
    }.AskAsync("backend.reachable", _ => { });

    private static Probe Answer(string backend) => new(backend, StartupCheck.Require, _ => Task.CompletedTask);

    private static Probe Fail(string backend, StartupCheck requirement, Exception exception) => new(backend, requirement, _ => Task.FromException(exception));

    private sealed class Probe(string backend, StartupCheck requirement, Func<CancellationToken, Task> probe) : IBackendProbe
    {
        public string Backend => backend;

        public StartupCheck Requirement => requirement;

        public async ValueTask ProbeAsync(CancellationToken cancellationToken) => await probe(cancellationToken);
    }

    private sealed class NullProvider : ILoggerProvider, ILogger
    {
        public ILogger CreateLogger(string categoryName) => this;

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
        }

        public void Dispose()
        {
        }
    }
}
