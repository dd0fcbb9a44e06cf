using FluentAssertions;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.DependencyInjection;
using Pipeline.Steps;
using Pipeline.Telemetry;
using Xunit;

namespace Pipeline.Caching;

public class SemanticCacheTests
{
    private const string Stored = "How do I reset my password?";
    private const string Near = "How can I reset my password?";

    [Fact(Timeout = SemanticHost.TimeLimit)]
    public async Task A_near_request_gets_the_stored_answer_and_the_step_does_not_run()
    {
        await using var host = new SemanticHost(cache => cache.Threshold(0.8f));
        var first = await host.RunAsync(Stored);

        var second = await host.RunAsync(Near);

        second.Value.Text.Should().Be($"default: {Stored}");
        (first.CacheOutcome, second.CacheOutcome).Should().Be((CacheOutcome.Miss, CacheOutcome.SemanticHit));
        (host.Runs, second.Attempts).Should().Be((1, 0));
        host.Outcomes.Should().Equal("miss", "hit");
        host.Sink.Records.Last().Cache.Should().Be(CacheOutcome.SemanticHit);
    }

    [Fact(Timeout = SemanticHost.TimeLimit)]
    public async Task Below_the_threshold_is_a_near_miss_and_far_below_a_miss()
    {
        await using var host = new SemanticHost(cache => cache.Threshold((float)SpellingEmbedder.Cosine(Stored, Near) + 0.01f));
        await host.RunAsync(Stored);
        await host.RunAsync(Near);
        await host.RunAsync("Is alcohol allowed on board?");

        host.Runs.Should().Be(3);
        host.Outcomes.Should().Equal("miss", "near_miss", "miss");
    }

    [Fact(Timeout = SemanticHost.TimeLimit)]
    public async Task A_veto_is_counted_by_its_reason_and_the_next_candidate_is_asked()
    {
        await using var host = new SemanticHost(cache => cache.Threshold(0.5f));
        await host.RunAsync("Is the ticket refundable?");
        await host.RunAsync("Is the ticket not refundable?");
        (await host.AskAsync("Is the ticket not refundable, please?")).Should().Be("default: Is the ticket not refundable?");

        host.Runs.Should().Be(2);
        host.Outcomes.Should().Equal("miss", "vetoed", "hit");
        host.Measurements.Of("pipeline.semantic_cache.vetoes").Select(one => one.Tags).Should()
            .Contain("pipeline.step=answer pipeline.reason=negation");
    }

    [Fact(Timeout = SemanticHost.TimeLimit)]
    public async Task What_it_took_to_make_the_answer_is_avoided_and_the_embedding_is_paid()
    {
        await using var host = new SemanticHost(
            cache => cache.Threshold(0.8f),
            suite: suite => suite.ConfigurePrices(prices =>
            {
                prices.Version = "1";
                prices.Models["gpt"] = new ModelPrices { Input = 100, Output = 200 };
                prices.Models[SpellingEmbedder.Model] = new ModelPrices { Input = 1 };
            }));
        host.Embedder.Usage = new UsageDetails { InputTokenCount = 1_000 };
        host.OnRun = (_, context) =>
        {
            context.ReportUsage(new TokenUsage { UncachedInput = 10_000, Output = 5_000 }, "gpt");
            return default;
        };

        var miss = await host.RunAsync(Stored);
        var hit = await host.RunAsync(Near);

        (miss.Cost, miss.CostAvoided, miss.Model).Should().Be((2.001m, 0m, "gpt"));
        (hit.Cost, hit.CostAvoided, hit.Model).Should().Be((0.001m, 2m, "gpt"));
        hit.Usage.Should().Be(new TokenUsage { UncachedInput = 1_000 });
    }

