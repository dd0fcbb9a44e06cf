namespace Pipeline.Steps;

/// <summary>The key under which a step's runner stands in the container: the suite's name and the step's.</summary>
internal sealed record StepKey(string Pipeline, string Step);
