namespace Quickstart.Answering;

/// <summary>What the model is asked. Equal prompts have equal answers, so the whole of it is the cache's key.</summary>
/// <param name="Question">The question.</param>
/// <param name="Passages">The texts that the answer is to come from, the nearest first.</param>
internal sealed record Prompt(string Question, IReadOnlyList<string> Passages)
{
    private const int CharactersPerToken = 4;

    /// <summary>About how many tokens the model will read.</summary>
    public static long EstimateTokens(Prompt prompt) => (prompt.Question.Length + prompt.Passages.Sum(passage => passage.Length)) / CharactersPerToken;
}
