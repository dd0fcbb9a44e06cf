using Microsoft.Extensions.AI;

namespace Pipeline.Learning;

/// <summary>Embeds by a function, and can fail, hang, or answer badly.</summary>
internal sealed class FakeEmbeddingGenerator(string? model = "small") : IEmbeddingGenerator<string, Embedding<float>>
{
    /// <summary>What a text becomes. By default texts about time are near to each other, and far from the others.</summary>
    public Func<string, float[]> Embed { get; set; } = text => text.Contains("time", StringComparison.OrdinalIgnoreCase) ? [1, 0.1f] : [0, 1];

    public Exception? Failure { get; set; }

    /// <summary>What a call waits for before it answers.</summary>
    public Task Gate { get; set; } = Task.CompletedTask;

    public string? ModelOfAnswers { get; set; }

    public int MissingAnswers { get; set; }

    public List<string[]> Calls { get; } = [];

    public async Task<GeneratedEmbeddings<Embedding<float>>> GenerateAsync(
        IEnumerable<string> values, EmbeddingGenerationOptions? options = null, CancellationToken cancellationToken = default)
    {
        var texts = values.ToArray();
        lock (Calls)
        {
            Calls.Add(texts);
        }

        await Gate;
        return Failure is { } failure
            ? throw failure
            : [.. texts.SkipLast(MissingAnswers).Select(text => new Embedding<float>(Embed(text)) { ModelId = ModelOfAnswers })];
    }

    public object? GetService(Type serviceType, object? serviceKey = null) =>
        serviceType == typeof(EmbeddingGeneratorMetadata) ? new EmbeddingGeneratorMetadata("fake", defaultModelId: model) : null;

    public void Dispose()
    {
    }
}
