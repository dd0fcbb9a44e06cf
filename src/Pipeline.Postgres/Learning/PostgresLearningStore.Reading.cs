using Npgsql;

namespace Pipeline.Learning;

/// <content>What rows are read to.</content>
internal sealed partial class PostgresLearningStore
{
    private static async ValueTask<List<LearningRow>> ReadAsync(NpgsqlDataReader reader, string tenant, CancellationToken deadline)
    {
        var rows = new List<LearningRow>();
        while (await reader.ReadAsync(deadline).ConfigureAwait(false))
        {
            rows.Add(LearningReader.Read(reader, tenant));
        }

        return rows;
    }

    private static async ValueTask<List<OutcomeStatistics>> ReadOutcomesAsync(NpgsqlDataReader reader, LearningFilter filter, CancellationToken deadline)
    {
        var sums = new List<OutcomeStatistics>();
        while (await reader.ReadAsync(deadline).ConfigureAwait(false))
        {
            var outcomes = new OutcomeCounts
            {
                Improved = reader.GetInt64(4),
                NoChange = reader.GetInt64(5),
                Worse = reader.GetInt64(6),
                Unknown = reader.GetInt64(7),
            };
            var intervention = await reader.IsDBNullAsync(1, deadline).ConfigureAwait(false) ? null : reader.GetString(1);
            sums.Add(new OutcomeStatistics(reader.GetString(0), intervention, reader.GetInt64(2), reader.GetInt64(3), outcomes));
        }

        return sums;
    }

    /// <summary>Before which created and id a page begins.</summary>
    private static (long Created, Guid Id) PositionOf(LearningPosition? after)
    {
        if (after is not { } position)
        {
            return (long.MaxValue, Guid.AllBitsSet);
        }

        // A position between two microseconds is after all that was created at the earlier one.
        var created = LearningTime.ToMicroseconds(position.Created);
        return position.Created.UtcTicks % TimeSpan.TicksPerMicrosecond == 0 ? (created, position.Id.Value) : (created + 1, Guid.Empty);
    }

    private List<StoredLearning> Readable(IEnumerable<LearningRow> rows, string operation)
    {
        var learnings = new List<StoredLearning>();
        var unreadable = 0;
        foreach (var row in rows)
        {
            if (row.Learning is { } learning)
            {
                learnings.Add(learning);
            }
            else
            {
                unreadable++;
            }
        }

        if (unreadable > 0)
        {
            Log.PostgresLearningUnreadable(_logger, _connection.Backend, operation, unreadable);
        }

        return learnings;
    }
}
