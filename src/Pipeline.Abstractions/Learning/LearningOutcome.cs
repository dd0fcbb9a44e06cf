namespace Pipeline.Learning;

/// <summary>Whether what was tried has helped.</summary>
/// <remarks>The numbers are stored: they never change.</remarks>
public enum LearningOutcome
{
    /// <summary>Nothing has been reported yet. It cannot be reported.</summary>
    Open = 0,

    /// <summary>It helped.</summary>
    Improved = 1,

    /// <summary>It made no difference.</summary>
    NoChange = 2,

    /// <summary>It made things worse.</summary>
    Worse = 3,

    /// <summary>It was looked into, and cannot be told. Counted, but part of no rate.</summary>
    Unknown = 4,
}
