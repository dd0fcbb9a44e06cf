using Microsoft.Extensions.Logging;
using Npgsql;
using Pipeline.Backends;

namespace Pipeline.Vectors;

/// <summary>The collections and their versions in PostgreSQL. What they promise is at <see cref="IVectorCollections"/>.</summary>
internal sealed class PostgresVectorCollections(
    PostgresConnection connection, PostgresVectorSupport support, PostgresVectorVersions versions, IVectorIndex index, ILogger logger) : IVectorCollections
{
    public async ValueTask<VectorCollectionVersion> EnsureAsync(VectorCollectionDefinition definition, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(definition);
        var live = (await connection.QueryAsync(
            "vector ensure collection",
            connection.Sql["Vectors/ensure.sql"],
            definition,
            static (parameters, definition) => BindDefinition(parameters, definition).Int(VectorCollectionDefinition.MaxFilterFields),
            VectorVersionReader.ReadOneAsync,
            cancellationToken).ConfigureAwait(false))!;
        live.Definition.Merge(definition, live.Version.Version);
        await IndexAsync(live, cancellationToken).ConfigureAwait(false);
        return live.Version;
    }

    public async ValueTask<VectorCollectionVersion> BuildAsync(VectorCollectionDefinition definition, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(definition);
        var built = await connection.QueryAsync(
            "vector build version",
            connection.Sql["Vectors/build.sql"],
            definition,
            static (parameters, definition) => BindDefinition(parameters, definition),
            VectorVersionReader.ReadOneAsync,
            cancellationToken).ConfigureAwait(false);
        return built?.Version ?? throw VectorCollectionException.NoCollection(definition.Name, version: null);
    }

    public async ValueTask<VectorValidation> ValidateAsync(
        string collection, int version, VectorValidationOptions? options = null, CancellationToken cancellationToken = default)
    {
        StoredName.ThrowIfInvalid(collection);
        cancellationToken.ThrowIfCancellationRequested();
        var found = await versions.AskAsync(collection, version, cancellationToken).ConfigureAwait(false);
        var live = await versions.AskAsync(collection, version: null, cancellationToken).ConfigureAwait(false);
        await IndexAsync(found, cancellationToken).ConfigureAwait(false);
        return await new VectorVersionValidation(connection, index).RunAsync(found, live, options ?? new VectorValidationOptions(), cancellationToken).ConfigureAwait(false);
    }

    public async ValueTask SwitchAsync(string collection, int version, CancellationToken cancellationToken = default)
    {
        StoredName.ThrowIfInvalid(collection);
        var outcome = await connection.QueryAsync(
            "vector switch version",
            connection.Sql["Vectors/switch.sql"],
            (Collection: collection, Version: version),
            static (parameters, call) => parameters.Text(call.Collection).Int(call.Version),
            static async (reader, _, deadline) => await reader.ReadAsync(deadline).ConfigureAwait(false) ? reader.GetInt32(0) : 0,
            cancellationToken).ConfigureAwait(false);
        versions.Forget(collection, version: null);
        if (outcome != 0)
        {
            throw outcome switch
            {
                1 => VectorCollectionException.NoCollection(collection, version),
                2 => VectorCollectionException.NoVersion(collection, version),
                _ => VectorCollectionException.NotValidated(collection, version),
            };
        }
    }

    public async ValueTask RetireAsync(string collection, int version, CancellationToken cancellationToken = default)
    {
        StoredName.ThrowIfInvalid(collection);
        var isRetired = await connection.QueryAsync(
            "vector retire version",
            connection.Sql["Vectors/retire.sql"],
            (Collection: collection, Version: version),
            static (parameters, call) => parameters.Text(call.Collection).Int(call.Version),
            static async (reader, _, deadline) => await reader.ReadAsync(deadline).ConfigureAwait(false) && reader.GetBoolean(0),
            cancellationToken).ConfigureAwait(false);
        versions.Forget(collection, version);
        if (!isRetired)
        {
            throw VectorCollectionException.IsLive(collection, version);
        }
    }

    public ValueTask<IReadOnlyList<VectorCollectionVersion>> ListAsync(string? collection = null, CancellationToken cancellationToken = default)
    {
        if (collection is not null)
        {
            StoredName.ThrowIfInvalid(collection);
        }

        return connection.QueryAsync(
            "vector list versions",
            connection.Sql["Vectors/list.sql"],
            collection,
            static (parameters, collection) => parameters.Text(collection),
            static async (reader, _, deadline) =>
            {
                var listed = new List<VectorCollectionVersion>();
                while (await reader.ReadAsync(deadline).ConfigureAwait(false))
                {
                    listed.Add(VectorVersionReader.Read(reader).Version);
                }

                return (IReadOnlyList<VectorCollectionVersion>)listed;
            },
            cancellationToken);
    }

    private static NpgsqlParameterCollection BindDefinition(NpgsqlParameterCollection parameters, VectorCollectionDefinition definition) => parameters
        .Text(definition.Name).Text(definition.Model).Int(definition.Dimension).Int((int)definition.Distance)
        .Texts([.. definition.FilterFields.Keys]).Shorts([.. definition.FilterFields.Values.Select(static kind => (short)kind)]);

    /// <summary>Makes the index of a version that has none and could have one: its items came first, or the extension came later.</summary>
    private async ValueTask IndexAsync(KnownVectorVersion version, CancellationToken cancellationToken)
    {
        var (definition, number) = (version.Definition, version.Version.Version);
        if (version.IsIndexed)
        {
            return;
        }

        var sql = await support.AskAsync(cancellationToken).ConfigureAwait(false);
        if (!sql.CanIndex(definition.Distance, definition.Dimension))
        {
            Log.PostgresVectorsWithoutIndex(logger, connection.Backend, definition.Name, number, definition.Dimension);
            return;
        }

        if (await support.CreateIndexAsync(version.Index, cancellationToken).ConfigureAwait(false))
        {
            Log.PostgresVectorsIndexed(logger, connection.Backend, definition.Name, number);
        }

        versions.Forget(definition.Name, version: null);
        versions.Forget(definition.Name, number);
    }
}
