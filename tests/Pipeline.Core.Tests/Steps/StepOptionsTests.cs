using FluentAssertions;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Options;
using Polly;
using Xunit;

namespace Pipeline.Steps;

public sealed class StepOptionsTests : IDisposable
{
    private readonly StepHost _host = new();

    public static TheoryData<string, Action<StepOptions>> OutOfRange => new()
    {
        { "TotalTimeout is 00:00:00.*from 00:00:00.0100000 to 1.00:00:00", o => o.TotalTimeout = TimeSpan.Zero },
        { "TotalTimeout is 1.00:00:00.0000001*", o => o.TotalTimeout = TimeSpan.FromHours(24) + TimeSpan.FromTicks(1) },
        { "AttemptTimeout is -00:00:01*", o => o.AttemptTimeout = TimeSpan.FromSeconds(-1) },
        {
            "AttemptTimeout is 00:00:02, which is longer than TotalTimeout, 00:00:01*",
            o => (o.TotalTimeout, o.AttemptTimeout) = (TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(2))
        },
        { "ModelTimeouts:big is 00:00:00*", o => o.ModelTimeouts["big"] = TimeSpan.Zero },
        { "ModelTimeouts: The name is empty*", o => o.ModelTimeouts[""] = TimeSpan.FromSeconds(1) },
        { "ModelTimeouts is null*", o => o.ModelTimeouts = null! },
        { "Retry:MaxRetryAttempts is 0. Give a value from 1 to 100.", o => o.Retry = new() { MaxRetryAttempts = 0 } },
        { "Retry:MaxRetryAttempts is 101*", o => o.Retry = new() { MaxRetryAttempts = 101 } },
        { "Retry:Delay is -00:00:01*", o => o.Retry = new() { Delay = TimeSpan.FromSeconds(-1) } },
        { "Retry:Delay is 01:00:01*", o => o.Retry = new() { Delay = TimeSpan.FromSeconds(3601) } },
        { "Retry:MaxDelay is 01:00:01*", o => o.Retry = new() { MaxDelay = TimeSpan.FromSeconds(3601) } },
        { "Retry:Delay is 00:01:00, which is longer than Retry:MaxDelay*", o => o.Retry = new() { Delay = TimeSpan.FromMinutes(1) } },
        { "CircuitBreaker:FailureRatio is 0.*", o => o.CircuitBreaker = new() { FailureRatio = 0 } },
        { "CircuitBreaker:FailureRatio is 1.1*", o => o.CircuitBreaker = new() { FailureRatio = 1.1 } },
        { "CircuitBreaker:FailureRatio is NaN*", o => o.CircuitBreaker = new() { FailureRatio = double.NaN } },
        { "CircuitBreaker:MinimumThroughput is 1. Give a value from 2*", o => o.CircuitBreaker = new() { MinimumThroughput = 1 } },
        { "CircuitBreaker:SamplingDuration is 00:00:00.4*", o => o.CircuitBreaker = new() { SamplingDuration = TimeSpan.FromMilliseconds(400) } },
        { "CircuitBreaker:BreakDuration is 2.00:00:00*", o => o.CircuitBreaker = new() { BreakDuration = TimeSpan.FromDays(2) } },
        { "MaxConcurrency is 0. Give a value from 1 to 100000 calls.", o => o.MaxConcurrency = 0 },
        { "MaxConcurrency is 100001*", o => o.MaxConcurrency = 100_001 },
        { "MaxQueued is -1. Give a value from 0 to 1000000 calls.", o => o.MaxQueued = -1 },
        { "MaxQueued is 1000001*", o => o.MaxQueued = 1_000_001 },
    };

    public void Dispose() => _host.Dispose();

    [Theory]
    [MemberData(nameof(OutOfRange))]
    public void A_value_out_of_range_stops_the_runner_from_being_made_and_is_named_with_its_range(string problem, Action<StepOptions> spoil)
    {
        var options = new StepOptions();
        spoil(options);

        FluentActions.Invoking(() => Make(options: options)).Should().Throw<OptionsValidationException>().WithMessage($"*Step 'answer': {problem}*");
    }

