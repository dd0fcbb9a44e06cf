namespace Pipeline.Learning;

/// <summary>How much a finding matters.</summary>
/// <remarks>The numbers are stored: they never change.</remarks>
public enum LearningSeverity
{
    /// <summary>Worth knowing.</summary>
    Info = 0,

    /// <summary>Of little matter.</summary>
    Low = 1,

    /// <summary>Of some matter.</summary>
    Medium = 2,

    /// <summary>Of much matter.</summary>
    High = 3,

    /// <summary>Must not happen again.</summary>
    Critical = 4,
}
