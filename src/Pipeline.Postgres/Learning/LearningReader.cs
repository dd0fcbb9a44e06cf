using System.Text.Json;
using Npgsql;

namespace Pipeline.Learning;

/// <summary>Reads learnings from rows that begin with the columns of <c>columns.sql</c>.</summary>
internal static class LearningReader
{
    /// <summary>How many columns a learning has.</summary>
    public const int Columns = 19;

    public static LearningRow Read(NpgsqlDataReader row, string tenant)
    {
        var position = new LearningPosition(LearningTime.FromMicroseconds(row.GetInt64(9)), new LearningId(row.GetGuid(0)));
        try
        {
            return new(position, ReadLearning(row, tenant));
        }
        catch (Exception exception) when (exception is ArgumentException or JsonException or InvalidOperationException)
        {
            return new(position, Learning: null);
        }
    }

    private static StoredLearning ReadLearning(NpgsqlDataReader row, string tenant) => new()
    {
        Id = new LearningId(row.GetGuid(0)),
        Record = new LearningRecord
        {
            Tenant = tenant,
            RunId = row.GetString(1),
            Collection = row.GetString(2),
            Step = row.GetString(3),
            Agent = TextOf(row, 4),
            Severity = (LearningSeverity)row.GetInt16(5),
            Finding = row.GetString(6),
            Interventions = row.GetFieldValue<string[]>(7),
            Attributes = LearningAttributesJson.Read(row.GetString(8)),
            Created = LearningTime.FromMicroseconds(row.GetInt64(9)),
            ValidUntil = TimeOf(row, 10),
        },
        Outcomes = new OutcomeCounts
        {
            Improved = row.GetInt64(11),
            NoChange = row.GetInt64(12),
            Worse = row.GetInt64(13),
            Unknown = row.GetInt64(14),
        },
        Outcome = (LearningOutcome)row.GetInt16(15),
        FollowUpId = TextOf(row, 16),
        Notes = TextOf(row, 17),
        Reported = TimeOf(row, 18),
    };

    private static string? TextOf(NpgsqlDataReader row, int column) => row.IsDBNull(column) ? null : row.GetString(column);

    private static DateTimeOffset? TimeOf(NpgsqlDataReader row, int column) =>
        row.IsDBNull(column) ? null : LearningTime.FromMicroseconds(row.GetInt64(column));
}