    [Fact]
    public void Every_problem_is_told_at_once()
    {
        var options = new StepOptions { TotalTimeout = TimeSpan.Zero, MaxConcurrency = 0, MaxQueued = -1 };
        new StepOptionsValidator().Validate("answer", options).Failures.Should().HaveCount(3);
    }

    [Fact]
    public void The_defaults_and_the_bounds_themselves_are_valid()
    {
        var validator = new StepOptionsValidator();
        validator.Validate("answer", new StepOptions()).Succeeded.Should().BeTrue();
        validator.Validate("answer", new StepOptions { Retry = new(), CircuitBreaker = new() }).Succeeded.Should().BeTrue();
        validator.Validate("answer", new StepOptions
        {
            TotalTimeout = TimeSpan.FromHours(24),
            AttemptTimeout = TimeSpan.FromMilliseconds(10),
            MaxConcurrency = 100_000,
            MaxQueued = 0,
            Retry = new() { MaxRetryAttempts = 100, Delay = TimeSpan.Zero, MaxDelay = TimeSpan.Zero },
            CircuitBreaker = new() { FailureRatio = 1, MinimumThroughput = 2 },
        }).Succeeded.Should().BeTrue();
    }

    [Fact]
    public void What_is_valid_for_us_is_valid_for_Polly_at_every_bound()
    {
        foreach (var bound in new[] { TimeSpan.FromMilliseconds(10), TimeSpan.FromHours(24) })
        {
            Make(options: new StepOptions
            {
                TotalTimeout = bound,
                AttemptTimeout = bound,
                Retry = new() { MaxRetryAttempts = 100, Delay = TimeSpan.FromHours(1), MaxDelay = TimeSpan.FromHours(1) },
                CircuitBreaker = new()
                {
                    FailureRatio = 0.000_001,
                    MinimumThroughput = int.MaxValue,
                    SamplingDuration = TimeSpan.FromHours(24),
                    BreakDuration = TimeSpan.FromMilliseconds(500),
                },
            });
        }
    }

    [Fact]
    public void The_configuration_binds_to_every_option_and_the_code_wins()
    {
        var configuration = new ConfigurationBuilder().AddInMemoryCollection(new Dictionary<string, string?>(StringComparer.Ordinal)
        {
            ["TotalTimeout"] = "00:01:00",
            ["AttemptTimeout"] = "00:00:20",
            ["ModelTimeouts:slow"] = "00:05:00",
            ["Retry:MaxRetryAttempts"] = "7",
            ["Retry:Delay"] = "00:00:01",
            ["CircuitBreaker:FailureRatio"] = "0.25",
            ["MaxConcurrency"] = "8",
            ["MaxQueued"] = "9",
        }).Build();
        var options = new StepOptions();
        configuration.Bind(options);

        new StepBuilder<int, int>("answer")
            .Timeout(total: TimeSpan.FromSeconds(30))
            .ModelTimeout("big", TimeSpan.FromMinutes(2))
            .Retry(3)
            .CircuitBreaker(minimumThroughput: 5)
            .Concurrency(2)
            .Configure(options);

        options.Should().BeEquivalentTo(new StepOptions
        {
            TotalTimeout = TimeSpan.FromSeconds(30),
            AttemptTimeout = TimeSpan.FromSeconds(20),
            ModelTimeouts = new Dictionary<string, TimeSpan>(StringComparer.Ordinal)
            {
                ["slow"] = TimeSpan.FromMinutes(5), ["big"] = TimeSpan.FromMinutes(2),
            },
            Retry = new() { MaxRetryAttempts = 3, Delay = TimeSpan.FromSeconds(1) },
            CircuitBreaker = new() { FailureRatio = 0.25, MinimumThroughput = 5 },
            MaxConcurrency = 2,
            MaxQueued = 9,
        });
    }

