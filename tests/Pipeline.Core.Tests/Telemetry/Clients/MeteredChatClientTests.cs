using FluentAssertions;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.DependencyInjection;
using Pipeline.Steps;
using Xunit;

namespace Pipeline.Telemetry;

/// <summary>A metered chat client outside of any step: each call has a record of its own.</summary>
public sealed class MeteredChatClientTests
{
    private const string Tags = "gen_ai.operation.name=chat gen_ai.provider.name=openai gen_ai.request.model=big gen_ai.response.model=big-2024-08-06";

    [Fact]
    public async Task A_call_has_a_record_with_what_it_used_and_cost_and_for_whom()
    {
        await using var host = new ClientHost();
        using (CallContext.Use(new CallContext { Tenant = "acme", RequestId = "r-7" }))
        {
            (await host.AskAsync()).Text.Should().Be("because");
        }

        var record = host.Record;
        (record.Step, record.Tenant, record.RequestId, record.Model).Should().Be(("talk", "acme", "r-7", "big-2024-08-06"));
        (record.Outcome, record.Cache, record.Cost, record.PriceTableVersion).Should().Be((CallOutcome.Succeeded, CacheOutcome.NotUsed, 2m, "2030-01"));
        record.Usage.Should().Be(new TokenUsage { UncachedInput = 1_000_000 });
        record.IsValid.Should().BeTrue();
    }

    [Fact]
    public async Task It_measures_tokens_and_duration_by_the_names_of_the_conventions()
    {
        await using var host = new ClientHost();
        host.Provider.Usage = new UsageDetails { InputTokenCount = 100, CachedInputTokenCount = 40, OutputTokenCount = 20, ReasoningTokenCount = 5 };
        host.Provider.Before = () =>
        {
            host.Steps.Clock.Advance(TimeSpan.FromMilliseconds(1_500));
            return Task.CompletedTask;
        };

        using (CallContext.Use(new CallContext { Tenant = "acme" }))
        {
            await host.AskAsync();
        }

        host.Metrics.Of("gen_ai.client.token.usage").Should().Equal((100, $"{Tags} gen_ai.token.type=input"), (20, $"{Tags} gen_ai.token.type=output"));
        host.Metrics.Of("gen_ai.client.operation.duration").Should().Equal((1.5, Tags));
        host.Metrics.Of("pipeline.cost").Should().Equal((0.000305, "pipeline.step=talk gen_ai.request.model=big pipeline.currency=USD"));
        host.Metrics.Measurements.Should().NotContain(m => m.Tags.Contains("acme"), "tenants are in no tag");
    }

    [Fact]
    public async Task What_is_not_known_is_left_out_but_for_the_provider_that_the_conventions_require()
    {
        await using var host = new ClientHost();
        using var unknown = new FakeChatClient { Metadata = null, ResponseModel = null, Usage = null };

        await unknown.UsePipeline(host.Steps.Services).GetResponseAsync("why?");

        host.Metrics.Of("gen_ai.client.operation.duration").Should().Equal((0, "gen_ai.operation.name=chat gen_ai.provider.name=unknown"));
        host.Metrics.Of("gen_ai.client.token.usage").Should().BeEmpty("nothing was said of tokens");
        (host.Record.Step, host.Record.Model, host.Record.Cost, host.Record.Usage).Should().Be(("chat", null, null, default(TokenUsage)));
    }

    [Fact]
    public async Task The_model_that_was_asked_stands_for_one_that_does_not_say_who_it_is()
    {
        await using var host = new ClientHost();
        host.Provider.ResponseModel = null;

        await host.AskAsync("small");

        (host.Record.Model, host.Record.Cost).Should().Be(("small", 0.15m));
    }

    [Fact]
    public async Task A_name_that_cannot_be_stored_is_no_model()
    {
        await using var host = new ClientHost();
        host.Provider.ResponseModel = "a\nb";

        await host.AskAsync("");

        (host.Record.Model, host.Record.Cost).Should().Be((null, null));
    }

    [Fact]
    public async Task What_the_provider_throws_is_recorded_by_its_type_and_comes_through_unchanged()
    {
        await using var host = new ClientHost();
        var failure = new FormatException("secret");
        host.Provider.Failure = failure;

        (await FluentActions.Awaiting(() => host.AskAsync()).Should().ThrowAsync<FormatException>()).Which.Should().BeSameAs(failure);

        (host.Record.Outcome, host.Record.ErrorType, host.Record.Cost).Should().Be((CallOutcome.Failed, "FormatException", null));
        host.Metrics.Of("gen_ai.client.operation.duration").Should().Equal(
            (0, "gen_ai.operation.name=chat gen_ai.provider.name=openai gen_ai.request.model=big error.type=System.FormatException"));
    }

    [Fact]
    public async Task What_the_caller_cancels_is_recorded_as_cancelled()
    {
        await using var host = new ClientHost();

        await FluentActions.Awaiting(() => host.AskAsync(cancellationToken: new CancellationToken(canceled: true))).Should().ThrowAsync<OperationCanceledException>();

        host.Record.Outcome.Should().Be(CallOutcome.Canceled);
    }

