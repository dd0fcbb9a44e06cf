namespace Pipeline.Throughput;

/// <summary>One way to do a piece of work.</summary>
/// <param name="Name">What the table calls it.</param>
/// <param name="RunAsync">Does the work once. Called by many at the same time.</param>
internal sealed record Contender(string Name, Func<Task> RunAsync);
