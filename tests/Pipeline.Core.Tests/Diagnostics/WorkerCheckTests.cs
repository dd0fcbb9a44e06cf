using FluentAssertions;
using Microsoft.Extensions.DependencyInjection;
using Pipeline.DependencyInjection;
using Pipeline.Steps;
using Pipeline.Workers;
using Xunit;

namespace Pipeline.Diagnostics;

public sealed class WorkerCheckTests
{
    private const string Set = ", in the configuration or where the code sets it.";

    private static readonly TimeSpan Minute = TimeSpan.FromMinutes(1);

    [Fact]
    public async Task A_worker_without_any_timeout_is_a_warning()
    {
        const string Effect = ": each handler that hangs holds one of its 3 slots for good, and its message.";
        const string Mend = "Set Workers:documents:HandlerTimeout to the longest that an attempt may take, for instance 00:05:00" + Set;

        (await AskAsync("worker.timeout", options => options.Concurrency = 3)).Should().Be(DoctorResult.Warning("Worker 'documents' has no HandlerTimeout" + Effect, Mend));
        (await AskStepAsync("worker.timeout", null, options => options.Concurrency = 3)).Should().Be(
            DoctorResult.Warning("Worker 'documents' has no HandlerTimeout, nor is there Steps:count:TotalTimeout" + Effect, Mend));
        (await AskChainAsync("worker.timeout", null, options => options.Concurrency = 3)).Should().Be(
            DoctorResult.Warning("Worker 'documents' has no HandlerTimeout, nor is there Chains:pass:Timeout" + Effect, Mend));
    }

    [Fact]
    public async Task A_timeout_anywhere_in_a_worker_is_enough()
    {
        var well = DoctorResult.Ok("1 worker, each with a bound for one attempt.");

        (await AskAsync("worker.timeout", options => options.HandlerTimeout = Minute)).Should().Be(well);
        (await AskStepAsync("worker.timeout", step => step.Timeout(total: Minute))).Should().Be(well);
        (await AskStepAsync("worker.timeout", step => step.Timeout(attempt: Minute))).Should().Be(well);
        (await AskStepAsync("worker.timeout", step => step.ModelTimeout("large", Minute))).Should().Be(well);
        (await AskStepAsync("worker.timeout", step => step.Resilience(Polly.ResiliencePipeline.Empty))).Should().Be(well);
        (await AskChainAsync("worker.timeout", chain => chain.Timeout(Minute))).Should().Be(well);
    }

    [Fact]
    public async Task A_handler_timeout_that_cuts_off_the_one_within_is_a_warning()
    {
        (await AskChainAsync("worker.timeout", chain => chain.Timeout(Minute * 2), options => options.HandlerTimeout = Minute)).Should().Be(DoctorResult.Warning(
            "Worker 'documents' gives up after 00:01:00, so that Chains:pass:Timeout (00:02:00) never comes to act.",
            "Raise Workers:documents:HandlerTimeout above 00:02:00, or lower Chains:pass:Timeout."));
        (await AskStepAsync("worker.timeout", step => step.Timeout(total: Minute * 2), options => options.HandlerTimeout = Minute)).Summary.Should().Contain("Steps:count:TotalTimeout (00:02:00)");
        (await AskStepAsync("worker.timeout", step => step.Timeout(total: Minute), options => options.HandlerTimeout = Minute)).Status.Should().Be(DoctorStatus.Ok);
    }

    [Theory]
    [InlineData(4, "Worker 'documents' has a Lease of 00:00:04: one slow call or pause loses it, and the message is handled twice at the same time.")]
    [InlineData(5, null)]
    [InlineData(900, null)]
    [InlineData(901, "Worker 'documents' has a Lease of 00:15:01: what a process held that is killed waits so long. A lease is renewed while its handler runs, and need not be as long as a handler takes.")]
    public async Task A_lease_that_is_too_short_or_too_long_is_a_warning(int seconds, string? problem) =>
        (await AskAsync("worker.lease", options => options.Lease = TimeSpan.FromSeconds(seconds))).Should().Be(problem is null
            ? DoctorResult.Ok("1 worker with leases of 00:00:05 to 00:15:00.")
            : DoctorResult.Warning(problem, "Set Workers:documents:Lease to 00:00:30" + Set));

    [Fact]
    public async Task More_than_ten_prefetched_messages_a_handler_are_a_warning()
    {
        (await AskAsync("worker.prefetch", options => (options.Concurrency, options.Prefetch) = (2, 20))).Should().Be(
            DoctorResult.Ok("1 worker, none with more than 10 prefetched messages for each handler."));
        (await AskAsync("worker.prefetch", options => (options.Concurrency, options.Prefetch) = (2, 21))).Should().Be(DoctorResult.Warning(
            "Worker 'documents' holds 21 messages ready for 2 handlers, and no other process can take them.", "Set Workers:documents:Prefetch to 20 or less" + Set));
    }

    [Fact]
    public async Task More_handlers_than_the_step_lets_through_are_a_warning_and_refused_ones_an_error()
    {
        (await AskStepAsync("worker.concurrency", step => step.Concurrency(4), options => options.Concurrency = 4)).Should().Be(
            DoctorResult.Ok("1 worker, none with more handlers than its step lets through."));
        (await AskStepAsync("worker.concurrency", step => step.Concurrency(4, maxQueued: 4), options => options.Concurrency = 8)).Should().Be(DoctorResult.Warning(
            "Worker 'documents' runs 8 handlers, but step 'count' lets 4 calls through at a time: the others wait with their messages leased.",
            "Set Workers:documents:Concurrency to 4 or less" + Set));
        (await AskStepAsync("worker.concurrency", step => step.Concurrency(4, maxQueued: 3), options => options.Concurrency = 8)).Should().Be(DoctorResult.Error(
            "Worker 'documents' runs 8 handlers, but step 'count' lets 4 calls through at a time and 3 wait: the others are refused, and each refusal is charged to its message as a failure.",
            "Set Workers:documents:Concurrency to 4 or less" + Set));
    }

