using System.Collections.Concurrent;
using System.Globalization;
using Microsoft.Extensions.Logging;
using Pipeline.Backends;
using Pipeline.Vectors;

namespace Pipeline.Learning;

/// <summary>
/// The numbers of models and dimensions, asked for once. They are never given to others, and never taken back. Whoever records an embedding sees to its index. Thread safe.
/// </summary>
internal sealed class LearningSpaces(PostgresConnection connection, PostgresVectorSupport vectors, LearningStatements statements, ILogger logger)
{
    /// <summary>What stands for a model and dimension that has no number.</summary>
    public const int None = 0;

    private readonly ConcurrentDictionary<(string Model, int Dimension), int> _indexed = new();
    private readonly ConcurrentDictionary<(string Model, int Dimension), int> _known = new();

    /// <summary>Finds the numbers of all embeddings of a batch; gives them where there are none.</summary>
    public async ValueTask<IReadOnlyDictionary<(string Model, int Dimension), int>> FindAsync(
        IReadOnlyList<LearningRecord> records, CancellationToken cancellationToken)
    {
        foreach (var record in records)
        {
            if (record.Embedding is { } embedding && !_indexed.ContainsKey((embedding.Model, embedding.Dimension)))
            {
                await FindAsync(embedding.Model, embedding.Dimension, cancellationToken).ConfigureAwait(false);
            }
        }

        return _indexed;
    }

    /// <summary>Finds a number, or <see cref="None"/>.</summary>
    public async ValueTask<int> FindKnownAsync(LearningEmbedding embedding, CancellationToken cancellationToken)
    {
        var space = (embedding.Model, embedding.Dimension);
        if (_known.TryGetValue(space, out var number))
        {
            return number;
        }

        number = await AskAsync(statements.KnownSpace, embedding.Model, embedding.Dimension, cancellationToken).ConfigureAwait(false);
        if (number != None)
        {
            _known.TryAdd(space, number);
        }

        return number;
    }

    private async ValueTask FindAsync(string model, int dimension, CancellationToken cancellationToken)
    {
        var number = None;
        while (number == None)
        {
            // None where another call has given it in the same moment: then it is there by now.
            number = await AskAsync(statements.FindSpace, model, dimension, cancellationToken).ConfigureAwait(false);
        }

        await CreateIndexAsync(number, dimension, cancellationToken).ConfigureAwait(false);
        _known.TryAdd((model, dimension), number);
        _indexed.TryAdd((model, dimension), number);
    }

    private async ValueTask CreateIndexAsync(int number, int dimension, CancellationToken cancellationToken)
    {
        try
        {
            var name = string.Create(CultureInfo.InvariantCulture, $"learning_embeddings_{number}_hnsw");
            await vectors.CreateIndexAsync(
                new PostgresVectorIndexDefinition(name, "learning_embeddings", "vector", dimension, VectorDistance.Cosine, "space", number), cancellationToken).ConfigureAwait(false);
        }
        catch (Exception exception) when (exception is BackendUnavailableException or BackendRefusedException)
        {
            // Recalls compare each embedding then.
            Log.PostgresLearningIndexMissing(logger, connection.Backend, exception.Message);
        }
    }

    private ValueTask<int> AskAsync(string sql, string model, int dimension, CancellationToken cancellationToken) => connection.QueryAsync(
        "learning space",
        sql,
        (model, dimension),
        static (parameters, space) => parameters.Text(space.model).Int(space.dimension),
        static async (reader, _, deadline) => await reader.ReadAsync(deadline).ConfigureAwait(false) ? reader.GetInt32(0) : None,
        cancellationToken);
}
