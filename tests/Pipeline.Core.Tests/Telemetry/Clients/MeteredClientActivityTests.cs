using System.Collections.Concurrent;
using System.Diagnostics;
using FluentAssertions;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.DependencyInjection;
using Pipeline.Steps;
using Xunit;

namespace Pipeline.Telemetry;

/// <summary>The spans of calls of models. Runs alone: what listens here would hear the calls of other tests.</summary>
[Collection(nameof(StepAllocationTests))]
public sealed class MeteredClientActivityTests : IDisposable
{
    private static readonly string[] Stopped = ["stop"];

    private readonly ConcurrentQueue<Activity> _ended = new();
    private readonly ActivityListener _listener;

    public MeteredClientActivityTests()
    {
        _listener = new ActivityListener
        {
            ShouldListenTo = source => string.Equals(source.Name, "Pipeline", StringComparison.Ordinal),
            Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllData,
            ActivityStopped = _ended.Enqueue,
        };
        ActivitySource.AddActivityListener(_listener);
    }

    public void Dispose() => _listener.Dispose();

    [Fact]
    public async Task A_call_is_a_client_span_within_its_steps_with_the_attributes_of_the_conventions()
    {
        await using var host = new ClientHost((suite, host) => suite.AddStep<string, string>("answer", async (_, _, token) =>
        {
            var response = await host.Client.GetResponseAsync(
                "why?", new ChatOptions { MaxOutputTokens = 7, Temperature = 0.5f, TopP = 0.25f }, token);
            return response.Text;
        }));
        host.Provider.Usage = new UsageDetails { InputTokenCount = 100, CachedInputTokenCount = 40, OutputTokenCount = 20 };

        await host.Steps.Runner<string, string>().RunAsync("why?");

        var (call, step) = (_ended.First(), _ended.Last());
        (call.DisplayName, call.Kind, call.ParentSpanId, call.Status).Should().Be(("chat big", ActivityKind.Client, step.SpanId, ActivityStatusCode.Unset));
        step.DisplayName.Should().Be("step answer");
        call.TagObjects.Should().BeEquivalentTo(new Dictionary<string, object?>(StringComparer.Ordinal)
        {
            ["gen_ai.operation.name"] = "chat",
            ["gen_ai.provider.name"] = "openai",
            ["gen_ai.request.model"] = "big",
            ["gen_ai.request.max_tokens"] = 7,
            ["gen_ai.request.temperature"] = 0.5f,
            ["gen_ai.request.top_p"] = 0.25f,
            ["gen_ai.response.model"] = "big-2024-08-06",
            ["gen_ai.response.id"] = "r-1",
            ["gen_ai.response.finish_reasons"] = Stopped,
            ["gen_ai.usage.input_tokens"] = 100L,
            ["gen_ai.usage.output_tokens"] = 20L,
            ["gen_ai.usage.cache_read.input_tokens"] = 40L,
            ["gen_ai.usage.cache_creation.input_tokens"] = 0L,
            ["server.address"] = "example.com",
            ["server.port"] = 8443,
        });
    }

    [Fact]
    public async Task A_failure_tells_its_type_and_not_its_text()
    {
        await using var host = new ClientHost();
        host.Provider.Failure = new FormatException("secret");

        await FluentActions.Awaiting(() => host.AskAsync()).Should().ThrowAsync<FormatException>();

        var call = _ended.Single();
        call.Status.Should().Be(ActivityStatusCode.Error);
        call.GetTagItem("error.type").Should().Be("System.FormatException");
        call.TagObjects.Select(tag => tag.Value).Should().NotContain("secret");
        call.TagObjects.Select(tag => tag.Key).Should().NotContain("gen_ai.usage.input_tokens", "nobody knows");
    }

    [Fact]
    public async Task The_provider_works_within_the_span_of_a_stream_and_its_consumer_does_not()
    {
        await using var host = new ClientHost();
        using var outer = new Activity("caller").Start();
        List<string?> inside = [];
        host.Provider.Before = () =>
        {
            inside.Add(Activity.Current?.DisplayName);
            return Task.CompletedTask;
        };

        await foreach (var _ in host.Client.GetStreamingResponseAsync("why?"))
        {
            Activity.Current.Should().BeSameAs(outer);
        }

        Activity.Current.Should().BeSameAs(outer);
        inside.Should().Equal("chat big", "chat big");
        _ended.Should().ContainSingle().Which.GetTagItem("gen_ai.usage.input_tokens").Should().Be(1_000_000L);
    }

    [Fact]
    public async Task The_record_of_a_call_names_its_trace()
    {
        await using var host = new ClientHost();
        using var outer = new Activity("caller").Start();

        await host.AskAsync();

        host.Record.TraceId.Should().Be(outer.TraceId);
    }
}
