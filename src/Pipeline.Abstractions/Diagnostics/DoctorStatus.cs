namespace Pipeline.Diagnostics;

/// <summary>What a doctor check found.</summary>
public enum DoctorStatus
{
    /// <summary>All is well.</summary>
    Ok = 0,

    /// <summary>It works, but not as it should in production. Never changes the doctor's exit code.</summary>
    Warning = 1,

    /// <summary>It does not work, loses data or is not safe.</summary>
    Error = 2,
}