    [Fact]
    public async Task A_stream_is_metered_when_it_ends_with_the_sum_of_what_was_said_on_the_way()
    {
        await using var host = new ClientHost();
        host.Provider.StreamedUsage = [new() { InputTokenCount = 100, OutputTokenCount = 1 }, null, new() { OutputTokenCount = 9 }];

        await foreach (var _ in host.Client.GetStreamingResponseAsync("why?"))
        {
            host.Records.Should().BeEmpty("the stream has not ended");
        }

        host.Record.Usage.Should().Be(new TokenUsage { UncachedInput = 100, Output = 10 });
        (host.Record.Outcome, host.Record.Cost, host.Record.Model).Should().Be((CallOutcome.Succeeded, 0.00028m, "big-2024-08-06"));
        host.Metrics.Of("gen_ai.client.token.usage").Should().Equal((100, $"{Tags} gen_ai.token.type=input"), (10, $"{Tags} gen_ai.token.type=output"));
    }

    [Fact]
    public async Task A_stream_that_is_left_early_is_metered_with_what_was_said_until_then()
    {
        await using var host = new ClientHost();
        host.Provider.StreamedUsage = [new() { InputTokenCount = 100 }, new() { OutputTokenCount = 9 }];

        await host.StreamAsync(most: 1);

        (host.Record.Outcome, host.Record.Usage.Total).Should().Be((CallOutcome.Succeeded, 100L));
    }

    [Fact]
    public async Task A_stream_that_is_cancelled_is_metered_as_cancelled()
    {
        await using var host = new ClientHost();
        using var caller = new CancellationTokenSource();
        host.Provider.StreamedUsage = [new() { InputTokenCount = 100 }, new() { OutputTokenCount = 9 }];
        var updates = 0;
        host.Provider.Before = () => updates++ == 1 ? caller.CancelAsync() : Task.CompletedTask;

        await FluentActions.Awaiting(() => host.StreamAsync(cancellationToken: caller.Token)).Should().ThrowAsync<OperationCanceledException>();

        (host.Record.Outcome, host.Record.Usage.Total).Should().Be((CallOutcome.Canceled, 100L));
    }

    [Fact]
    public async Task A_stream_that_fails_is_metered_with_what_was_said_until_then_also_where_its_disposal_fails()
    {
        await using var host = new ClientHost();
        host.Provider.Failure = new FormatException();
        await FluentActions.Awaiting(() => host.StreamAsync()).Should().ThrowAsync<FormatException>();
        host.Provider.Failure = null;
        host.Provider.DisposalFailure = new TimeoutException();
        await FluentActions.Awaiting(() => host.StreamAsync(most: 1)).Should().ThrowAsync<TimeoutException>();

        host.Records.Select(r => (r.Outcome, r.ErrorType, r.Usage.Total)).Should().Equal(
            (CallOutcome.Failed, "FormatException", 1_000_000L), (CallOutcome.TimedOut, "TimeoutException", 0L));
    }

    [Fact]
    public async Task A_stream_that_nobody_enumerates_is_no_call()
    {
        await using var host = new ClientHost();

        _ = host.Client.GetStreamingResponseAsync("why?");

        host.Records.Should().BeEmpty();
    }

    [Fact]
    public async Task The_client_inside_is_found_and_disposed()
    {
        await using var host = new ClientHost();

        host.Client.GetService<ChatClientMetadata>().Should().BeSameAs(host.Provider.Metadata);
        host.Client.Dispose();

        host.Provider.IsDisposed.Should().BeTrue();
    }

    [Fact]
    public async Task Bad_input_is_told_at_once()
    {
        await using var host = new ClientHost();
        await using var empty = new ServiceCollection().BuildServiceProvider();

        FluentActions.Invoking(() => ((IChatClient)null!).UsePipeline(host.Steps.Services)).Should().Throw<ArgumentNullException>();
        FluentActions.Invoking(() => host.Provider.UsePipeline(null!)).Should().Throw<ArgumentNullException>();
        FluentActions.Invoking(() => host.Provider.UsePipeline(host.Steps.Services, "")).Should().Throw<ArgumentException>().WithParameterName("name");
        FluentActions.Invoking(() => host.Provider.UsePipeline(host.Steps.Services, "a", null!)).Should().Throw<ArgumentNullException>();
        FluentActions.Invoking(() => host.Provider.UsePipeline(host.Steps.Services, "a", "other")).Should().Throw<InvalidOperationException>();
        FluentActions.Invoking(() => host.Provider.UsePipeline(empty)).Should().Throw<InvalidOperationException>();
        FluentActions.Invoking(() => host.Client.UsePipeline(host.Steps.Services)).Should().Throw<InvalidOperationException>().WithMessage("*metered already*");
    }
}