    [Theory]
    [InlineData(8192, DoctorStatus.Ok)]
    [InlineData(8191, DoctorStatus.Warning)]
    [InlineData(2048, DoctorStatus.Warning)]
    [InlineData(2047, DoctorStatus.Error)]
    public async Task Messages_that_do_not_fit_into_memory_are_a_warning_and_then_an_error(int kilobytes, DoctorStatus status)
    {
        // 256 KiB each, 4 handled and 4 ready.
        var host = new DoctorHost { Facts = DoctorHost.LargeMachine with { AvailableMemoryBytes = kilobytes * 1024L } };

        var result = await host.AskAsync("worker.memory", builder => builder.AddQueue("documents").AddWorker<IdleHandler>("documents"));

        result.Status.Should().Be(status);
        result.Summary.Should().StartWith("1 worker may hold messages of 2 MiB at once; the process may use ");
        if (status != DoctorStatus.Ok)
        {
            result.Mend.Should().StartWith("Lower Workers:documents:Concurrency and Prefetch, or MaxBodyBytes of its queue, until the product is below 25 % of the memory");
        }
    }

    [Fact]
    public async Task Retry_delays_that_are_never_used_are_a_warning()
    {
        TimeSpan[] schedule = [Minute, Minute, Minute];

        (await AskAsync("worker.retries", options => options.RetrySchedule = schedule, deliveries: 4)).Should().Be(
            DoctorResult.Ok("1 worker, none with more than 50 attempts at a message or with delays that are never used."));
        (await AskAsync("worker.retries", options => options.RetrySchedule = schedule, deliveries: 3)).Should().Be(DoctorResult.Warning(
            "Worker 'documents' has 3 retry delays, but queue 'documents' delivers a message 3 times: the last are never used.",
            "Set Queues:documents:MaxDeliveries to 4, or shorten Workers:documents:RetrySchedule."));
        (await AskAsync("worker.retries", _ => { }, deliveries: 1)).Status.Should().Be(DoctorStatus.Ok);
    }

    [Fact]
    public async Task Retries_that_multiply_are_a_warning()
    {
        (await AskStepAsync("worker.retries", step => step.Retry(9))).Status.Should().Be(DoctorStatus.Ok, "5 deliveries of 10 attempts are 50");
        (await AskStepAsync("worker.retries", step => step.Retry(10))).Should().Be(DoctorResult.Warning(
            "A message of queue 'documents' that keeps failing runs step 'count' 55 times: 5 deliveries of 11 attempts.",
            "Set Steps:count:Retry:MaxRetryAttempts to 1, since the queue repeats as well" + Set));
    }

    [Fact]
    public async Task A_chain_that_is_not_enabled_is_a_warning()
    {
        var off = new DoctorHost { Configuration = Suite.Configure("Chains:pass:Enabled", "false") };

        (await AskChainAsync("chain.enabled", null)).Should().Be(DoctorResult.Ok("1 chain, all enabled."));
        (await off.AskAsync("chain.enabled", builder => builder.AddQueue<Document>("documents").AddChain<Document>("pass", Pass).AddWorker("documents", "pass"))).Should().Be(DoctorResult.Warning(
            "Chain 'pass' is not enabled: nothing is received from 'documents'.", "Set Pipeline:Chains:pass:Enabled to true" + Set));
        (await off.AskAsync("chain.enabled", builder => builder.AddChain<Document>("pass", Pass))).Summary.Should().Be("Chain 'pass' is not enabled: its items are not processed.");
    }

    private static Task<DoctorResult> AskAsync(string check, Action<QueueWorkerOptions> worker, int deliveries = 5) => new DoctorHost().AskAsync(
        check, builder => builder.AddQueue("documents", options => options.MaxDeliveries = deliveries).AddWorker<IdleHandler>("documents", worker));

    private static Task<DoctorResult> AskStepAsync(string check, Action<StepBuilder<Document, int>>? step, Action<QueueWorkerOptions>? worker = null) =>
        new DoctorHost().AskAsync(check, builder => builder
            .AddQueue<Document>("documents").AddStep("count", (Document _, StepContext _, CancellationToken _) => new ValueTask<int>(1), step).AddStepWorker("documents", "count", worker));

    private static Task<DoctorResult> AskChainAsync(string check, Action<ChainBuilder<Document>>? chain, Action<QueueWorkerOptions>? worker = null) =>
        new DoctorHost().AskAsync(check, builder => builder
            .AddQueue<Document>("documents")
            .AddChain<Document>("pass", made =>
            {
                Pass(made);
                chain?.Invoke(made);
            })
            .AddWorker("documents", "pass", worker));

    private static void Pass(ChainBuilder<Document> chain) => chain.Then("pass", (item, _, _) => new(ChainResult.Continue(item)));

    private sealed class IdleHandler : IMessageHandler
    {
        public ValueTask HandleAsync(MessageContext context, CancellationToken cancellationToken) => default;
    }
}
