using FluentAssertions;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.DependencyInjection;
using Pipeline.Steps;
using Xunit;

namespace Pipeline.Telemetry;

public sealed class MeteredEmbeddingGeneratorTests
{
    private const string Tags = "gen_ai.operation.name=embeddings gen_ai.provider.name=openai gen_ai.request.model=embed gen_ai.response.model=embed-20240806";

    [Fact]
    public async Task A_call_has_a_record_of_its_own_and_measures_its_input()
    {
        await using var host = new ClientHost();
        using var generator = new FakeGenerator().UsePipeline(host.Steps.Services);

        await generator.GenerateAsync(["a", "b"]);

        (host.Record.Step, host.Record.Model, host.Record.Cost, host.Record.Usage).Should().Be(
            ("embed", "embed-20240806", 0.02m, new TokenUsage { UncachedInput = 1_000_000 }));
        host.Metrics.Of("gen_ai.client.token.usage").Should().Equal((1_000_000, $"{Tags} gen_ai.token.type=input"));
        host.Metrics.Of("gen_ai.client.operation.duration").Should().Equal((0, Tags));
    }

    [Fact]
    public async Task In_a_step_its_usage_is_the_steps_beside_that_of_the_chat()
    {
        var generator = new FakeGenerator();
        IEmbeddingGenerator<string, Embedding<float>>? metered = null;
        await using var host = new ClientHost((suite, host) => suite.AddStep<string, string>("answer", async (question, _, token) =>
        {
            await metered!.GenerateAsync([question], options: null, token);
            return (await host.AskAsync(cancellationToken: token)).Text;
        }));
        metered = generator.UsePipeline(host.Steps.Services);

        var result = await host.Steps.Runner<string, string>().RunAsync("why?");

        (result.Cost, result.Usage.Total, result.Model).Should().Be((2.02m, 2_000_000L, "big-2024-08-06"));
        host.Records.Should().ContainSingle();
    }

    [Fact]
    public async Task No_embedding_and_a_failure_are_recorded_as_they_are()
    {
        await using var host = new ClientHost();
        var provider = new FakeGenerator { Usage = null };
        using var generator = provider.UsePipeline(host.Steps.Services, "vectors");
        await generator.GenerateAsync([]);
        provider.Failure = new TimeoutException();

        (await FluentActions.Awaiting(() => generator.GenerateAsync(["a"])).Should().ThrowAsync<TimeoutException>()).Which.Should().BeSameAs(provider.Failure);

        host.Records.Select(r => (r.Step, r.Outcome, r.Model, r.ErrorType)).Should().Equal(
            ("vectors", CallOutcome.Succeeded, "embed", null), ("vectors", CallOutcome.TimedOut, "embed", "TimeoutException"));
    }

    [Fact]
    public async Task Bad_input_is_told_at_once()
    {
        await using var host = new ClientHost();
        using var generator = new FakeGenerator().UsePipeline(host.Steps.Services);

        FluentActions.Invoking(() => ((IEmbeddingGenerator<string, Embedding<float>>)null!).UsePipeline(host.Steps.Services)).Should().Throw<ArgumentNullException>();
        FluentActions.Invoking(() => new FakeGenerator().UsePipeline(host.Steps.Services, "a\nb")).Should().Throw<ArgumentException>().WithParameterName("name");
        FluentActions.Invoking(() => generator.UsePipeline(host.Steps.Services)).Should().Throw<InvalidOperationException>().WithMessage("*metered already*");
    }

    private sealed class FakeGenerator : IEmbeddingGenerator<string, Embedding<float>>
    {
        public UsageDetails? Usage { get; init; } = new() { TotalTokenCount = 1_000_000 };

        public Exception? Failure { get; set; }

        public Task<GeneratedEmbeddings<Embedding<float>>> GenerateAsync(
            IEnumerable<string> values, EmbeddingGenerationOptions? options = null, CancellationToken cancellationToken = default) =>
            Failure is not null
                ? throw Failure
                : Task.FromResult(new GeneratedEmbeddings<Embedding<float>>(
                    values.Select(_ => new Embedding<float>(new float[] { 1, 2, 3 }) { ModelId = "embed-20240806" })) { Usage = Usage });

        public object? GetService(Type serviceType, object? serviceKey = null) =>
            serviceType == typeof(EmbeddingGeneratorMetadata) ? new EmbeddingGeneratorMetadata("openai", providerUri: null, "embed") : null;

        public void Dispose()
        {
        }
    }
}
