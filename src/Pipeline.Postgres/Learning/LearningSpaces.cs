using System.Collections.Concurrent;
using Pipeline.Backends;

namespace Pipeline.Learning;

/// <summary>The numbers of models and dimensions, asked for once. They are never given to others, and never taken back. Thread safe.</summary>
internal sealed class LearningSpaces(PostgresConnection connection, LearningStatements statements)
{
    private const int None = 0;

    private readonly ConcurrentDictionary<(string Model, int Dimension), int> _known = new();

    /// <summary>Finds the numbers of all embeddings of a batch; gives them where there are none.</summary>
    public async ValueTask<IReadOnlyDictionary<(string Model, int Dimension), int>> FindAsync(
        IReadOnlyList<LearningRecord> records, CancellationToken cancellationToken)
    {
        foreach (var record in records)
        {
            if (record.Embedding is { } embedding && !_known.ContainsKey((embedding.Model, embedding.Dimension)))
            {
                await FindAsync(embedding.Model, embedding.Dimension, cancellationToken).ConfigureAwait(false);
            }
        }

        return _known;
    }

    private async ValueTask FindAsync(string model, int dimension, CancellationToken cancellationToken)
    {
        var number = None;
        while (number == None)
        {
            // None where another call has given it in the same moment: then it is there by now.
            number = await connection.QueryAsync(
                "learning space",
                statements.FindSpace,
                (model, dimension),
                static (parameters, space) => parameters.Text(space.model).Int(space.dimension),
                static async (reader, _, deadline) => await reader.ReadAsync(deadline).ConfigureAwait(false) ? reader.GetInt32(0) : None,
                cancellationToken).ConfigureAwait(false);
        }

        _known.TryAdd((model, dimension), number);
    }
}
