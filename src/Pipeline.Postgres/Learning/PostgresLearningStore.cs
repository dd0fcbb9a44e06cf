using Microsoft.Extensions.Logging;
using Npgsql;
using Pipeline.Backends;
using Pipeline.Vectors;

namespace Pipeline.Learning;

/// <summary>Learnings in PostgreSQL. Thread safe. Each call is one statement, but for what deletes, which takes one for each portion.</summary>
internal sealed partial class PostgresLearningStore : ILearningStore
{
    // What one statement deletes within its time, with reports and embeddings.
    private const int Portion = 2000;

    private readonly PostgresConnection _connection;
    private readonly PostgresVectorSupport _vectors;
    private readonly LearningStatements _statements;
    private readonly LearningSpaces _spaces;
    private readonly ILogger _logger;

    /// <param name="connection">The database.</param>
    /// <param name="vectors">What it can do with vectors.</param>
    /// <param name="logger">Takes what goes wrong.</param>
    public PostgresLearningStore(PostgresConnection connection, PostgresVectorSupport vectors, ILogger<PostgresLearningStore> logger)
    {
        _connection = connection;
        _vectors = vectors;
        _logger = logger;
        _statements = new LearningStatements(connection.Sql);
        _spaces = new LearningSpaces(connection, vectors, _statements, logger);
    }

    public TCapability? GetCapability<TCapability>()
        where TCapability : class => this as TCapability;

    public async ValueTask<IReadOnlyList<LearningId>> RecordAsync(IReadOnlyList<LearningRecord> records, CancellationToken cancellationToken = default)
    {
        LearningArguments.CheckBatch(records);
        var ids = records.Select(LearningId.Of).ToArray();
        var spaces = await _spaces.FindAsync(records, cancellationToken).ConfigureAwait(false);
        var batch = new LearningBatch(records, ids, spaces);
        await _connection.CallAsync(
            "learning record",
            _connection.CommandTimeout + batch.Extra,
            (_statements.Record, Batch: batch),
            static async (database, call, deadline) =>
            {
                var command = PostgresConnection.Command(database, call.Record);
                await using (command.ConfigureAwait(false))
                {
                    call.Batch.Bind(command.Parameters);
                    return await command.ExecuteNonQueryAsync(deadline).ConfigureAwait(false);
                }
            },
            cancellationToken).ConfigureAwait(false);
        return ids;
    }

    public async ValueTask<bool> ReportOutcomeAsync(OutcomeReport report, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(report);
        return await _connection.QueryAsync(
            "learning report",
            _statements.Report,
            report,
            static (parameters, told) => parameters
                .Text(told.Tenant).Id(told.LearningId.Value).Text(told.FollowUpId).Int((int)told.Outcome).Text(told.Notes),
            static async (reader, _, deadline) => await reader.ReadAsync(deadline).ConfigureAwait(false),
            cancellationToken).ConfigureAwait(false);
    }

    public async ValueTask<IReadOnlyList<OutcomeStatistics>> OutcomesAsync(LearningFilter filter, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(filter);
        var sums = await _connection.QueryAsync(
            "learning outcomes", _statements.Outcomes, filter, static (parameters, wanted) => parameters.Filter(wanted), ReadOutcomesAsync, cancellationToken)
            .ConfigureAwait(false);
        return [.. sums.OrderBy(static sum => sum.Step, StringComparer.Ordinal).ThenBy(static sum => sum.Intervention, StringComparer.Ordinal)];
    }

    public async ValueTask<StoredLearning?> GetAsync(string tenant, LearningId id, CancellationToken cancellationToken = default)
    {
        StoredName.ThrowIfInvalid(tenant);
        var found = await _connection.QueryAsync(
            "learning get",
            _statements.Get,
            (Tenant: tenant, Id: id),
            static (parameters, wanted) => parameters.Text(wanted.Tenant).Id(wanted.Id.Value),
            static (reader, wanted, deadline) => ReadAsync(reader, wanted.Tenant, deadline),
            cancellationToken).ConfigureAwait(false);
        return Readable(found, "learning get").FirstOrDefault();
    }

    public async ValueTask<LearningPage> QueryAsync(
        LearningFilter filter, int limit = 100, LearningPosition? after = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(filter);
        LearningArguments.CheckLimit(limit);
        var found = await _connection.QueryAsync(
            "learning query",
            _statements.Query,
            (Filter: filter, Limit: limit, After: PositionOf(after)),
            static (parameters, page) => parameters.Filter(page.Filter).Long(page.After.Created).Id(page.After.Id).Int(page.Limit + 1),
            static (reader, page, deadline) => ReadAsync(reader, page.Filter.Tenant, deadline),
            cancellationToken).ConfigureAwait(false);
        return new LearningPage(Readable(found.Take(limit), "learning query"), found.Count > limit ? found[limit - 1].Position : null);
    }

    public async ValueTask<long> ForgetAsync(LearningFilter filter, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(filter);
        return await DeleteAsync(
            "learning forget", _statements.Forget, filter, static (parameters, selected) => parameters.Filter(selected).Int(Portion), cancellationToken)
            .ConfigureAwait(false);
    }

    public async ValueTask ForgetEmbeddingsAsync(string tenant, string model, CancellationToken cancellationToken = default)
    {
        StoredName.ThrowIfInvalid(tenant);
        StoredName.ThrowIfInvalid(model);
        await DeleteAsync(
            "learning forget embeddings",
            _statements.ForgetEmbeddings,
            (Tenant: tenant, Model: model),
            static (parameters, selected) => parameters.Text(selected.Tenant).Text(selected.Model).Int(Portion),
            cancellationToken).ConfigureAwait(false);
    }

    public ValueTask<long> ExpireAsync(CancellationToken cancellationToken = default) => DeleteAsync(
        "learning expire", _statements.Expire, state: 0, static (parameters, _) => parameters.Int(Portion), cancellationToken);

    /// <summary>Deletes a portion at a time until there is none left.</summary>
    private async ValueTask<long> DeleteAsync<TState>(
        string operation, string sql, TState state, Action<NpgsqlParameterCollection, TState> bind, CancellationToken cancellationToken)
    {
        for (var deleted = 0L; ;)
        {
            var portion = await _connection.QueryAsync(
                operation,
                sql,
                state,
                bind,
                static async (reader, _, deadline) =>
                {
                    await reader.ReadAsync(deadline).ConfigureAwait(false);
                    return (Chosen: reader.GetInt64(0), Deleted: reader.GetInt64(1));
                },
                cancellationToken).ConfigureAwait(false);
            deleted += portion.Deleted;
            if (portion.Chosen < Portion)
            {
                return deleted;
            }
        }
    }
}
