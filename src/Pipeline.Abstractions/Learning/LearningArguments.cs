using Pipeline.Internal;

namespace Pipeline.Learning;

/// <summary>The checks that every backend's learning store makes at its public edge, so that bad input gets the same clear error everywhere.</summary>
/// <remarks>Called by backends. Thread safe.</remarks>
public static class LearningArguments
{
    /// <summary>The greatest number of learnings of one batch or page: 1,000.</summary>
    public const int MaxBatchSize = 1000;

    /// <summary>Returns if learnings can be recorded in one call, and throws otherwise.</summary>
    /// <param name="records">The learnings.</param>
    /// <exception cref="ArgumentException">There are none or too many, one is null, or they belong to several tenants.</exception>
    public static void CheckBatch(IReadOnlyList<LearningRecord> records)
    {
        ArgumentNullException.ThrowIfNull(records);
        if (records.Count is < 1 or > MaxBatchSize)
        {
            throw new ArgumentException(
                $"The batch has {records.Count} learnings. Give 1 to {MaxBatchSize}, and the rest in further calls.", nameof(records));
        }

        foreach (var record in records)
        {
            if (record is null)
            {
                throw new ArgumentException("The batch holds a null. Leave it out.", nameof(records));
            }

            if (!string.Equals(record.Tenant, records[0].Tenant, StringComparison.Ordinal))
            {
                throw new ArgumentException("The batch holds learnings of several tenants. Record those of each tenant by themselves.", nameof(records));
            }
        }
    }

    /// <summary>Returns if a page may have this size, and throws otherwise.</summary>
    /// <param name="limit">The size.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="limit"/> is not 1 to <see cref="MaxBatchSize"/>.</exception>
    public static void CheckLimit(int limit) => PropertyValue.InRange(limit, 1, MaxBatchSize, nameof(limit));
}
