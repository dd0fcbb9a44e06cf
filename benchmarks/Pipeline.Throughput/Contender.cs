namespace Pipeline.Throughput;

/// <summary>One way to do a piece of work.</summary>
/// <param name="Name">What the table calls it.</param>
/// <param name="RunAsync">Does the work once. Called by many at the same time.</param>
/// <param name="PrepareAsync">Makes what the work needs before each round, which is not measured; <see langword="null"/> for nothing.</param>
internal sealed record Contender(string Name, Func<Task> RunAsync, Func<Task>? PrepareAsync = null);
