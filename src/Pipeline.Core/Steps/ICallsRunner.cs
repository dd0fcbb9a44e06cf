namespace Pipeline.Steps;

/// <summary>Marks a chain's step that calls a runner, which tells of the call by itself.</summary>
internal interface ICallsRunner;
