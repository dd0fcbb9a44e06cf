namespace Pipeline.Throughput;

/// <summary>What one contender did in one round.</summary>
/// <param name="RunsPerSecond">How often it did the work.</param>
/// <param name="BytesPerRun">What it allocated each time, in bytes.</param>
internal readonly record struct Measurement(double RunsPerSecond, double BytesPerRun);