    [Fact(Timeout = SemanticHost.TimeLimit)]
    public async Task An_embedding_by_a_metered_generator_is_not_booked_twice()
    {
        var host = new SemanticHost();
        await using (host)
        {
            host.Embedder.Usage = new UsageDetails { InputTokenCount = 7 };
            var services = new ServiceCollection().AddSingleton<TimeProvider>(host.Clock);
            services.AddSingleton<IEmbeddingGenerator<string, Embedding<float>>>(provider => host.Embedder.UsePipeline(provider));
            services.AddPipeline().UseJson(SemanticContext.Default).AddStep<Question, Reply>(
                "answer",
                (question, _, _) => ValueTask.FromResult(new Reply(question.Text)),
                step => step.SemanticCache(question => question.Text, TimeSpan.FromHours(1)));
            await using var metered = services.BuildServiceProvider();

            var result = await metered.GetRequiredService<IStepRunner<Question, Reply>>().RunAsync(new Question(Stored));

            result.Usage.Should().Be(new TokenUsage { UncachedInput = 7 });
        }
    }

    [Fact(Timeout = SemanticHost.TimeLimit)]
    public async Task Answers_expire()
    {
        await using var host = new SemanticHost();
        await host.RunAsync(Stored);
        host.Clock.Advance(TimeSpan.FromMinutes(59));
        await host.RunAsync(Stored);
        host.Runs.Should().Be(1);

        host.Clock.Advance(TimeSpan.FromMinutes(1) + TimeSpan.FromSeconds(1));
        await host.RunAsync(Stored);

        host.Runs.Should().Be(2);
        await host.RunAsync(Stored);
        host.Runs.Should().Be(2);
    }

    [Fact(Timeout = SemanticHost.TimeLimit)]
    public async Task What_has_expired_leaves_the_index_also_of_tenants_that_do_not_come_back()
    {
        await using var host = new SemanticHost();
        foreach (var tenant in new[] { "a", "b", "c" })
        {
            await host.RunAsync(Stored, tenant);
        }

        (await CountAsync(host, "a", "b", "c")).Should().Be(3);
        host.Clock.Advance(TimeSpan.FromHours(2));
        for (var i = 0; i < 4; i++)
        {
            await host.RunAsync($"What is number {i}?", "d");
        }

        (await CountAsync(host, "a", "b", "c")).Should().Be(0);
    }

    [Fact(Timeout = SemanticHost.TimeLimit)]
    public async Task A_tag_invalidates_an_answer_and_so_does_the_tag_of_all()
    {
        await using var host = new SemanticHost(cache => cache.Tags(question => [question.Text.Contains("password", StringComparison.Ordinal) ? "account" : "other"]));
        var cache = host.Services.GetRequiredService<TieredCache>();
        await host.RunAsync(Stored);
        await host.RunAsync("Where is my parcel?");

        await cache.RemoveByTagAsync("account");
        await host.RunAsync(Stored);
        await host.RunAsync("Where is my parcel?");
        host.Runs.Should().Be(3);

        await cache.RemoveByTagAsync("*");
        await host.RunAsync(Stored);
        await host.RunAsync("Where is my parcel?");
        host.Runs.Should().Be(5);
    }

    [Fact(Timeout = SemanticHost.TimeLimit)]
    public async Task A_step_is_invalidated_for_all_tenants_and_others_stay()
    {
        await using var host = new SemanticHost();
        await host.RunAsync(Stored, "a");
        await host.RunAsync(Stored, "b");

        await host.Cache.InvalidateStepAsync("another");
        await host.RunAsync(Stored, "a");
        host.Runs.Should().Be(2);

        await host.Cache.InvalidateStepAsync("answer");
        await host.RunAsync(Stored, "a");
        await host.RunAsync(Stored, "b");
        host.Runs.Should().Be(4);
    }

    [Fact(Timeout = SemanticHost.TimeLimit)]
    public async Task What_is_being_made_while_its_step_is_invalidated_is_not_served_after_it()
    {
        await using var host = new SemanticHost();
        host.OnRun = async (_, _) => await host.Cache.InvalidateStepAsync("answer");
        await host.RunAsync(Stored);
        host.OnRun = (_, _) => default;

        await host.RunAsync(Stored);

        host.Runs.Should().Be(2);
    }

    [Fact(Timeout = SemanticHost.TimeLimit)]
    public async Task What_may_not_be_kept_is_not_kept()
    {
        await using var host = new SemanticHost(cache => cache.Keep(reply => !reply.Text.Contains("parcel", StringComparison.Ordinal)));
        for (var i = 0; i < 2; i++)
        {
            await host.RunAsync(Stored);
            await host.RunAsync("Where is my parcel?");
        }

        host.Runs.Should().Be(3);
    }

