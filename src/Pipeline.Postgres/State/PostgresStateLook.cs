namespace Pipeline.State;

/// <summary>What <c>look.sql</c> tells.</summary>
/// <param name="Number">The last number that a write took.</param>
/// <param name="Oldest">The oldest transaction that runs.</param>
/// <param name="Next">The transaction that will come next.</param>
internal readonly record struct PostgresStateLook(long Number, long Oldest, long Next);
