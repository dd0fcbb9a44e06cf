namespace Pipeline.Steps;

/// <summary>What a host can change of a chain while it runs.</summary>
/// <remarks>
/// Bound from <c>Chains:&lt;name&gt;</c> of the suite's configuration section and read anew when the configuration changes. A change that is invalid
/// is logged, and the chain goes on with the options it had. A run that has begun keeps the options it began with.
/// </remarks>
public sealed record ChainOptions
{
    /// <summary>Whether the chain takes items. Its worker receives nothing while it does not. Default: <see langword="true"/>.</summary>
    public bool Enabled { get; set; } = true;

    /// <summary>How long the chain may take over one item, 10 milliseconds to 24 hours. Default: <see langword="null"/>, no limit.</summary>
    public TimeSpan? Timeout { get; set; }
}
