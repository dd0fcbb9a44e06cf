namespace Pipeline.Queues;

/// <summary>How a delivery that did not succeed ended.</summary>
public enum AttemptOutcome
{
    /// <summary>The consumer said that it failed.</summary>
    Failed = 0,

    /// <summary>The lease ran out without a word: the consumer crashed, hung, or lost its connection.</summary>
    Crashed = 1,
}
