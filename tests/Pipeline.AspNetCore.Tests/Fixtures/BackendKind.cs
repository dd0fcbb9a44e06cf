namespace Pipeline.Fixtures;

/// <summary>What the suite of a test runs on.</summary>
public enum BackendKind
{
    Memory,
    Redis,
    Postgres,
}
