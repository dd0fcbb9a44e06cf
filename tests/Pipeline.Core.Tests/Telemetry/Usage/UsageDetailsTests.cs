using FluentAssertions;
using Microsoft.Extensions.AI;
using Xunit;

namespace Pipeline.Telemetry;

/// <summary>What providers say of their tokens, as their clients hand it on: each token ends up in one bucket.</summary>
public sealed class UsageDetailsTests
{
    [Fact]
    public void Nothing_said_is_no_tokens()
    {
        default(UsageDetails).ToTokenUsage().Should().Be(default(TokenUsage));
        new UsageDetails().ToTokenUsage().Should().Be(default(TokenUsage));
    }

    [Fact]
    public void OpenAI_counts_cached_tokens_as_input_and_reasoning_as_output() =>
        new UsageDetails { InputTokenCount = 100, CachedInputTokenCount = 60, OutputTokenCount = 50, ReasoningTokenCount = 30, TotalTokenCount = 150 }
            .ToTokenUsage().Should().Be(new TokenUsage { UncachedInput = 40, CachedInput = 60, Output = 20, Reasoning = 30 });

    [Fact]
    public void OpenAI_of_older_clients_names_the_parts_in_the_additional_counts() =>
        Details(100, 50, 150, ("InputTokenDetails.CachedTokenCount", 60), ("OutputTokenDetails.ReasoningTokenCount", 30), ("InputTokenDetails.AudioTokenCount", 7))
            .ToTokenUsage().Should().Be(new TokenUsage { UncachedInput = 40, CachedInput = 60, Output = 20, Reasoning = 30 });

    [Fact]
    public void Anthropic_of_its_own_client_counts_all_of_its_cache_as_input()
    {
        var details = Details(170, 50, 220, ("CacheCreationInputTokens", 50), ("WebSearchRequests", 3));
        details.CachedInputTokenCount = 100;
        details.ReasoningTokenCount = 10;

        details.ToTokenUsage().Should().Be(new TokenUsage { UncachedInput = 20, CachedInput = 100, CacheWrite = 50, Output = 40, Reasoning = 10 });
    }

    [Fact]
    public void Anthropic_of_its_own_client_that_has_read_nothing_has_written_a_part_of_its_input() =>
        Details(70, 50, 120, ("CacheCreationInputTokens", 50))
            .ToTokenUsage().Should().Be(new TokenUsage { UncachedInput = 20, CacheWrite = 50, Output = 50 });

    [Fact]
    public void Anthropic_of_the_community_counts_its_cache_beside_the_input() =>
        Details(20, 50, null, ("CacheCreationInputTokens", 10), ("CacheReadInputTokens", 5))
            .ToTokenUsage().Should().Be(new TokenUsage { UncachedInput = 20, CachedInput = 5, CacheWrite = 10, Output = 50 });

    [Fact]
    public void Anthropic_as_it_stands_on_the_wire_counts_its_cache_beside_the_input() =>
        Details(20, 50, null, ("cache_creation_input_tokens", 10), ("cache_read_input_tokens", 100))
            .ToTokenUsage().Should().Be(new TokenUsage { UncachedInput = 20, CachedInput = 100, CacheWrite = 10, Output = 50 });

    [Fact]
    public void A_total_tells_that_the_cache_stands_beside_the_input()
    {
        var details = Details(20, 50, 85, ("CacheWriteInputTokens", 10));
        details.CachedInputTokenCount = 5;

        details.ToTokenUsage().Should().Be(new TokenUsage { UncachedInput = 20, CachedInput = 5, CacheWrite = 10, Output = 50 });
    }

    [Fact]
    public void Gemini_tells_by_its_total_that_thoughts_stand_beside_the_answer() =>
        new UsageDetails { InputTokenCount = 100, CachedInputTokenCount = 40, OutputTokenCount = 20, ReasoningTokenCount = 15, TotalTokenCount = 135 }
            .ToTokenUsage().Should().Be(new TokenUsage { UncachedInput = 60, CachedInput = 40, Output = 20, Reasoning = 15 });

    [Fact]
    public void Gemini_with_as_many_thoughts_as_cached_tokens_is_no_riddle() =>
        new UsageDetails { InputTokenCount = 100, CachedInputTokenCount = 15, OutputTokenCount = 20, ReasoningTokenCount = 15, TotalTokenCount = 135 }
            .ToTokenUsage().Should().Be(new TokenUsage { UncachedInput = 85, CachedInput = 15, Output = 20, Reasoning = 15 });

    [Fact]
    public void A_total_that_finds_both_parts_beside_the_rest_is_believed() =>
        new UsageDetails { InputTokenCount = 10, CachedInputTokenCount = 4, OutputTokenCount = 20, ReasoningTokenCount = 15, TotalTokenCount = 49 }
            .ToTokenUsage().Should().Be(new TokenUsage { UncachedInput = 10, CachedInput = 4, Output = 20, Reasoning = 15 });

