using Microsoft.Extensions.AI;
using Microsoft.Extensions.DependencyInjection;
using Pipeline.Caching;
using Pipeline.Steps;

namespace Snippets;

#pragma warning disable PIPELINE001 // The semantic cache is experimental.

internal static class SemanticCacheSnippets
{
    public static void Register(
        IServiceCollection services,
        IEmbeddingGenerator<string, Embedding<float>> generator,
        Func<Question, StepContext, CancellationToken, ValueTask<string>> askAsync)
    {
        // snippet: semantic-cache
        services.AddSingleton(generator);
        services.AddPipeline()
            .AddStep<Question, string>("answer", askAsync, step => step
                .Version("prompt-7")
                .Cache(TimeSpan.FromHours(1), cache => cache.Tags(question => [$"document:{question.Document}"]))
                .SemanticCache(
                    question => $"{question.Document}: {question.Text}",
                    TimeSpan.FromHours(1),
                    cache => cache.Tags(question => [$"document:{question.Document}"])));
        // end snippet
    }
}

// snippet: semantic-verifier
/// <summary>Asks a model where the default verifier has nothing against an answer.</summary>
internal sealed class JudgingVerifier(IChatClient judge) : ISemanticCacheVerifier
{
    public async ValueTask<SemanticCacheVerdict> VerifyAsync(SemanticCacheCandidate candidate, CancellationToken cancellationToken = default)
    {
        var verdict = SemanticDifferenceVerifier.Default.Verify(candidate.StoredText, candidate.Text);
        if (!verdict.IsAccepted)
        {
            return verdict;
        }

        var answer = await judge.GetResponseAsync(
            $"Do these ask for the same? Answer yes or no.\n1. {candidate.StoredText}\n2. {candidate.Text}", cancellationToken: cancellationToken);
        return answer.Text.Trim().StartsWith("yes", StringComparison.OrdinalIgnoreCase)
            ? SemanticCacheVerdict.Accept
            : SemanticCacheVerdict.Veto("judge");
    }
}
// end snippet
