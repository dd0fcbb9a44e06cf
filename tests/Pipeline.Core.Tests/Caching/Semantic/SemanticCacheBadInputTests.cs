using FluentAssertions;
using Microsoft.Extensions.DependencyInjection;
using Pipeline.Steps;
using Xunit;

namespace Pipeline.Caching;

public class SemanticCacheBadInputTests
{
    private static readonly SemanticCacheEntryOptions Hour = new() { FreshFor = TimeSpan.FromHours(1) };

    [Theory]
    [InlineData(0f)]
    [InlineData(-0.5f)]
    [InlineData(1.01f)]
    [InlineData(float.NaN)]
    public void A_threshold_out_of_range_is_refused(float threshold) =>
        FluentActions.Invoking(() => Hour with { Threshold = threshold }).Should().Throw<ArgumentOutOfRangeException>().WithMessage("*Threshold*0.95*");

    [Theory]
    [InlineData(0)]
    [InlineData(-1)]
    [InlineData(60_001)]
    public void A_budget_out_of_range_is_refused(int milliseconds) =>
        FluentActions.Invoking(() => Hour with { Budget = TimeSpan.FromMilliseconds(milliseconds) })
            .Should().Throw<ArgumentOutOfRangeException>().WithMessage("*Budget*1 millisecond to 1 minute*");

    [Fact]
    public void A_fresh_time_out_of_range_and_null_are_refused()
    {
        FluentActions.Invoking(() => Hour with { FreshFor = TimeSpan.Zero }).Should().Throw<ArgumentOutOfRangeException>();
        FluentActions.Invoking(() => Hour with { FreshFor = TimeSpan.MaxValue }).Should().Throw<ArgumentOutOfRangeException>();
        FluentActions.Invoking(() => Hour with { Verifier = null! }).Should().Throw<ArgumentNullException>();
        FluentActions.Invoking(() => SemanticDifferenceVerifier.Default.Verify(null!, "")).Should().Throw<ArgumentNullException>();
        FluentActions.Invoking(() => SemanticDifferenceVerifier.Default.Verify("", null!)).Should().Throw<ArgumentNullException>();
    }

    [Theory]
    [InlineData("")]
    [InlineData("a\tb")]
    public void What_is_no_name_is_no_part_of_a_scope(string name)
    {
        FluentActions.Invoking(() => new SemanticCacheScope(name, "s")).Should().Throw<ArgumentException>();
        FluentActions.Invoking(() => new SemanticCacheScope("t", name)).Should().Throw<ArgumentException>();
        FluentActions.Invoking(() => new SemanticCacheScope("t", "s", name)).Should().Throw<ArgumentException>();
        FluentActions.Invoking(() => new SemanticCacheScope("t", "s", null, name)).Should().Throw<ArgumentException>();
        FluentActions.Invoking(() => SemanticCacheVerdict.Veto(name)).Should().Throw<ArgumentException>();
    }

    [Fact]
    public async Task A_call_by_hand_needs_all_its_arguments()
    {
        await using var host = new SemanticHost();
        var scope = new SemanticCacheScope("t", "s");
        Func<CancellationToken, ValueTask<string>> make = _ => ValueTask.FromResult("x");

        await FluentActions.Awaiting(async () => await host.Cache.GetOrCreateAsync(null!, "a", make, Hour)).Should().ThrowAsync<ArgumentNullException>();
        await FluentActions.Awaiting(async () => await host.Cache.GetOrCreateAsync(scope, null!, make, Hour)).Should().ThrowAsync<ArgumentNullException>();
        await FluentActions.Awaiting(async () => await host.Cache.GetOrCreateAsync<string>(scope, "a", null!, Hour)).Should().ThrowAsync<ArgumentNullException>();
        await FluentActions.Awaiting(async () => await host.Cache.GetOrCreateAsync(scope, "a", make, null!)).Should().ThrowAsync<ArgumentNullException>();
        await FluentActions.Awaiting(async () => await host.Cache.InvalidateStepAsync("")).Should().ThrowAsync<ArgumentException>();
    }

    [Fact]
    public async Task Without_an_embedding_generator_the_start_fails_and_says_what_to_register()
    {
        var services = new ServiceCollection();
        services.AddPipeline().UseJson(SemanticContext.Default).AddStep<Question, Reply>(
            "answer", (_, _, _) => default, step => step.SemanticCache(question => question.Text, TimeSpan.FromHours(1)));
        await using var provider = services.BuildServiceProvider();

        await FluentActions.Awaiting(async () => await provider.StartPipelineAsync())
            .Should().ThrowAsync<InvalidOperationException>().WithMessage("*'answer'*semantic cache*IEmbeddingGenerator*Register one*");
    }

    [Fact]
    public async Task A_suite_without_a_semantic_cache_needs_no_embedding_generator()
    {
        var services = new ServiceCollection();
        services.AddPipeline().AddStep<Question, Reply>("answer", (_, _, _) => default);
        await using var provider = services.BuildServiceProvider();

        await provider.StartPipelineAsync();
    }

    [Fact]
    public void What_the_builder_is_given_is_checked()
    {
        var step = new StepBuilder<Question, Reply>("answer");

        FluentActions.Invoking(() => step.SemanticCache(null!, TimeSpan.FromHours(1))).Should().Throw<ArgumentNullException>();
        FluentActions.Invoking(() => step.SemanticCache(question => question.Text, TimeSpan.Zero)).Should().Throw<ArgumentOutOfRangeException>();
        step.SemanticCache(question => question.Text, TimeSpan.FromHours(1), cache =>
        {
            FluentActions.Invoking(() => cache.Threshold(2)).Should().Throw<ArgumentOutOfRangeException>();
            FluentActions.Invoking(() => cache.Budget(TimeSpan.Zero)).Should().Throw<ArgumentOutOfRangeException>();
            FluentActions.Invoking(() => cache.Verify(null!)).Should().Throw<ArgumentNullException>();
            FluentActions.Invoking(() => cache.Tags(null!)).Should().Throw<ArgumentNullException>();
            FluentActions.Invoking(() => cache.Keep(null!)).Should().Throw<ArgumentNullException>();
        });
    }

    [Fact]
    public void Texts_are_in_no_description()
    {
        new SemanticCacheCandidate("secret one", "secret two", 0.97f).ToString().Should().Be("Score 0.97");
    }
}
