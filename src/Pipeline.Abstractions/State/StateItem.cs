namespace Pipeline.State;

/// <summary>An entry of a listing.</summary>
/// <remarks>Immutable, hence thread safe.</remarks>
/// <param name="Key">Where it stands.</param>
/// <param name="Entry">The entry.</param>
public readonly record struct StateItem(StateKey Key, StateEntry Entry);
