using Microsoft.Extensions.Logging;

namespace Pipeline.Learning;

/// <summary>
/// What stands around every store of learnings that the service provider hands out: it embeds findings and texts where a generator is registered, counts
/// recalls, and keeps a store that throws from breaking a run.
/// </summary>
/// <remarks>A generator that fails or is late costs the embedding, not the call: findings are recorded without, and a recall goes by the words.</remarks>
internal sealed class SuiteLearningStore(
    ILearningStore inner, FindingEmbedder? embedder, LearningOptions options, LearningMetrics metrics, TimeProvider time, ILogger logger)
    : ILearningStore, IAsyncDisposable, IDisposable
{
    public TCapability? GetCapability<TCapability>()
        where TCapability : class => inner.GetCapability<TCapability>();

    public ValueTask<IReadOnlyList<LearningId>> RecordAsync(IReadOnlyList<LearningRecord> records, CancellationToken cancellationToken = default)
    {
        LearningArguments.CheckBatch(records);
        return embedder is null ? inner.RecordAsync(records, cancellationToken) : EmbedAndRecordAsync(embedder, records, cancellationToken);
    }

    public async ValueTask<RecallResult> RecallAsync(RecallQuery query, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(query);
        if (embedder is not null && query is { Embedding: null, Text: { } text })
        {
            query = query with { Embedding = await EmbedAsync(embedder, text, cancellationToken).ConfigureAwait(false) };
        }

        var result = RecallResult.Degraded;
        try
        {
            result = await inner.RecallAsync(query, cancellationToken).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            throw;
        }
#pragma warning disable CA1031 // Memory never breaks a run.
        catch (Exception e)
#pragma warning restore CA1031
        {
            Log.RecallFailed(logger, e);
        }

        metrics.CountRecall(result);
        return result;
    }

    public ValueTask<bool> ReportOutcomeAsync(OutcomeReport report, CancellationToken cancellationToken = default) =>
        inner.ReportOutcomeAsync(report, cancellationToken);

    public ValueTask<IReadOnlyList<OutcomeStatistics>> OutcomesAsync(LearningFilter filter, CancellationToken cancellationToken = default) =>
        inner.OutcomesAsync(filter, cancellationToken);

    public ValueTask<StoredLearning?> GetAsync(string tenant, LearningId id, CancellationToken cancellationToken = default) =>
        inner.GetAsync(tenant, id, cancellationToken);

    public ValueTask<LearningPage> QueryAsync(
        LearningFilter filter, int limit = 100, LearningPosition? after = null, CancellationToken cancellationToken = default) =>
        inner.QueryAsync(filter, limit, after, cancellationToken);

    public ValueTask<long> ForgetAsync(LearningFilter filter, CancellationToken cancellationToken = default) => inner.ForgetAsync(filter, cancellationToken);

    public ValueTask ForgetEmbeddingsAsync(string tenant, string model, CancellationToken cancellationToken = default) =>
        inner.ForgetEmbeddingsAsync(tenant, model, cancellationToken);

    public ValueTask<long> ExpireAsync(CancellationToken cancellationToken = default) => inner.ExpireAsync(cancellationToken);

    public void Dispose()
    {
        if (inner is IDisposable disposable)
        {
            disposable.Dispose();
        }
        else if (inner is IAsyncDisposable asynchronous)
        {
            asynchronous.DisposeAsync().AsTask().GetAwaiter().GetResult();
        }
    }

    public ValueTask DisposeAsync()
    {
        if (inner is IAsyncDisposable disposable)
        {
            return disposable.DisposeAsync();
        }

        Dispose();
        return ValueTask.CompletedTask;
    }

    private async ValueTask<IReadOnlyList<LearningId>> EmbedAndRecordAsync(
        FindingEmbedder own, IReadOnlyList<LearningRecord> records, CancellationToken cancellationToken)
    {
        var embedded = records.ToArray();
        var bare = Enumerable.Range(0, embedded.Length).Where(i => embedded[i].Embedding is null).ToArray();
        if (bare.Length > 0)
        {
            try
            {
                var embeddings = await own.EmbedAsync([.. bare.Select(i => embedded[i].Finding)], cancellationToken).ConfigureAwait(false);
                foreach (var (i, embedding) in bare.Zip(embeddings))
                {
                    embedded[i] = embedded[i] with { Embedding = embedding };
                }
            }
            catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
            {
                throw;
            }
#pragma warning disable CA1031 // What was learned is worth more than its embedding.
            catch (Exception e)
#pragma warning restore CA1031
            {
                metrics.CountFailure(LearningMetrics.Embed);
                Log.FindingsNotEmbedded(logger, bare.Length, e);
            }
        }

        return await inner.RecordAsync(embedded, cancellationToken).ConfigureAwait(false);
    }

    /// <returns>The embedding, or <see langword="null"/> where there is none in time.</returns>
    private async ValueTask<LearningEmbedding?> EmbedAsync(FindingEmbedder own, string text, CancellationToken cancellationToken)
    {
        using var budget = new MemoryBudget(options.EmbeddingBudget, time, cancellationToken);
        try
        {
            return (await budget.WaitAsync(token => own.EmbedAsync([text], token)).ConfigureAwait(false))[0];
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            throw;
        }
#pragma warning disable CA1031 // The words are there to go by.
        catch (Exception e)
#pragma warning restore CA1031
        {
            metrics.CountFailure(LearningMetrics.Embed);
            Log.TextNotEmbedded(logger, e);
            return null;
        }
    }
}
