using FluentAssertions;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;
using Pipeline.Backends;
using Pipeline.Steps;
using Pipeline.Workers;
using Xunit;

namespace Pipeline.DependencyInjection;

public sealed class StartTests
{
    private static readonly Dictionary<string, (Action<IPipelineBuilder> Declare, string Message)> Mistakes = new(StringComparer.Ordinal)
    {
        ["a worker on no queue"] = (
            builder => builder.AddStep<Document, int>("count", Count).AddStepWorker("documents", "count"),
            "*queue 'documents' was not declared with that type. Declare it with AddQueue<Document>(\"documents\")*"),
        ["a worker of messages on no queue"] = (
            builder => builder.AddQueue("others").AddWorker<NullHandler>("documents"),
            "No queue is named 'documents'. Declared are: 'others'. Declare it with AddQueue, or correct the name.*"),
        ["a worker with no chain"] = (
            builder => builder.AddQueue<Document>("documents").AddWorker("documents", "ingest"),
            "A worker on queue 'documents' asks for 'ingest' in Chains, which is not declared. Declare it, or correct the name."),
        ["a worker with no step"] = (
            builder => builder.AddQueue<Document>("documents").AddStepWorker("documents", "count"),
            "A worker on queue 'documents' asks for 'count' in Steps, which is not declared. Declare it, or correct the name."),
        ["a chain of another type"] = (
            builder => builder.AddQueue<string>("documents").AddChain<Document>("ingest", Pass).AddWorker("documents", "ingest"),
            "Chain 'ingest' takes Document, but queue 'documents' was not declared with that type.*or give the worker another queue."),
        ["a step of another type"] = (
            builder => builder.AddQueue<string>("documents").AddStep<Document, int>("count", Count).AddStepWorker("documents", "count"),
            "Step 'count' takes Document, but queue 'documents' was not declared with that type.*"),
        ["a chain without a step"] = (
            builder => builder.AddChain<Document>("ingest", _ => { }),
            "Chain 'ingest' has no step. Add one with Then or ThenStep, or remove the chain."),
        ["a chain that calls no step"] = (
            builder => builder.AddChain<Document>("ingest", chain => chain.ThenStep<Document, int>("count", item => item, (item, _) => item)),
            "Chain 'ingest' calls step 'count', but no step of this name takes Document and gives Int32. Register it with AddStep*"),
        ["a handler that cannot be made"] = (
            builder => builder.AddQueue("documents").AddWorker<NeedyHandler>("documents"),
            "Unable to resolve service for type 'System.Uri'*"),
        ["a queue's setting"] = (
            builder => builder.AddQueue("documents", options => options.MaxDeliveries = 0),
            "Queue 'documents': MaxDeliveries is 0. Give a value from 1 to 1000."),
        ["a worker's setting"] = (
            builder => builder.AddQueue("documents").AddWorker<NullHandler>("documents", options => options.Concurrency = 0),
            "Worker 'documents': Concurrency is 0. Give a value from 1 to 1000."),
        ["a step's setting"] = (
            builder => builder.AddStep<Document, int>("count", Count, step => step.Timeout(TimeSpan.Zero)),
            "Step 'count': TotalTimeout is 00:00:00. Give a value from *"),
        ["a chain's setting"] = (
            builder => builder.AddChain<Document>("ingest", chain => Pass(chain.Timeout(TimeSpan.Zero))),
            "Chain 'ingest': Timeout is 00:00:00. Give a value from *"),
    };

    public static TheoryData<string> Names => [.. Mistakes.Keys];

    [Theory(Timeout = WorkerHost.TimeLimit)]
    [MemberData(nameof(Names))]
    public async Task What_is_declared_wrongly_fails_the_start(string mistake)
    {
        await using var provider = Suite.Build(Mistakes[mistake].Declare);

        var act = () => provider.StartPipelineAsync();

        (await act.Should().ThrowAsync<Exception>()).WithMessage(Mistakes[mistake].Message)
            .Which.Should().Match(e => e is InvalidOperationException || e is OptionsValidationException || e is ArgumentException);
    }

    [Theory(Timeout = WorkerHost.TimeLimit)]
    [MemberData(nameof(Names))]
    public async Task It_fails_the_start_of_a_host_before_any_of_its_services_has_started(string mistake)
    {
        var started = new Tally();
        var builder = Host.CreateEmptyApplicationBuilder(settings: null);
        builder.Services.AddHostedService(_ => new NotedService(started));
        Mistakes[mistake].Declare(builder.Services.AddPipeline());
        using var host = builder.Build();

        var act = () => host.StartAsync();

        (await act.Should().ThrowAsync<Exception>()).WithMessage(Mistakes[mistake].Message);
        started.Count.Should().Be(0);
    }

    [Fact(Timeout = WorkerHost.TimeLimit)]
    public async Task Every_suite_is_checked()
    {
        var services = new ServiceCollection();
        services.AddPipeline();
        services.AddPipeline("red").AddQueue("documents", options => options.MaxDeliveries = 0);
        await using var provider = services.BuildServiceProvider();

        var act = () => provider.StartPipelineAsync();

        (await act.Should().ThrowAsync<OptionsValidationException>()).WithMessage("Queue 'documents': MaxDeliveries is 0*");
    }

    [Fact(Timeout = WorkerHost.TimeLimit)]
    public async Task A_required_backend_that_does_not_answer_fails_the_start_and_one_that_is_not_is_logged()
    {
        using var logs = new RecordingLogger();
        var services = new ServiceCollection();
        services.AddSingleton<Microsoft.Extensions.Logging.ILoggerFactory>(logs);
        services.AddPipeline();
        services.AddSingleton<IBackendProbe>(new AwayProbe("Cache at a", StartupCheck.Warn));
        await using (var provider = services.BuildServiceProvider())
        {
            await provider.StartPipelineAsync();
        }

        logs.Entries.Should().ContainSingle(entry => entry.Id == 100).Which.Text.Should().Contain("Cache at a");
        services.AddSingleton<IBackendProbe>(new AwayProbe("Queue at b", StartupCheck.Require));
        await using (var provider = services.BuildServiceProvider())
        {
            var act = () => provider.StartPipelineAsync();
            (await act.Should().ThrowAsync<BackendUnavailableException>()).WithMessage("Queue at b did not answer 'probe'*");
        }
    }

    private static ValueTask<int> Count(Document document, StepContext context, CancellationToken cancellationToken) => new(1);

    private static void Pass(ChainBuilder<Document> chain) => chain.Then("pass", (item, _, _) => new(ChainResult.Continue(item)));

    private sealed class NullHandler : IMessageHandler
    {
        public ValueTask HandleAsync(MessageContext context, CancellationToken cancellationToken) => default;
    }

    private sealed class NeedyHandler(Uri needed) : IMessageHandler
    {
        public ValueTask HandleAsync(MessageContext context, CancellationToken cancellationToken) => throw new NotSupportedException(needed.ToString());
    }

    private sealed class NotedService(Tally started) : IHostedService
    {
        public Task StartAsync(CancellationToken cancellationToken)
        {
            started.Enter();
            return Task.CompletedTask;
        }

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }

    private sealed class AwayProbe(string backend, StartupCheck requirement) : IBackendProbe
    {
        public string Backend => backend;

        public StartupCheck Requirement => requirement;

        public ValueTask ProbeAsync(CancellationToken cancellationToken) => throw new BackendUnavailableException(backend, "probe");
    }
}
