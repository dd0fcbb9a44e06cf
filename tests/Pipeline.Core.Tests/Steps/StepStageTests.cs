using System.Collections.Concurrent;
using FluentAssertions;
using Xunit;

namespace Pipeline.Steps;

public sealed class StepStageTests : IDisposable
{
    private readonly StepHost _host = new();
    private readonly ConcurrentQueue<string> _seen = new();

    public void Dispose() => _host.Dispose();

    [Fact]
    public async Task Stages_run_in_the_order_of_the_contract_and_unwind_in_reverse()
    {
        var runner = _host.Step<int, int>(
            (input, _, _) =>
            {
                _seen.Enqueue("step");
                return ValueTask.FromResult(input);
            },
            step => step
                .Stage(_ => Stage(StepStageOrder.Settlement))
                .Stage(_ => Stage(StepStageOrder.Cache))
                .Stage(_ => Stage(StepStageOrder.Record))
                .Stage(_ => Stage(StepStageOrder.Recall))
                .Stage(_ => Stage(StepStageOrder.SemanticCache))
                .Stage(_ => Stage(StepStageOrder.RateLimit))
                .Validate(_ =>
                {
                    _seen.Enqueue("validate");
                    return null;
                })
                .Retry(1, TimeSpan.Zero, when: _ => false));

        await runner.RunAsync(1);

        _seen.Should().Equal(
            "+Record", "validate", "+RateLimit", "+Cache", "+SemanticCache", "+Recall", "+Settlement", "step",
            "-Settlement", "-Recall", "-SemanticCache", "-Cache", "-RateLimit", "-Record");
    }

    [Fact]
    public async Task Stages_of_equal_order_keep_the_order_of_their_registration()
    {
        var runner = _host.Step<int, int>(
            (input, _, _) => ValueTask.FromResult(input),
            step => step.Stage(_ => Stage(StepStageOrder.Cache, "a")).Stage(_ => Stage(StepStageOrder.Cache, "b")));

        await runner.RunAsync(1);

        _seen.Should().Equal("+a", "+b", "-b", "-a");
    }

    [Fact]
    public async Task A_stage_that_answers_keeps_the_step_from_running_and_the_result_has_no_attempt()
    {
        var runner = _host.Step<int, int>(
            (_, _, _) => throw new InvalidOperationException("must not run"),
            step => step.Stage(_ => new FuncStage<int, int>(StepStageOrder.Cache, (input, _, _, _) => ValueTask.FromResult(input * 2))));

        var result = await runner.RunAsync(21);

        result.Value.Should().Be(42);
        result.Attempts.Should().Be(0);
    }

    [Fact]
    public async Task Stages_are_made_once()
    {
        var made = 0;
        var runner = _host.Step<int, int>(
            (input, _, _) => ValueTask.FromResult(input),
            step => step.Stage(_ =>
            {
                made++;
                return Stage(StepStageOrder.Cache);
            }));

        await runner.RunAsync(1);
        await runner.RunAsync(2);

        made.Should().Be(1);
    }

    [Fact]
    public async Task Invalid_input_is_refused_before_anything_else_runs()
    {
        var runner = _host.Step<string, int>(
            (_, _, _) => throw new InvalidOperationException("must not run"),
            step => step
                .Validate(q => q.Length > 0 ? null : "the question is empty. Ask something.")
                .Validate(q => q.Length < 5 ? null : $"the question is {q.Length} characters long. Give at most 4.")
                .Stage(_ => new FuncStage<string, int>(StepStageOrder.RateLimit, (_, _, _, _) => throw new InvalidOperationException("must not run"))));

        var empty = await FluentActions.Awaiting(() => runner.RunAsync("").AsTask()).Should().ThrowAsync<StepRejectedException>();
        var tooLong = await FluentActions.Awaiting(() => runner.RunAsync("secret").AsTask()).Should().ThrowAsync<StepRejectedException>();

        empty.Which.Reason.Should().Be(StepRejectionReason.InvalidInput);
        empty.Which.Step.Should().Be("answer");
        empty.Which.Message.Should().Be("Step 'answer' refused the call: the question is empty. Ask something.");
        tooLong.Which.Message.Should().Contain("Give at most 4").And.NotContain("secret");
    }

    private FuncStage<int, int> Stage(StepStageOrder order, string? name = null) => new(order, async (input, context, next, token) =>
    {
        _seen.Enqueue($"+{name ?? order.ToString()}");
        var value = await next(input, context, token);
        _seen.Enqueue($"-{name ?? order.ToString()}");
        return value;
    });
}