    [Fact]
    public void Ollama_tells_input_and_output() =>
        new UsageDetails { InputTokenCount = 26, OutputTokenCount = 298, TotalTokenCount = 324 }
            .ToTokenUsage().Should().Be(new TokenUsage { UncachedInput = 26, Output = 298 });

    [Fact]
    public void Thoughts_that_are_more_than_the_answer_stand_beside_it() =>
        new UsageDetails { InputTokenCount = 1, OutputTokenCount = 20, ReasoningTokenCount = 21 }
            .ToTokenUsage().Should().Be(new TokenUsage { UncachedInput = 1, Output = 20, Reasoning = 21 });

    [Fact]
    public void A_cache_that_is_more_than_the_input_stands_beside_it() =>
        new UsageDetails { InputTokenCount = 20, CachedInputTokenCount = 21, OutputTokenCount = 1 }
            .ToTokenUsage().Should().Be(new TokenUsage { UncachedInput = 20, CachedInput = 21, Output = 1 });

    [Theory]
    [InlineData(10L, null, 15L, 10, 5)]
    [InlineData(null, 5L, 15L, 10, 5)]
    [InlineData(10L, null, null, 10, 0)]
    [InlineData(null, 5L, null, 0, 5)]
    [InlineData(null, null, 15L, 15, 0)]
    [InlineData(10L, null, 5L, 10, 0)]
    [InlineData(null, 10L, 5L, 0, 10)]
    [InlineData(10L, 5L, 99L, 10, 5)]
    [InlineData(10L, 5L, 1L, 10, 5)]
    public void What_is_missing_is_told_by_the_total_and_a_total_that_fits_nothing_is_passed_over(
        long? input, long? output, long? total, long uncached, long answer) =>
        Details(input, output, total).ToTokenUsage().Should().Be(new TokenUsage { UncachedInput = uncached, Output = answer });

    [Fact]
    public void A_total_alone_counts_no_part_twice() =>
        new UsageDetails { TotalTokenCount = 15, CachedInputTokenCount = 4, ReasoningTokenCount = 5 }
            .ToTokenUsage().Should().Be(new TokenUsage { UncachedInput = 6, CachedInput = 4, Reasoning = 5 });

    [Fact]
    public void Negative_counts_are_none()
    {
        var details = Details(-1, long.MinValue, -7, ("CacheCreationInputTokens", -5), ("CacheReadInputTokens", -5));
        details.CachedInputTokenCount = -2;
        details.ReasoningTokenCount = -3;

        details.ToTokenUsage().Should().Be(default(TokenUsage));
    }

    [Fact]
    public void No_token_is_lost_or_counted_twice_and_no_bucket_is_negative_whatever_is_said()
    {
        var random = new Random(1);
        for (var i = 0; i < 100_000; i++)
        {
            var details = new UsageDetails
            {
                InputTokenCount = Count(random),
                OutputTokenCount = Count(random),
                TotalTokenCount = Count(random),
                CachedInputTokenCount = Count(random),
                ReasoningTokenCount = Count(random),
                AdditionalCounts = random.Next(2) == 0 ? null : new() { ["CacheCreationInputTokens"] = random.Next(5), ["CacheReadInputTokens"] = random.Next(5) },
            };

            var usage = details.ToTokenUsage();

            var parts = usage.CachedInput + usage.CacheWrite + usage.Reasoning;
            var said = (details.InputTokenCount ?? 0) + (details.OutputTokenCount ?? 0);
            if (details is { InputTokenCount: not null, OutputTokenCount: not null })
            {
                usage.Total.Should().BeInRange(said, said + parts);
            }

            usage.UncachedInput.Should().BeGreaterThanOrEqualTo(0);
            usage.Output.Should().BeGreaterThanOrEqualTo(0);
        }
    }

    [Fact]
    public void Absurd_counts_overflow_nothing()
    {
        var details = Details(long.MaxValue, long.MaxValue, long.MaxValue, ("CacheReadInputTokens", long.MaxValue));

        FluentActions.Invoking(() => details.ToTokenUsage().Total).Should().NotThrow();
    }

    private static long? Count(Random random) => random.Next(4) == 0 ? null : random.Next(8);

    private static UsageDetails Details(long? input, long? output, long? total, params (string Name, long Count)[] additional)
    {
        var details = new UsageDetails { InputTokenCount = input, OutputTokenCount = output, TotalTokenCount = total };
        foreach (var (name, count) in additional)
        {
            (details.AdditionalCounts ??= [])[name] = count;
        }

        return details;
    }
}