    [Fact]
    public async Task Options_are_copied_when_the_runner_is_made()
    {
        var options = new StepOptions
        {
            TotalTimeout = TimeSpan.FromSeconds(10),
            ModelTimeouts = { ["big"] = TimeSpan.FromSeconds(20) },
            Retry = new() { MaxRetryAttempts = 2, Delay = TimeSpan.Zero },
        };
        var attempts = 0;
        var runner = _host.Step<string, int>(
            (_, _, token) =>
            {
                _host.Clock.Advance(TimeSpan.FromSeconds(2));
                token.IsCancellationRequested.Should().BeFalse();
                attempts++;
                throw new FormatException();
            },
            step => step.Model(model => model),
            options);
        options.TotalTimeout = options.ModelTimeouts["big"] = options.ModelTimeouts["other"] = TimeSpan.FromSeconds(1);
        options.Retry.MaxRetryAttempts = 50;

        foreach (var model in new[] { "big", "other" })
        {
            attempts = 0;
            await FluentActions.Awaiting(() => runner.RunAsync(model).AsTask()).Should().ThrowAsync<FormatException>();
            attempts.Should().Be(3);
        }
    }

    [Fact]
    public async Task A_pipeline_of_ones_own_stands_in_for_all_that_the_configuration_asks()
    {
        var attempts = 0;
        var own = new ResiliencePipelineBuilder { TimeProvider = _host.Clock }
            .AddRetry(new() { MaxRetryAttempts = 1, Delay = TimeSpan.Zero })
            .AddTimeout(TimeSpan.FromSeconds(1))
            .Build();
        var started = new SemaphoreSlim(0);
        var runner = _host.Step<int, int>(
            async (_, _, _) =>
            {
                attempts++;
                started.Release();
                await Task.Delay(Timeout.InfiniteTimeSpan, CancellationToken.None);
                return 0;
            },
            step => step.Resilience(own),
            new StepOptions { Retry = new() { MaxRetryAttempts = 50 } });

        var run = runner.RunAsync(0).AsTask();
        for (var i = 0; i < 2; i++)
        {
            await started.WaitAsync();
            _host.Clock.Advance(TimeSpan.FromSeconds(1));
        }

        (await FluentActions.Awaiting(() => run).Should().ThrowAsync<StepTimeoutException>()).Which.Timeout.Should().Be(TimeSpan.FromSeconds(1));
        attempts.Should().Be(2);
    }

    [Fact]
    public void A_pipeline_of_ones_own_beside_parts_of_ours_is_an_error()
    {
        FluentActions.Invoking(() => Make(step => step.Resilience(ResiliencePipeline.Empty).Retry(3)))
            .Should().Throw<InvalidOperationException>().WithMessage("Step 'answer' has a resilience pipeline of its own*Put these into the pipeline*");
    }

    [Fact]
    public void Bad_names_and_nulls_are_refused_where_they_are_given()
    {
        FluentActions.Invoking(() => new StepBuilder<int, int>("")).Should().Throw<ArgumentException>();
        FluentActions.Invoking(() => new StepBuilder<int, int>("a\tb")).Should().Throw<ArgumentException>();
        var step = new StepBuilder<int, int>("answer");
        step.Invoking(s => s.Version("")).Should().Throw<ArgumentException>();
        step.Invoking(s => s.ModelTimeout("", TimeSpan.FromSeconds(1))).Should().Throw<ArgumentException>();
        step.Invoking(s => s.Validate(null!)).Should().Throw<ArgumentNullException>();
        step.Invoking(s => s.Model(null!)).Should().Throw<ArgumentNullException>();
        step.Invoking(s => s.Stage(null!)).Should().Throw<ArgumentNullException>();
        step.Invoking(s => s.Resilience(null!)).Should().Throw<ArgumentNullException>();
    }

    private void Make(Action<StepBuilder<int, int>>? configure = null, StepOptions? options = null) =>
        _host.Step((input, _, _) => ValueTask.FromResult(input), configure, options);
}
