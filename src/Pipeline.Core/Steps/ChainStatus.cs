namespace Pipeline.Steps;

/// <summary>How the run of a chain over one item ended.</summary>
public enum ChainStatus
{
    /// <summary>Every step ran.</summary>
    Completed = 0,

    /// <summary>A step halted the chain, which is no error.</summary>
    Halted = 1,

    /// <summary>A step or a hook threw, or the time ran out.</summary>
    Failed = 2,

    /// <summary>The chain is not enabled: no step ran.</summary>
    Disabled = 3,
}
