namespace Pipeline.Backends;

/// <summary>What the start of the application does about a backend that is configured but cannot be reached.</summary>
public enum StartupCheck
{
    /// <summary>The start fails, and the error says which backend, where, and what to check. The default.</summary>
    Require = 0,

    /// <summary>
    /// The start goes on and a warning is logged. For roles whose behaviour in an outage is defined: cache and rate limiter.
    /// </summary>
    Warn = 1,
}
