using FluentAssertions;
using Microsoft.Extensions.Logging;
using Xunit;

namespace Pipeline.Steps;

public sealed class StepLogTests : IDisposable
{
    private static readonly CallContext Call = new() { Tenant = "acme", RequestId = "r-1" };

    private readonly StepHost _host = new();

    [Fact]
    public async Task Each_call_of_a_step_is_one_event()
    {
        var step = _host.Step<string, string>((input, context, _) =>
        {
            context.Model = "m";
            return new(input);
        });

        await step.RunAsync("payload", Call);

        var (id, level, text) = _host.Logs.Entries.Should().ContainSingle().Subject;
        (id, level).Should().Be((1004, LogLevel.Information));
        text.Should().StartWith("Step 'answer' succeeded in ").And.Contain("model m").And.Contain("tenant acme").And.Contain("request r-1").And.NotContain("payload");
    }

    [Fact]
    public async Task A_failure_is_told_by_its_type_and_whoever_handles_it_learns_the_step()
    {
        var step = _host.Step<string, string>((_, _, _) => throw new FormatException("payload"));

        var error = (await step.Invoking(s => s.RunAsync("x", Call).AsTask()).Should().ThrowAsync<FormatException>()).Which;

        _host.Logs.Entries.Should().ContainSingle().Which.Text.Should().Contain("failed").And.Contain("error FormatException").And.NotContain("payload");
        StepFailure.StepOf(error).Should().Be("answer");
        StepFailure.StepOf(new InvalidOperationException("Outer.", error)).Should().Be("answer");
        StepFailure.StepOf(new FormatException()).Should().BeNull();
    }

    [Fact]
    public async Task A_stream_is_one_event_when_it_ends()
    {
        var step = _host.StreamingStep<string, int>((_, _, _) => Count());

        (await step.RunAsync("x", Call).ToListAsync()).Should().Equal(1, 2);

        _host.Logs.Entries.Should().ContainSingle().Which.Id.Should().Be(1004);
    }

    [Fact]
    public async Task Each_step_of_a_chain_is_one_event_with_the_message_it_ran_for()
    {
        var message = Guid.NewGuid();
        var chain = _host.Chain<string>(chain => chain
            .Then("first", (item, _, _) => new(ChainResult.Continue(item)))
            .Then("second", (_, _, _) => throw new FormatException("payload")));

        await chain.RunAsync("x", new ChainRunOptions { Call = Call, MessageId = message });

        _host.Logs.Entries.Select(e => e.Id).Should().Equal(1102, 1102);
        _host.Logs.Entries.Select(e => e.Text).Should().SatisfyRespectively(
            text => text.Should().Contain("'first'").And.Contain("succeeded").And.Contain(message.ToString()).And.Contain("request r-1"),
            text => text.Should().Contain("'second'").And.Contain("failed").And.Contain("FormatException").And.NotContain("payload"));
    }

    public void Dispose() => _host.Dispose();

    private static async IAsyncEnumerable<int> Count()
    {
        yield return 1;
        await Task.Yield();
        yield return 2;
    }
}
