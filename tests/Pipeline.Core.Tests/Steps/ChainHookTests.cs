using System.Collections.Concurrent;
using FluentAssertions;
using Microsoft.Extensions.DependencyInjection;
using Pipeline.Queues;
using Pipeline.RateLimiting;
using Xunit;

namespace Pipeline.Steps;

public sealed class ChainHookTests : IDisposable
{
    private readonly StepHost _host = new();
    private readonly HookScript _script = new();

    public void Dispose() => _host.Dispose();

    [Fact]
    public async Task Hooks_run_around_each_step_the_last_one_closest_to_it()
    {
        using var chain = Chain();

        (await chain.RunAsync("")).Item.Should().Be("ab");

        _script.Seen.Should().Equal(
            "Outer before a", "Inner before a", "Inner after a", "Outer after a",
            "Outer before b", "Inner before b", "Inner after b", "Outer after b");
    }

    [Theory]
    [InlineData("Inner before b")]
    [InlineData("Outer after b")]
    public async Task A_hook_that_throws_fails_the_item_as_its_step_would_and_the_error_names_hook_and_step(string moment)
    {
        _script.FailAt = (moment, new FormatException("bad"));
        using var chain = Chain();

        var outcome = await chain.RunAsync("");

        outcome.FailedStep.Should().Be("b");
        outcome.ResumeStep.Should().Be("b");
        outcome.Item.Should().Be("a");
        outcome.CanRetry.Should().BeTrue();
        var error = outcome.Error.Should().BeOfType<ChainHookException>().Subject;
        error.Hook.Should().Be(moment.Split(' ')[0]);
        error.Step.Should().Be("b");
        error.InnerException.Should().BeSameAs(_script.FailAt.Failure);
        error.Message.Should().Be($"Hook '{error.Hook}' failed at step 'b' with FormatException: bad");
    }

    [Fact]
    public async Task What_a_hook_calls_unprocessable_is_and_its_error_names_hook_and_step_too()
    {
        _script.FailAt = ("Outer before a", new UnprocessableMessageException("too old"));
        using var chain = Chain();

        var outcome = await chain.RunAsync("");

        outcome.CanRetry.Should().BeFalse();
        outcome.Error.Should().BeOfType<UnprocessableMessageException>().Which.Message.Should().Be("Hook 'Outer' at step 'a': too old");
    }

    [Fact]
    public async Task A_rate_limit_that_refuses_in_a_hook_defers_the_item()
    {
        var refusal = new RateLimitRejectedException(default);
        _script.FailAt = ("Outer before a", refusal);
        using var chain = Chain();

        (await chain.RunAsync("")).RateLimitRejection.Should().BeSameAs(refusal);
    }

    [Fact]
    public async Task After_a_step_that_threw_no_hook_runs()
    {
        using var chain = _host.Chain<string>(
            c => c.Hook<Outer>().Then("a", (_, _, _) => throw new FormatException()), register: s => s.AddSingleton(_script));

        (await chain.RunAsync("")).Error.Should().BeOfType<FormatException>();

        _script.Seen.Should().Equal("Outer before a");
    }

    [Fact]
    public async Task A_hook_may_leave_out_either_part()
    {
        using var chain = _host.Chain<string>(c => c.Hook<Idle>().Append("a"));

        (await chain.RunAsync("")).Item.Should().Be("a");
    }

    private Chain<string> Chain() => _host.Chain<string>(
        c => c.Hook<Outer>().Hook<Inner>().Append("a").Append("b"), register: s => s.AddSingleton(_script));

    internal sealed class HookScript
    {
        public ConcurrentQueue<string> Seen { get; } = new();

        public (string Moment, Exception Failure) FailAt { get; set; } = ("", new FormatException());

        public ValueTask At(string moment)
        {
            Seen.Enqueue(moment);
            return string.Equals(moment, FailAt.Moment, StringComparison.Ordinal) ? throw FailAt.Failure : default;
        }
    }

    private sealed class Outer(HookScript script) : IChainHook<string>
    {
        public ValueTask BeforeStepAsync(string item, ChainContext context, CancellationToken cancellationToken) =>
            script.At($"Outer before {context.StepName}");

        public ValueTask AfterStepAsync(ChainResult<string> result, ChainContext context, CancellationToken cancellationToken) =>
            script.At($"Outer after {context.StepName}");
    }

    private sealed class Inner(HookScript script) : IChainHook<string>
    {
        public ValueTask BeforeStepAsync(string item, ChainContext context, CancellationToken cancellationToken) =>
            script.At($"Inner before {context.StepName}");

        public ValueTask AfterStepAsync(ChainResult<string> result, ChainContext context, CancellationToken cancellationToken) =>
            script.At($"Inner after {context.StepName}");
    }

    private sealed class Idle : IChainHook<string>;
}
