using FluentAssertions;
using Microsoft.Extensions.DependencyInjection;
using Pipeline.Caching;
using Pipeline.DependencyInjection;
using Pipeline.Steps;
using Xunit;

namespace Pipeline.Diagnostics;

public sealed class StepCheckTests
{
    private const string Set = ", in the configuration or where the code sets it.";

    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);

    [Fact]
    public async Task A_step_without_a_timeout_is_a_warning_and_worse_where_callers_share_a_run()
    {
        const string Mend = "Set Steps:answer:TotalTimeout to the longest that a caller waits, for instance 00:00:30" + Set;

        (await AskAsync("step.timeout", null)).Should().Be(DoctorResult.Warning("Step 'answer' has no time-out: a call that hangs holds its caller for good.", Mend));
        (await AskAsync("step.timeout", step => step.Cache(Second))).Should().Be(DoctorResult.Warning(
            "Step 'answer' has no time-out: a call that hangs holds every caller who asks for the same answer, for good.", Mend));
    }

    [Fact]
    public async Task Any_timeout_of_a_step_will_do()
    {
        var well = DoctorResult.Ok("1 step, each with a time-out.");

        (await AskAsync("step.timeout", step => step.Timeout(total: Second))).Should().Be(well);
        (await AskAsync("step.timeout", step => step.Timeout(attempt: Second))).Should().Be(well);
        (await AskAsync("step.timeout", step => step.ModelTimeout("large", Second).Model(_ => "large"))).Should().Be(well);
        (await AskAsync("step.timeout", step => step.Resilience(Polly.ResiliencePipeline.Empty))).Should().Be(well);
    }

    [Fact]
    public async Task Timeouts_by_model_that_never_apply_are_a_warning()
    {
        (await AskAsync("step.timeout", step => step.Timeout(total: Second).ModelTimeout("large", Second))).Should().Be(DoctorResult.Warning(
            "Step 'answer' has time-outs by model, but nothing says which model a call asks, so that none of them applies.",
            "Add .Model(input => …) to the step, or remove Steps:answer:ModelTimeouts."));
        (await AskAsync("step.timeout", step => step.ModelTimeout("large", Second))).Summary.Should().Contain("none of them applies").And.Contain("no time-out");
    }

    [Fact]
    public async Task The_settings_of_streaming_steps_count_too()
    {
        var result = await new DoctorHost().AskAsync("step.timeout", builder => builder.AddStreamingStep<string, string, NullStream>("stream"));

        result.Summary.Should().StartWith("Step 'stream' has no time-out");
    }

    [Fact]
    public async Task Retries_that_fit_into_the_total_timeout_are_well()
    {
        // 3 attempts of 10 s, and delays of 1 s and 2 s.
        (await AskAsync("step.retry", step => step.Retry(2, Second).Timeout(Second * 33, Second * 10))).Should().Be(
            DoctorResult.Ok("1 step with retries, which fit within their time-outs."));
        (await AskAsync("step.retry", step => step.Retry(2, Second))).Status.Should().Be(DoctorStatus.Ok, "there is no total time-out to exceed");
        (await AskAsync("step.retry", null)).Should().Be(DoctorResult.Ok("0 steps with retries, which fit within their time-outs."));
    }

    [Fact]
    public async Task Retries_that_do_not_fit_into_the_total_timeout_are_a_warning()
    {
        (await AskAsync("step.retry", step => step.Retry(2, Second).Timeout(Second * 32.9, Second * 10))).Should().Be(DoctorResult.Warning(
            "Step 'answer' needs 00:00:33 for 3 attempts of 00:00:10 and the delays between them, but its TotalTimeout is 00:00:32.9000000: the last attempts may never come.",
            "Raise Steps:answer:TotalTimeout to 00:00:33 or more, or lower AttemptTimeout or Retry:MaxRetryAttempts."));
        (await AskAsync("step.retry", step => step.Retry(2, Second).Timeout(Second * 30))).Should().Be(DoctorResult.Warning(
            "Step 'answer' has retries and a TotalTimeout of 00:00:30, but no AttemptTimeout: an attempt that hangs uses all of it, and none follows.",
            "Set Steps:answer:AttemptTimeout to less than 00:00:10" + Set));
    }

    [Fact]
    public async Task Retries_without_jitter_are_a_warning() =>
        (await AskAsync("step.retry", step => step.Retry(2, useJitter: false))).Should().Be(DoctorResult.Warning(
            "Step 'answer' retries without jitter: callers who failed together come back together.", "Set Steps:answer:Retry:UseJitter to true" + Set));

    [Theory]
    [InlineData(1, 1, 30, 1)]
    [InlineData(4, 1, 30, 15)]
    [InlineData(4, 1, 3, 9)]
    [InlineData(100, 3600, 3600, 360_000)]
    [InlineData(100, 0, 0, 0)]
    public void Delays_double_up_to_the_longest(int retries, int delay, int longest, int sum) =>
        StepRetryCheck.DelaysOf(new StepRetryOptions { MaxRetryAttempts = retries, Delay = Second * delay, MaxDelay = Second * longest }).Should().Be(Second * sum);

    [Fact]
    public async Task An_answer_that_outlives_the_process_without_a_version_is_a_warning()
    {
        (await AskAsync("step.version", step => step.Cache(Second), OnBackend)).Should().Be(DoctorResult.Warning(
            "1 step cached on a backend without a version: 'answer'. A changed step goes on giving the answers of the old one until they expire.",
            "Add .Version(\"1\") to the step, and raise it with each change of its prompt, model settings or code."));
        (await AskAsync("step.version", step => step.Cache(Second).Version("1"), OnBackend)).Should().Be(DoctorResult.Ok("1 step cached, 1 with a version; the cache outlives the process."));
        (await AskAsync("step.version", step => step.Cache(Second))).Should().Be(DoctorResult.Ok("1 step cached, 0 with a version; the cache ends with the process."));
        (await AskAsync("step.version", null, OnBackend)).Status.Should().Be(DoctorStatus.Ok);
    }

    private static Task<DoctorResult> AskAsync(string check, Action<StepBuilder<string, string>>? step, Action<IPipelineBuilder>? more = null) =>
        new DoctorHost().AskAsync(check, builder =>
        {
            builder.AddStep("answer", (string input, StepContext _, CancellationToken _) => new ValueTask<string>(input), step);
            more?.Invoke(builder);
        });

    private static void OnBackend(IPipelineBuilder builder) =>
        builder.SetRole<ICacheBackend>("UseBackend", services => new InMemoryCacheBackend(new CacheMemoryOptions(), services.GetRequiredService<TimeProvider>()));

    private sealed class NullStream : IStreamingStep<string, string>
    {
        public IAsyncEnumerable<string> ExecuteAsync(string input, StepContext context, CancellationToken cancellationToken) => AsyncEnumerable.Empty<string>();
    }
}
