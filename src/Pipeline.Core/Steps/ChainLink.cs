namespace Pipeline.Steps;

/// <summary>A step with its name in the chain.</summary>
internal readonly record struct ChainLink<T>(string Name, IChainStep<T> Step);
