namespace Pipeline.Conformance.State.Linearizability;

/// <summary>A call of a concurrent history, with its answer.</summary>
/// <param name="Begun">The place of its beginning among all beginnings and ends.</param>
/// <param name="Ended">The place of its end; <see cref="long.MaxValue"/> where its answer never came, so that it may have taken effect at any time, or never.</param>
/// <param name="Operation">What was called and answered.</param>
internal readonly record struct HistoryCall<TOperation>(long Begun, long Ended, TOperation Operation)
{
    public bool IsAnswered => Ended != long.MaxValue;
}