    [Fact(Timeout = SemanticHost.TimeLimit)]
    public async Task An_answer_that_is_too_large_is_not_kept()
    {
        await using var host = new SemanticHost(suite: suite => suite.Services.Configure<TieredCacheOptions>("", options => options.MaxValueBytes = 40));
        await host.RunAsync(Stored);
        await host.RunAsync(Stored);

        host.Runs.Should().Be(2);
        host.Measurements.Of("pipeline.semantic_cache.unkept").Should().OnlyContain(one => one.Tags == "pipeline.step=answer pipeline.reason=oversized");
    }

    [Theory(Timeout = SemanticHost.TimeLimit)]
    [InlineData("")]
    [InlineData(" \n")]
    public async Task A_blank_request_is_not_looked_up(string text)
    {
        await using var host = new SemanticHost();

        (await host.RunAsync(text)).CacheOutcome.Should().Be(CacheOutcome.NotUsed);

        host.Embedder.Calls.Should().Be(0);
    }

    [Fact(Timeout = SemanticHost.TimeLimit)]
    public async Task A_text_that_no_index_can_keep_is_passed_over()
    {
        await using var host = new SemanticHost();
        foreach (var text in new[] { "a\0b", "half \uD800 of it", new string('x', 65_537) })
        {
            await host.RunAsync(text);
            await host.RunAsync(text);
        }

        (host.Runs, host.Embedder.Calls).Should().Be((6, 0));
        host.Outcomes.Should().OnlyContain(outcome => outcome == "skipped");
    }

    [Fact(Timeout = SemanticHost.TimeLimit)]
    public async Task An_exact_cache_in_front_answers_first_and_keeps_what_the_semantic_one_answers()
    {
        await using var host = new SemanticHost(cache => cache.Threshold(0.8f), step => step.Cache(TimeSpan.FromHours(1)));
        (await host.RunAsync(Stored)).CacheOutcome.Should().Be(CacheOutcome.Miss);
        (await host.RunAsync(Stored)).CacheOutcome.Should().Be(CacheOutcome.Hit);
        (await host.RunAsync(Near)).CacheOutcome.Should().Be(CacheOutcome.SemanticHit);
        (await host.RunAsync(Near)).CacheOutcome.Should().Be(CacheOutcome.Hit);

        (host.Runs, host.Embedder.Calls).Should().Be((1, 2));
    }

    [Fact(Timeout = SemanticHost.TimeLimit)]
    public async Task A_stored_answer_is_a_copy_for_each_caller()
    {
        await using var host = new SemanticHost();
        await host.RunAsync(Stored);

        var (first, second) = ((await host.RunAsync(Stored)).Value, (await host.RunAsync(Stored)).Value);

        first.Should().Be(second).And.NotBeSameAs(second);
    }

    [Fact(Timeout = SemanticHost.TimeLimit)]
    public async Task It_also_serves_without_a_step()
    {
        await using var host = new SemanticHost();
        var scope = new SemanticCacheScope("acme", "by hand", "v1", "gpt");
        var options = new SemanticCacheEntryOptions { FreshFor = TimeSpan.FromHours(1), Threshold = 0.8f };
        var made = 0;

        (await AskAsync(scope, Stored)).Should().Be("made 1");
        (await AskAsync(scope, Near)).Should().Be("made 1");
        (await AskAsync(new SemanticCacheScope("acme", "by hand", "v2", "gpt"), Near)).Should().Be("made 2");
        await host.Cache.InvalidateStepAsync("by hand");
        (await AskAsync(scope, Near)).Should().Be("made 3");

        ValueTask<string> AskAsync(SemanticCacheScope where, string text) =>
            host.Cache.GetOrCreateAsync(where, text, _ => ValueTask.FromResult($"made {++made}"), options);
    }

    private static async Task<long> CountAsync(SemanticHost host, params string[] tenants)
    {
        var count = 0L;
        foreach (var version in await host.Index.Collections.ListAsync())
        {
            foreach (var tenant in tenants)
            {
                count += await host.Index.CountAsync(new(version.Definition.Name, tenant));
            }
        }

        return count;
    }
}
