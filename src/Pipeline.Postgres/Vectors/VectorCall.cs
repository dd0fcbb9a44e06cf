using Npgsql;

namespace Pipeline.Vectors;

/// <summary>One statement on a tenant's items. It may be sent again, to another version, where the one that was remembered is not the right one any more.</summary>
/// <param name="operation">What errors call it.</param>
/// <param name="scope">Whose items.</param>
internal abstract class VectorCall<T>(string operation, VectorScope scope)
{
    public string Operation { get; } = operation;

    public VectorScope Scope { get; } = scope;

    /// <summary>What of the call's time-out comes on top for its size.</summary>
    public virtual TimeSpan Extra => TimeSpan.Zero;

    /// <summary>Returns if the version can answer the call, and throws otherwise.</summary>
    /// <exception cref="ArgumentException">It cannot.</exception>
    public virtual void Check(VectorCollectionDefinition definition)
    {
    }

    public abstract string GetSql(VectorStatements statements, KnownVectorVersion version, PostgresVectorSql sql);

    /// <summary>Adds the parameters after the first, which is the tenant.</summary>
    public abstract void Bind(NpgsqlParameterCollection parameters, KnownVectorVersion version);

    /// <summary>Reads the answer. The reader stands on the first row, whose first two columns have been read: the version's state, and whether it has an index.</summary>
    public abstract ValueTask<T> ReadAsync(NpgsqlDataReader reader, KnownVectorVersion version, CancellationToken deadline);
}
