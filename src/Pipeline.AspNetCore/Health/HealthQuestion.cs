namespace Pipeline.Health;

/// <summary>What a health endpoint is asked.</summary>
internal enum HealthQuestion
{
    /// <summary>Whether the process works at all.</summary>
    Live,

    /// <summary>Whether requests should be sent here.</summary>
    Ready,

    /// <summary>Everything.</summary>
    All,

    /// <summary>Whether what data is kept in can be reached.</summary>
    Database,
}
