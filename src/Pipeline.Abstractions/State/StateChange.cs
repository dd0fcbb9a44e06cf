namespace Pipeline.State;

/// <summary>What a watch reports.</summary>
/// <remarks>It holds no value: read the entry, which is then at least as new as the report. Immutable, hence thread safe.</remarks>
/// <param name="Kind">What happened.</param>
/// <param name="Key">The entry that changed; <see langword="null"/> for <see cref="StateChangeKind.Resync"/>.</param>
public readonly record struct StateChange(StateChangeKind Kind, StateKey? Key = null);
