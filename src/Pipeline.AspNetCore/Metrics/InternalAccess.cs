namespace Pipeline.Metrics;

/// <summary>Who reaches an internal endpoint where the host has not said what is internal. Metadata of the endpoint.</summary>
internal enum InternalAccess
{
    /// <summary>This machine.</summary>
    Loopback,

    /// <summary>Everybody.</summary>
    Everybody,
}
