using Npgsql;

namespace Pipeline.Backends;

/// <summary>What a process asks with its one statement every 5 seconds. The first two parameters are the beat's channel and number, which the statement has to notify.</summary>
internal interface IPostgresBeat
{
    /// <summary>Whether there is something to ask. Otherwise the beat asks nothing, and only notifies.</summary>
    bool IsNeeded { get; }

    string Sql { get; }

    void Bind(NpgsqlParameterCollection parameters);

    ValueTask ReadAsync(NpgsqlDataReader reader, CancellationToken cancellationToken);
}
