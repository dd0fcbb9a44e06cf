namespace Pipeline.Conformance.State.Generation;

/// <summary>What an owner may do again after it gave its attempt up: the same, whose answer may have been lost.</summary>
[Flags]
internal enum TaskRepeats
{
    None = 0,
    Complete = 1,
    Fail = 2,
    Release = 4,
    Confirm = 8,

    /// <summary>Not among what anybody may repeat.</summary>
    Never = 16,
}
