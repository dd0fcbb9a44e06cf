using FluentAssertions;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.DependencyInjection;
using Pipeline.Conformance;
using Pipeline.Steps;
using Xunit;

namespace Pipeline.Caching;

/// <summary>Nothing crosses between tenants, steps, versions and models, however alike the requests are.</summary>
public class SemanticCacheWallTests
{
    private static readonly string[] Texts = ["How do I reset my password?", "How can I reset my password?", "how do I reset my passwords", "Where is my parcel?"];

    [Fact(Timeout = SemanticHost.TimeLimit)]
    public async Task Two_tenants_with_the_same_texts_get_their_own_answers_on_every_path()
    {
        await using var host = new SemanticHost(cache => cache.Threshold(0.01f).Verify(new FuncVerifier(_ => SemanticCacheVerdict.Accept)));
        host.Embedder.Embed = SpellingEmbedder.OfNothing;
        string[] tenants = ["acme", "ACME", "acme2", "ac:me", "default"];

        await SideBySide.RunAsync(4, async number =>
        {
            var random = new SeededRandom((ulong)number);
            for (var i = 0; i < 300; i++)
            {
                var tenant = random.Pick(tenants);
                (await host.AskAsync(random.Pick(Texts), tenant)).Should().StartWith($"{tenant}: ");
                if (random.Chance(5))
                {
                    await host.Cache.InvalidateStepAsync("answer");
                }

                if (random.Chance(5))
                {
                    host.Clock.Advance(TimeSpan.FromMinutes(20));
                }

                if (random.Chance(3))
                {
                    host.CacheFaults.FailBefore(Conformance.Caching.FaultInjection.CacheCall.Get);
                    host.VectorFaults.FailAfter(Conformance.Vectors.FaultInjection.VectorCall.Search);
                }
            }
        });

        host.Runs.Should().BeLessThan(1_200, "the cache has to have answered too");
    }

    [Fact(Timeout = SemanticHost.TimeLimit)]
    public async Task Steps_versions_and_models_of_one_tenant_get_their_own_answers()
    {
        var services = new ServiceCollection();
        services.AddSingleton<IEmbeddingGenerator<string, Embedding<float>>>(new SpellingEmbedder { Embed = SpellingEmbedder.OfNothing });
        var suite = services.AddPipeline().UseJson(SemanticContext.Default);
        foreach (var (name, version) in new[] { ("one", (string?)null), ("two", null), ("three", "v1") })
        {
            suite.AddStep<Question, Reply>(
                name,
                (question, context, _) => ValueTask.FromResult(new Reply($"{name} {context.Version} {context.Model}")),
                step =>
                {
                    step.SemanticCache(question => question.Text, TimeSpan.FromHours(1), cache => cache.Verify(new FuncVerifier(_ => SemanticCacheVerdict.Accept)));
                    step.Model(question => question.Model);
                    if (version is not null)
                    {
                        step.Version(version);
                    }
                });
        }

        await using var provider = services.BuildServiceProvider();
        for (var round = 0; round < 3; round++)
        {
            foreach (var name in new[] { "one", "two", "three" })
            {
                var runner = provider.GetRequiredKeyedService<IStepRunner<Question, Reply>>(name);
                foreach (var model in new[] { null, "gpt", "GPT" })
                {
                    var result = await runner.RunAsync(new Question(Texts[round], model));
                    result.Value.Text.Should().Be($"{name} {(name == "three" ? "v1" : "")} {model}");
                    result.CacheOutcome.Should().Be(round == 0 ? Telemetry.CacheOutcome.Miss : Telemetry.CacheOutcome.SemanticHit);
                }
            }
        }
    }

    [Fact(Timeout = SemanticHost.TimeLimit)]
    public async Task Near_requests_of_others_do_not_push_ones_own_out()
    {
        await using var host = new SemanticHost(
            cache => cache.Verify(new FuncVerifier(_ => SemanticCacheVerdict.Accept)),
            step => step.Model(question => question.Model));
        host.Embedder.Embed = SpellingEmbedder.OfNothing;
        await host.RunAsync(Texts[0], "acme");

        (await host.RunAsync(Texts[1], "other")).CacheOutcome.Should().Be(Telemetry.CacheOutcome.Miss);
        (await host.Step.RunAsync(new Question(Texts[2], "gpt"), new CallContext { Tenant = "acme" })).CacheOutcome.Should().Be(Telemetry.CacheOutcome.Miss);

        (await host.RunAsync(Texts[3], "acme")).Value.Text.Should().Be($"acme: {Texts[0]}");
        (await host.RunAsync(Texts[3], "other")).Value.Text.Should().Be($"other: {Texts[1]}");
        host.Runs.Should().Be(3);
    }

    [Fact]
    public void Scopes_that_differ_in_anything_are_not_equal()
    {
        var scope = new SemanticCacheScope("t", "s", "v", "m");

        scope.Should().Be(new SemanticCacheScope("t", "s", "v", "m"));
        scope.Should().NotBe(new SemanticCacheScope("T", "s", "v", "m"));
        scope.Should().NotBe(new SemanticCacheScope("t", "s", "v"));
        scope.Should().NotBe(new SemanticCacheScope("t", "s", null, "m"));
    }
}
